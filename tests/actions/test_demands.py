"""Several demands in one message: each is answered, in order, and none is lost behind a question."""

from __future__ import annotations

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.records import WANG

WORDS = Wording()
OUTAGE, HALL = "牡丹路60弄停电了，", "另外花木营业厅几点关门"
BOTH = {"report_outage": OUTAGE, "query_hall": HALL}


async def test_that_two_look_ups_are_answered_in_one_turn(world: World) -> None:
    talk = world.talk()
    said = await talk.says(
        OUTAGE + HALL,
        "report_outage",
        ("address", "牡丹路60弄"),
        ("business_hall", "花木营业厅"),
        demands=BOTH,
    )
    assert said.index("牡丹路60弄正在停电") < said.index("花木供电营业厅")
    assert talk.ran[-2:] == ["action_next_demand", "action_tell_hall"]
    assert talk.slots["waiting"] is None


async def test_that_what_waits_behind_a_form_comes_when_the_form_is_done(world: World) -> None:
    talk = world.talk()
    parts = {"report_outage": "我家停电了，", "query_hall": HALL}
    asked = await talk.says(
        "我家停电了，" + HALL, "report_outage", ("business_hall", "花木营业厅"), demands=parts
    )
    assert asked == WORDS.text("utter_ask_address", "web")
    said = await talk.says("牡丹路60弄", "inform", ("address", "牡丹路60弄"))
    assert said.index("牡丹路60弄正在停电") < said.index("花木供电营业厅")
    assert "花木供电营业厅" not in await talk.says("谢谢", "thank")


async def test_that_an_offered_person_is_answered_before_what_waits(world: World) -> None:
    [(name,)] = world.ask_town(
        "select name from place where kind = 'estate' and place_id not in (select place_id from outage)"
        " and name in (select name from place group by name having count(*) = 1) order by name limit 1"
    )
    talk = world.talk()
    parts = {"query_outage": f"{name}停电了吗，", "query_hall": HALL}
    first = await talk.says(
        f"{name}停电了吗，{HALL}",
        "query_outage",
        ("address", name),
        ("business_hall", "花木营业厅"),
        demands=parts,
    )
    assert first == WORDS.text("utter_outage_none", "web", place=name)
    said = await talk.says("不用了", "deny")
    assert said.startswith(WORDS.text("utter_deny", "web"))
    assert "花木供电营业厅" in said


async def test_that_a_new_matter_lets_the_old_one_go(world: World) -> None:
    talk = world.talk()
    parts = {"report_outage": "我家停电了，", "query_hall": HALL}
    await talk.says("我家停电了，" + HALL, "report_outage", demands=parts)
    await talk.says("算了", "cancel")
    await talk.says("你好", "greet")
    assert talk.slots["waiting"] is None


async def test_that_danger_leaves_the_rest_to_the_person(world: World) -> None:
    talk = world.talk()
    parts = {"report_emergency": "电线冒火花了，", "query_hall": HALL}
    said = await talk.says("电线冒火花了，" + HALL, "report_emergency", demands=parts)
    assert "花木供电营业厅" not in said
    assert talk.paused
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "emergency"


async def test_that_what_one_look_up_answers_is_not_answered_twice(world: World) -> None:
    talk = world.talk()
    parts = {"report_outage": OUTAGE, "query_outage": "还有多久来电"}
    await talk.says(OUTAGE + "还有多久来电", "report_outage", ("address", "牡丹路60弄"), demands=parts)
    assert "action_next_demand" not in talk.ran


async def test_that_a_person_who_takes_over_gets_the_answer_before(world: World) -> None:
    talk = world.talk()
    parts = {"query_hall": "花木营业厅几点关门，", "request_agent": "另外转人工"}
    text = "".join(parts.values())
    await talk.says(text, "query_hall", ("business_hall", "花木营业厅"), demands=parts)
    assert talk.paused
    assert "花木供电营业厅" in "\n".join(await world.said(talk))


async def test_that_what_waits_behind_a_proof_is_answered_before_we_ask_to_remember_the_account(
    world: World,
) -> None:
    talk = world.talk("wechat")
    parts = {"query_bill": "我要查电费，", "query_hall": HALL}
    await talk.says("我要查电费，" + HALL, "query_bill", ("business_hall", "花木营业厅"), demands=parts)
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    offer = WORDS.text("utter_binding_offer", "wechat")
    assert said.index("户号尾号0018") < said.index("花木供电营业厅") < said.index(offer)
    assert said.endswith(offer)
    assert talk.choices == ["记住", "不用"]
    assert talk.slots["waiting"] is None
    said = await talk.says("好的", "affirm")
    assert said == WORDS.text("utter_binding_bound", "wechat", account="0018")


async def test_that_where_nothing_is_remembered_nothing_is_asked_after_what_waits(world: World) -> None:
    talk = world.talk("web")
    parts = {"query_bill": "我要查电费，", "query_hall": HALL}
    await talk.says("我要查电费，" + HALL, "query_bill", ("business_hall", "花木营业厅"), demands=parts)
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    assert "花木供电营业厅" in said
    assert WORDS.text("utter_binding_offer", "wechat") not in said
    assert talk.slots["waiting"] is None


async def test_that_a_third_demand_is_not_lost_behind_the_second(world: World) -> None:
    talk = world.talk()
    parts = {
        "report_outage": OUTAGE,
        "query_hall": HALL,
        "query_grid_manager": "还有牡丹路60弄的网格经理是谁",
    }
    entities = (("address", "牡丹路60弄"), ("business_hall", "花木营业厅"))
    said = await talk.says("，".join(parts.values()), "report_outage", *entities, demands=parts)
    assert said.index("正在停电") < said.index("花木供电营业厅") < said.index("网格客户经理")
