"""What is looked up before an order is written, who comes first, and danger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kit import clock
from kit.wording import Wording
from tests.actions.conftest import Quiet, World
from tests.actions.faults import orders_of, words

FIXED = "牡丹路60弄"


async def test_that_a_running_outage_is_told_and_nothing_asked(world: World) -> None:
    talk = world.talk()
    said = await talk.says("牡丹路60弄停电了，什么时候来电", "report_outage", ("address", FIXED))
    assert "牡丹路60弄正在停电" in said
    assert "10千伏电缆被附近施工挖断" in said
    assert talk.loop is None
    assert orders_of(world, talk) == []


async def test_that_work_announced_for_today_is_told_and_the_report_goes_on(
    world: World, quiet: Quiet
) -> None:
    today = clock.now().replace(hour=23, minute=59, second=59, microsecond=0)
    with psycopg.connect(world.town, options="-c search_path=reference,public") as connection:
        connection.execute(
            "insert into outage (outage_id, kind, place_id, buildings, cause, published_at, starts_at, first_end, expected_end)"
            " values ('today', 'planned', %s, '[]', '变压器增容更换', %s, %s, %s, %s)",
            (quiet.place_id, today - timedelta(days=8), today, *[today + timedelta(hours=6)] * 2),
        )  # fmt: skip
    talk = world.talk()
    said = await talk.says(f"{quiet.name}停电了", "report_outage", ("address", quiet.name))
    with psycopg.connect(world.town, options="-c search_path=reference,public") as connection:
        connection.execute("delete from outage where outage_id = 'today'")  # the town is that of all tests
    assert "变压器增容更换" in said
    assert said.endswith(words("fault_ask_scope"))


async def test_that_a_home_that_stays_dark_alone_is_taken_down_after_all(world: World) -> None:
    talk = world.talk()
    await talk.says("牡丹路60弄停电了", "report_outage", ("address", FIXED))
    said = await talk.says("邻居都有电了，就我家没电", "report_outage", ("scope", "就我家"))
    assert said.endswith(words("fault_ask_door"))


async def test_that_the_resident_is_told_of_the_own_order_instead_of_a_second(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区没电，13800001234", "report_outage", ("address", quiet.name))
    await talk.says("对", "affirm")
    said = await talk.says("怎么还没电", "report_outage")
    [order] = orders_of(world, talk)
    assert "已经登记过" in said
    assert order["number"] in said.replace(" ", "")


async def test_that_one_more_is_added_to_an_estates_order_without_hearing_its_number(
    world: World, quiet: Quiet
) -> None:
    first, second, third = world.talk(), world.talk(), world.talk()
    await first.says(f"{quiet.name}整个小区没电，13800001234", "report_outage", ("address", quiet.name))
    await first.says("对", "affirm")
    said = await second.says(f"{quiet.name}全小区都停了", "report_outage", ("address", quiet.name))
    [order], [own] = orders_of(world, first), orders_of(world, second)
    assert "已经有人报修" in said
    assert own["number"] in said.replace(" ", "")
    assert order["number"] not in said.replace(" ", "")
    assert own["facts"]["joins"] == order["number"]
    said = await third.says(f"{quiet.name}就我家没电", "report_outage", ("address", quiet.name))
    assert said.endswith(words("fault_ask_door"))


async def test_that_a_cut_for_arrears_is_told_to_whoever_proved_the_account_and_to_nobody_else(
    world: World,
) -> None:
    [(number, name, full)] = world.ask_town(
        "select a.number, a.holder_name, p.city || p.district || p.street || p.name from account a"
        " join place p using (place_id) where a.supply = 'cut_for_arrears'"
        " and not exists (select 1 from outage o where o.place_id = p.place_id and o.kind <> 'arrears') limit 1"
    )
    talk = world.talk()
    await talk.says(f"查电费 {number}", "query_bill")
    await talk.says(name, "inform")
    said = await talk.says(f"{full}停电了", "report_outage", ("address", full))
    assert "欠费停的电" in said
    assert talk.loop is None
    stranger = await world.talk().says(f"{full}停电了", "report_outage", ("address", full))
    assert "欠费" not in stranger
    assert stranger == words("fault_ask_scope")


@pytest.mark.parametrize(
    ("text", "marks", "urgent"),
    [
        ("我妈用呼吸机", ["medical_device", "supervised"], True),
        ("孩子在上网课", ["online_class"], False),
        ("家里有老人", ["elderly"], False),
        ("小区有门禁，要找保安开门", ["closed_estate"], False),
        ("没有老人", [], False),
        ("快点来", [], False),
    ],
)
async def test_that_what_is_said_of_people_and_gates_becomes_a_mark(
    world: World, quiet: Quiet, text: str, marks: list[str], urgent: bool
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区没电", "report_outage", ("address", quiet.name))
    await talk.says(f"{text}，13800001234", "inform")
    await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert (order["marks"], order["urgent"]) == (marks, urgent)


async def test_that_a_breathing_machine_is_heard_in_an_earlier_message(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"我爸靠制氧机，{quiet.name}停电到几点", "query_outage", ("address", quiet.name))
    said = await talk.says("是", "affirm")
    assert said == words("fault_medical") + "\n" + words("fault_ask_scope")
    assert words("fault_medical") not in await talk.says("整个小区", "inform", ("scope", "整个小区"))


@pytest.mark.parametrize(
    ("intent", "text"),
    [("report_outage", "没电了，我妈用呼吸机"), ("query_outage", "几点来电，我妈用呼吸机")],
)
async def test_that_a_breathing_machine_in_a_running_outage_is_an_urgent_persons(
    world: World, intent: str, text: str
) -> None:
    talk = world.talk()
    await talk.says(f"牡丹路60弄{text}", intent, ("address", "牡丹路60弄"))
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.priority, orders_of(world, talk)) == ("medical_device", "urgent", [])
    assert "牡丹路60弄" in ticket.facts["address"]
    said = "".join(await world.said(talk))
    assert "正在停电" in said
    assert words("outage_machine") in said


async def test_that_an_important_user_is_asked_for_the_place_once_and_then_gets_an_urgent_person(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    assert await talk.says("我们养老院停电了，好多老人", "report_outage") == words("ask_address")
    await talk.says(f"就在{quiet.name}", "inform", ("address", quiet.name))
    [order], [ticket] = orders_of(world, talk), await world.tickets(talk)
    assert (order["place_id"], order["urgent"]) == (quiet.place_id, True)
    assert (ticket.reason, ticket.priority) == ("important_user", "urgent")
    assert quiet.name in ticket.facts["address"]


async def test_that_an_important_user_who_cannot_say_where_gets_a_person_all_the_same(world: World) -> None:
    talk = world.talk()
    await talk.says("我们消防站没电了", "report_outage")
    await talk.says("你们查一下就知道", "out_of_scope", confidence=0.5)
    [order], [ticket] = orders_of(world, talk), await world.tickets(talk)
    assert (order["marks"], ticket.priority) == (["important_user", "supervised"], "urgent")


async def test_that_the_record_of_a_proved_account_tells_an_important_user_at_its_own_place_only(
    world: World, quiet: Quiet
) -> None:
    for place, urgent in ((quiet.name, False), ("", True)):
        talk = world.talk()
        await talk.says("查余额", "query_balance")
        await talk.says("3200456797", "inform")
        await talk.says("8642", "inform")
        await talk.says(f"{place}停电了", "report_outage", *([("address", place)] if place else []))
        tickets = await world.tickets(talk)
        assert [ticket.reason for ticket in tickets] == ["important_user"] * urgent
        if urgent:
            [order] = orders_of(world, talk)
            assert "苍梧绿园" in order["address"]
            assert "important_user" in order["marks"]


async def test_that_a_hospital_without_power_is_a_report_whatever_it_sounds_like(world: World) -> None:
    talk = world.talk()
    assert await talk.says("学校考点停电了怎么办", "ask_service_measures") == words("ask_address")
    talk = world.talk()
    assert await talk.says("人民医院什么时候停电", "query_planned_outage") != words("fault_ask_phone")
    assert "fault_form" not in talk.ran


async def test_that_an_important_supply_is_a_persons_at_once(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}停电了，我们医院手术室在做手术", "report_outage", ("address", quiet.name))
    [order], [ticket] = orders_of(world, talk), await world.tickets(talk)
    assert order["urgent"]
    assert {"important_user", "supervised"} <= set(order["marks"])
    assert (ticket.reason, ticket.facts["order_number"]) == ("important_user", order["number"])


@pytest.mark.parametrize("intent", ["report_hazard", "report_emergency"])
async def test_that_danger_is_an_order_and_a_persons_at_once(world: World, quiet: Quiet, intent: str) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}门口电线掉地上了，13800001234", intent, ("address", quiet.name))
    assert talk.ran[0] == ("utter_hazard" if intent == "report_hazard" else "utter_emergency")
    [order], [ticket] = orders_of(world, talk), await world.tickets(talk)
    assert (order["kind"], order["subject"], order["urgent"]) == ("hazard", intent, True)
    assert (order["place_id"], order["contact_phone"]) == (quiet.place_id, "13800001234")
    assert ticket.priority == "urgent"
    assert ticket.facts["order_number"] == order["number"]
    said = await world.said(talk)
    assert Wording().text(talk.ran[0], "web") in said[0]


async def test_that_danger_is_never_asked_about_even_within_a_form(world: World) -> None:
    talk = world.talk()
    await talk.says("我家停电了", "report_outage")
    await talk.says("不好了着火了", "report_emergency")
    [order], [ticket] = orders_of(world, talk), await world.tickets(talk)
    assert order["place_id"] == ""
    assert ticket.reason == "emergency"
    assert talk.paused


async def test_that_danger_that_is_only_suspected_is_an_order_too(world: World) -> None:
    talk = world.talk()
    await talk.says("那边冒烟", "inform", confidence=0.5, ranking={"report_emergency": 0.4})
    [order] = orders_of(world, talk)
    assert order["subject"] == "report_emergency"


@pytest.mark.parametrize(
    ("raises", "marks", "urgent"),
    [({"elderly"}, ["elderly", "supervised"], True), ({"online_class"}, ["elderly"], False)],
)
async def test_that_a_measure_in_force_has_orders_watched_over(
    world: World, announce: Callable[..., Any], raises: set[str], marks: list[str], urgent: bool
) -> None:
    answers = {"report_frequent_outage": "台风期间有人值守。"}
    await announce(province="江苏省", city="连云港市", effects={"raises": raises, "answers": answers})
    talk = world.talk()
    said = "海州区苍梧绿园整个小区都没电，家里有老人，13800001234"
    await talk.says(said, "report_frequent_outage", ("address", "海州区苍梧绿园"))
    assert "台风期间有人值守。" in await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert (order["marks"], order["urgent"]) == (marks, urgent)


async def test_that_a_cut_for_arrears_is_told_before_the_estates_outage(world: World) -> None:
    [(number, name, full)] = world.ask_town(
        "select a.number, a.holder_name, p.city || p.district || p.street || p.name from account a"
        " join place p using (place_id) where a.supply = 'cut_for_arrears'"
        " and exists (select 1 from outage o where o.place_id = p.place_id and o.kind = 'arrears') limit 1"
    )
    talk = world.talk()
    await talk.says(f"查电费 {number}", "query_bill")
    await talk.says(name, "inform")
    said = await talk.says(f"{full}停电了，邻居都有电", "report_outage", ("address", full))
    assert "欠费停的电" in said
    assert "正在停电" not in said


async def test_that_a_home_alone_dark_is_told_how_arrears_are_looked_up(world: World, quiet: Quiet) -> None:
    said = await world.talk().says(f"{quiet.name}就我家没电", "report_outage", ("address", quiet.name))
    assert "查欠费" in said


async def test_that_a_fault_now_gets_a_crew_first_and_how_often_it_happened_after_it(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    said = f"{quiet.name}这个月都停了四回电了，现在又没电，整个小区都没有，13800001234"
    read_back = await talk.says(said, "report_frequent_outage", ("address", quiet.name))
    assert words("part_fault_report_outage") in read_back
    assert words("part_fault_report_frequent_outage") in await talk.says("对", "affirm")
    await talk.says("对", "affirm")
    first, second = orders_of(world, talk)
    assert (first["kind"], first["subject"]) == ("fault", "report_outage")
    assert (second["kind"], second["subject"]) == ("complaint", "report_frequent_outage")
    assert (second["place_id"], second["contact_phone"]) == (quiet.place_id, "13800001234")


@pytest.mark.parametrize(
    ("said", "phone", "kind"),
    [
        ("这个月停了四五回电", "13800001234", "complaint"), ("两个月停了3次", "13800001234", "complaint"), ("这个月停了两次", "13800001234", "opinion"),
        ("今年停了三次", "13800001234", "opinion"), ("这个月停了四五回电", "不用", "opinion"), ("老是停电", "13800001234", "opinion"),
    ],
)  # fmt: skip
async def test_that_three_outages_in_two_months_are_a_complaint_of_whoever_leaves_a_telephone(
    world: World, quiet: Quiet, said: str, phone: str, kind: str
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}{said}", "report_frequent_outage", ("address", quiet.name))
    await talk.says(phone, "inform")
    await talk.says("对", "affirm")
    assert [order["kind"] for order in orders_of(world, talk)] == [kind]


async def test_that_a_damage_told_in_the_middle_of_a_report_is_taken_up_after_it(
    world: World, quiet: Quiet
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}停电了", "report_outage", ("address", quiet.name))
    said = await talk.says("停电把我冰箱烧坏了要赔", "claim_compensation", ("device", "冰箱"))
    assert words("fault_afterwards", matter=words("part_fault_claim_compensation")) in said
    await talk.says("整个小区，13800001234", "inform", ("scope", "整个小区"))
    assert words("fault_claim_hint") in await talk.says("对", "affirm")
    [order] = orders_of(world, talk)
    assert order["subject"] == "report_outage"
    assert talk.slots["requested_slot"] == "fault_door"
