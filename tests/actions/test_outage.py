"""Outages: by address, in one turn, without an account."""

from __future__ import annotations

from datetime import datetime

import pytest

from kit import clock
from kit.spoken import Speaker
from kit.wording import Wording
from tests.actions.conftest import World

FIXED = "牡丹路60弄"


async def test_that_the_running_outage_is_told_in_one_turn(world: World) -> None:
    talk = world.talk()
    said = await talk.says("牡丹路60弄停电了，什么时候来电", "query_outage", ("address", FIXED))
    [(end,)] = world.ask_town(
        "select expected_end from outage where cause = '10千伏电缆被附近施工挖断'"
        " and restored_at is null and place_id in (select place_id from place where name = '牡丹路60弄')"
    )
    assert isinstance(end, datetime)
    assert FIXED in said
    assert "10千伏电缆被附近施工挖断" in said
    assert Speaker(spoken=False).render(end.astimezone(clock.SHANGHAI), "time") in said
    assert talk.ran == ["action_tell_outage"]


async def test_that_a_caller_hears_no_digits(world: World) -> None:
    said = await world.talk("ivr").says("牡丹路60弄停电了", "query_outage", ("address", FIXED))
    assert "牡丹路六十弄" in said
    assert "十千伏" in said
    assert not any(character.isdigit() and character.isascii() for character in said)


async def test_that_the_address_is_found_in_words_that_understanding_missed(world: World) -> None:
    said = await world.talk().says("牡丹路60弄停电了", "query_outage")
    assert "正在停电" in said


async def test_that_too_short_a_span_does_not_hide_the_place(world: World) -> None:
    said = await world.talk().says("牡丹路60弄停电了", "query_outage", ("address", "牡丹路"))
    assert "牡丹路60弄正在停电" in said


async def test_that_the_place_is_asked_for_and_then_remembered(world: World) -> None:
    talk = world.talk()
    asked = await talk.says("我家怎么停电了", "query_outage")
    assert asked == Wording().text("utter_ask_address", "web")
    assert talk.loop == "outage_form"
    told = await talk.says("牡丹路60弄3号楼", "inform", ("address", "牡丹路60弄3号楼"))
    assert "正在停电" in told
    assert talk.loop is None
    assert "正在停电" in await talk.says("那什么时候能好", "query_outage")


@pytest.mark.parametrize("answer", ["by number", "by district"])
async def test_that_namesakes_are_asked_about_and_chosen(world: World, answer: str) -> None:
    talk = world.talk("wechat")
    await talk.says("明天阳光花园停电吗", "query_planned_outage", ("address", "阳光花园"))
    places = world.ask_town("select city, district from place where name = '阳光花园'")
    assert len(places) > 1
    assert all(any(f"{city}{district}" in choice for choice in talk.choices) for city, district in places)
    number = next(n for n, choice in enumerate(talk.choices, 1) if "天元区" in choice)
    told = await talk.says(str(number) if answer == "by number" else "就是天元区的", "inform")
    assert "10千伏线路改造" in told
    assert "明天" in told
    assert "转人工" not in told


async def test_that_an_unknown_place_leads_to_a_person_and_not_round_in_circles(world: World) -> None:
    talk = world.talk()
    words = Wording()
    await talk.says("火星路99弄停电了", "query_outage", ("address", "火星路99弄"))
    assert await talk.says("木星小区", "inform", ("address", "木星小区")) == words.text(
        "utter_address_last", "web"
    )
    said = await talk.says("土星小区", "inform", ("address", "土星小区"))
    assert said == words.text("utter_address_given_up", "web")
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("address_unknown", "query_outage")


async def test_that_a_place_without_notices_is_said_to_have_none(world: World) -> None:
    [(name, *_)] = world.ask_town(
        "select name, city, district from place where kind = 'estate' and place_id not in"
        " (select place_id from outage) and name in (select name from place group by name having count(*) = 1)"
        " limit 1"
    )
    talk = world.talk()
    said = await talk.says(f"{name}停电了", "query_outage", ("address", name))
    assert said == Wording().text("utter_outage_none", "web", place=name)
    assert await talk.says("好的", "affirm") == Wording().text("utter_fault_ask_scope", "web")
    assert await world.tickets(talk) == []


@pytest.mark.parametrize(("column", "word"), [("restored_at", "恢复供电"), ("cancelled_at", "取消")])
async def test_that_what_is_over_is_said_to_be_over(world: World, column: str, word: str) -> None:
    rows = world.ask_town(
        f"select p.city || p.district || p.street || p.name from outage o join place p using (place_id)"
        f" where o.{column} < now() and o.{column} > now() - interval '2 days' and o.account_number is null"
        f" and o.buildings = '[]' and (select count(*) from outage other where other.place_id = o.place_id) = 1"
    )
    assert rows
    said = await world.talk().says(f"{rows[0][0]}停电吗", "query_outage", ("address", rows[0][0]))
    assert word in said
    assert "正在停电" not in said


async def test_that_a_disconnection_for_arrears_is_nobody_elses_business(world: World) -> None:
    rows = world.ask_town(
        "select p.city || p.district || p.street || p.name, o.cause from outage o join place p using (place_id)"
        " where o.kind = 'arrears'"
    )
    assert rows
    for place, cause in rows[:3]:
        said = await world.talk().says(f"{place}停电了", "query_outage", ("address", place))
        assert cause not in said


@pytest.mark.parametrize("text", ["花木街道停电没有", "停电了吗花木这边"])
async def test_that_a_region_gets_what_goes_on_in_it_and_is_asked_for_more(world: World, text: str) -> None:
    talk = world.talk()
    said = await talk.says(text, "query_outage")
    assert "上海市浦东新区花木街道" in said
    assert "牡丹路60弄" in said
    assert Wording().text("utter_outage_region_where", "web") in said
    assert "正在停电" in await talk.says("牡丹路60弄", "inform", ("address", "牡丹路60弄"))


async def test_that_planned_work_of_a_region_comes_with_its_times(world: World) -> None:
    said = await world.talk().says("天元区明天停电吗", "query_planned_outage", ("address", "天元区"))
    assert "停电计划" in said
    assert "阳光花园" in said


async def test_that_a_region_named_twice_is_not_told_twice(world: World) -> None:
    talk = world.talk()
    first = await talk.says("花木停电了没", "query_outage", ("address", "花木"))
    again = await talk.says("就是花木", "inform", ("address", "花木"))
    assert "牡丹路60弄" in first
    assert again == Wording().text("utter_address_part", "web", region="上海市浦东新区花木街道")
