"""Taking a fault down, as dialogues against the real town, the real desk and real orders."""

from __future__ import annotations

import pytest

from kit.spoken import Speaker
from tests.actions.conftest import Quiet, World
from tests.actions.faults import orders_of, words


async def test_that_a_fault_of_one_home_is_taken_down_in_five_short_turns(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    assert await talk.says("我家停电了", "report_outage") == words("ask_address")
    assert await talk.says(quiet.name, "inform", ("address", quiet.name)) == words("fault_ask_scope")
    said = await talk.says("就我家", "inform", ("scope", "就我家"))
    assert said == words("fault_switch_hint") + "\n" + words("fault_ask_door")
    assert await talk.says("3号楼502", "inform") == words("fault_ask_phone")
    said = await talk.says("13800001234", "inform")
    assert f"{quiet.full}3号楼502，只有一家，联系电话尾号1234" in said
    assert talk.choices == ["对", "不对"]
    assert orders_of(world, talk) == []
    said = await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert Speaker(spoken=False).render(order["number"], "digits") in said
    assert Speaker(spoken=False).render(order["contact_by"], "time") in said
    expected = {"kind": "fault", "subject": "report_outage", "place_id": quiet.place_id, "contact_phone": "13800001234",
                "scope": "household", "urgent": False, "marks": []}  # fmt: skip
    assert {name: order[name] for name in expected} == expected
    assert order["address"] == f"{quiet.full}3号楼502"
    assert "我家停电了" in order["text"]
    assert talk.loop is None


async def test_that_what_is_given_at_once_is_not_asked_again(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    said = await talk.says(
        f"{quiet.name}8号楼301就我家没电，电话13900005678，快点来人", "report_outage", ("address", f"{quiet.name}8号楼301"), ("scope", "就我家"),
    )  # fmt: skip
    assert "8号楼301，只有一家，联系电话尾号5678。对吗" in said
    await talk.says("嗯对", "affirm")
    [order] = orders_of(world, talk)
    assert (order["contact_phone"], order["facts"]["door"]) == ("13900005678", "8号楼301")


async def test_that_a_caller_hears_everything_as_words(world: World, quiet: Quiet) -> None:
    talk = world.talk("ivr")
    heard = [
        await talk.says(f"{quiet.name}停电了", "report_outage", ("address", quiet.name)),
        await talk.says("整栋楼都没电", "inform", ("scope", "整栋楼")),
        await talk.says("三号楼", "inform"),
        await talk.says("幺三八零零零零一二三四", "inform"),
        await talk.says("对的", "affirm"),
    ]
    assert not any(c.isascii() and (c.isdigit() or c.isalpha()) for said in heard for c in said)
    [order] = orders_of(world, talk)
    assert (order["contact_phone"], order["scope"]) == ("13800001234", "building")


async def test_that_the_callers_number_is_not_asked_for(world: World, quiet: Quiet) -> None:
    talk = world.talk("ivr", caller="13700009999")
    said = await talk.says(
        f"{quiet.name}整个小区没电", "report_outage", ("address", quiet.name), ("scope", "整个小区")
    )
    assert "九九九九" in said
    assert said.endswith("对吗？")


@pytest.mark.parametrize("answer", ["不用了", "没有", "不方便留", "不想留电话"])
async def test_that_no_telephone_is_no_obstacle(world: World, quiet: Quiet, answer: str) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区都停了", "report_outage", ("address", quiet.name))
    said = await talk.says(answer, "deny")
    assert words("part_fault_no_phone") in said
    await talk.says("没错", "affirm")
    assert [order["contact_phone"] for order in orders_of(world, talk)] == [""]


@pytest.mark.parametrize(
    ("correction", "intent", "entities", "asked", "then", "told"),
    [
        ("不对，是5号楼", "deny", [], None, None, "5号楼502"),
        ("不对", "deny", [], "fault_what_is_wrong", ("门牌", "inform"), "fault_ask_door"),
        ("门牌错了", "deny", [], "fault_ask_door", ("6号楼101", "inform"), "6号楼101"),
        ("电话不对", "deny", [], "fault_ask_phone", ("13911112222", "inform"), "尾号2222"),
        ("电话是13911113333", "inform", [], None, None, "尾号3333"),
        ("不是，整栋楼都没电", "deny", [("scope", "整栋楼")], None, None, "整栋楼"),
    ],
)
async def test_that_a_correction_goes_back_to_that_part_only(
    world: World, quiet: Quiet, correction: str, intent: str, entities: list[tuple[str, str]], asked: str | None,
    then: tuple[str, str] | None, told: str,
) -> None:  # fmt: skip
    talk = world.talk()
    await talk.says(
        f"{quiet.name}3号楼502室就我家没电，电话13800001234",
        "report_outage",
        ("address", f"{quiet.name}3号楼502室"),
    )
    said = await talk.says(correction, intent, *entities)
    if asked:
        assert said.endswith(words(asked))
    if then:
        said = await talk.says(*then)
    assert words(told) in said if told.startswith("fault_") else told in said
    assert orders_of(world, talk) == []


async def test_that_another_place_is_looked_up_again(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区没电，13800001234", "report_outage", ("address", quiet.name))
    said = await talk.says("不对，是牡丹路60弄", "deny", ("address", "牡丹路60弄"))
    assert "牡丹路60弄正在停电" in said
    assert talk.loop is None
    assert orders_of(world, talk) == []


async def test_that_a_question_in_between_is_answered_and_the_form_goes_on(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整栋楼没电", "report_outage", ("address", quiet.name))
    said = await talk.says("先问一下几点能来", "query_outage")
    assert said == words("fault_when") + "\n" + words("fault_ask_building")
    said = await talk.says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    assert "花木供电营业厅" in said
    assert said.endswith(words("fault_ask_building"))
    assert await talk.says("5栋", "inform") == words("fault_ask_phone")


async def test_that_a_live_next_door_is_an_answer_and_no_alarm(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}没电了", "report_outage", ("address", quiet.name))
    said = await talk.says("隔壁有电", "report_emergency", confidence=0.6)
    assert said.endswith(words("fault_ask_door"))
    await talk.says("隔壁电线冒火了", "report_emergency", confidence=0.6)
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["emergency"]


async def test_that_a_bare_name_is_an_answer_whatever_the_model_takes_it_for(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    await talk.says("家里停电了", "report_outage")
    assert await talk.says(quiet.name, "out_of_scope") == words("fault_ask_scope")


async def test_that_another_matters_time_is_not_the_damages(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(
        f"{quiet.name}2号楼101冰箱烧了要赔",
        "claim_compensation",
        ("address", f"{quiet.name}2号楼101"),
        ("device", "冰箱"),
    )
    said = await talk.says(
        "花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"), ("time", "今天")
    )
    assert "花木供电营业厅" in said
    assert said.endswith(words("fault_ask_when"))


async def test_that_what_is_told_of_people_is_noted_and_no_missed_answer(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}没电了", "report_outage", ("address", quiet.name))
    for text in ("家里有个孕妇", "小区有门禁", "我奶奶是老人", "宝宝要热奶粉"):
        said = await talk.says(text, "out_of_scope")
        assert said == words("fault_noted") + "\n" + words("fault_ask_scope")
    await talk.says("整个小区，不留电话", "inform")
    await talk.says("不用", "deny")
    await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert order["facts"]["notes"] == "孕妇、宝宝、奶粉"
    assert order["marks"] == ["closed_estate", "elderly"]


async def test_that_whoever_does_not_know_is_not_pressed(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    assert await talk.says(f"{quiet.name}没电了", "report_outage", ("address", quiet.name)) == words(
        "fault_ask_scope"
    )
    assert await talk.says("不知道啊", "inform") == words("fault_ask_phone")


async def test_that_three_answers_missed_lead_to_a_person_with_what_is_known(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}没电了", "report_outage", ("address", quiet.name))
    for _ in range(2):
        assert await talk.says("哎哟喂", "inform") == words("fault_ask_scope")
    said = await talk.says("哎哟喂", "inform")
    assert said == words("fault_given_up")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("not_answered", "report_outage")
    assert ticket.facts["address"] == quiet.full


async def test_that_an_unknown_place_leads_to_a_person(world: World) -> None:
    talk = world.talk()
    assert await talk.says("火星路99弄停电了", "report_outage", ("address", "火星路99弄")) == words(
        "address_unknown"
    )
    await talk.says("木星小区", "inform", ("address", "木星小区"))
    await talk.says("土星小区", "inform", ("address", "土星小区"))
    await talk.says("就是土星小区", "inform", ("address", "土星小区"))
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "address_unknown"
    assert ticket.facts["address"] == "土星小区"


async def test_that_power_that_is_back_needs_nobody(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}没电了", "report_outage", ("address", quiet.name))
    assert await talk.says("来电了，不用了", "inform") == words("fault_back")
    assert talk.loop is None
    assert orders_of(world, talk) == []


async def test_that_a_place_is_told_in_parts(world: World) -> None:
    talk = world.talk()
    said = await talk.says("阳光花园停电了", "report_outage", ("address", "阳光花园"))
    assert "哪一处" in said
    said = await talk.says("海州的", "inform", ("address", "海州"))
    assert said == words("fault_ask_scope")


async def test_that_reporting_is_offered_where_nothing_is_known(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    said = await talk.says(f"{quiet.name}停电到几点", "query_outage", ("address", quiet.name))
    assert said == words("outage_none", place=quiet.name)
    assert await talk.says("是", "affirm") == words("fault_ask_scope")


@pytest.mark.parametrize(
    ("intent", "text", "kind", "turns"),
    [
        ("report_voltage", "灯一直忽明忽暗，电压低", "fault", ["就我家", "3号楼502", "不用"]),
        ("report_frequent_outage", "三天两头停电", "opinion", ["不用"]),
        ("report_meter_fault", "电表不亮了", "meter", ["3号楼502", "不用"]),
        ("report_noise", "变压器太吵", "opinion", ["不用"]),
        ("claim_compensation", "要赔偿", "compensation", ["3号楼502", "冰箱烧了", "前天晚上", "不用"]),
        ("request_relocation", "想迁移", "application", ["门口的电线杆", "不用"]),
    ],
)
async def test_that_each_wish_asks_what_it_needs(
    world: World, quiet: Quiet, intent: str, text: str, kind: str, turns: list[str]
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}{text}", intent, ("address", quiet.name))
    for answer in turns:
        said = await talk.says(answer, "deny" if answer == "不用" else "inform")
    assert said.endswith("对吗？")
    assert words(f"part_fault_{intent}") in said
    await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert (order["kind"], order["subject"]) == (kind, intent)


async def test_that_a_damage_is_told_its_time_limit(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    said = await talk.says(
        f"{quiet.name}电压太高冰箱烧了", "claim_compensation", ("address", quiet.name), ("device", "冰箱")
    )
    assert words("fault_claim_hint") in said
    assert await talk.says("2号楼101", "inform") == words("fault_ask_when")


async def test_that_a_second_yes_writes_no_second_order(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区没电，13800001234", "report_outage", ("address", quiet.name))
    await talk.hear("对")
    for _ in range(2):  # the same message once more, as after a crash
        events, slots, loop = list(talk.events), dict(talk.slots), talk.loop
        await talk.again("对", "affirm", [])
        talk.events, talk.slots, talk.loop = events, slots, loop
    assert len(orders_of(world, talk)) == 1
