"""Danger that is told while a person is awaited or at work."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from conversations.ports import Parse
from tests.desk.conftest import Browser, World

ADDRESS = [{"entity": "address", "start": 0, "end": 6, "value": "牡丹路60弄"}]


async def said_to(world: World, parsed: Parse, text: str = "冒烟了", **who: Any) -> list[str]:
    """What is said to a message, in order."""
    world.bot.parsed = parsed
    conversation, turn = await world.writes(text, **who)
    await world.turns.run(turn.id)
    return [message.text for message, _ in await world.said(conversation.id) if message.turn_id == turn.id][
        1:
    ]


async def test_that_an_emergency_is_answered_with_the_urgent_ticket_and_the_question_where(
    world: World,
) -> None:
    number = await world.waiting()
    safety, ticket = await said_to(world, Parse("report_emergency", 0.9))
    assert "8米" in safety
    assert number in ticket.replace(" ", "")
    assert "加急" in ticket
    assert "地点" in ticket
    raised = await world.last_event(number)
    assert (raised.kind, raised.data) == ("raised", {"why": "emergency"})


@pytest.mark.parametrize("told", ["before", "now"])
async def test_that_a_place_that_is_known_is_not_asked_for(world: World, told: str) -> None:
    number = await world.waiting(facts={"address": "牡丹路60弄"} if told == "before" else {})
    entities = ADDRESS if told == "now" else []
    _, ticket = await said_to(world, Parse("report_emergency", 0.9, {}, entities), "牡丹路60弄冒烟了")
    assert number in ticket.replace(" ", "")
    assert "地点" not in ticket


@pytest.mark.parametrize("facts", [{}, {"address": "牡丹路60弄"}])
async def test_that_an_urgent_ticket_asks_for_the_place_only_if_nobody_told_it(
    world: World, facts: dict[str, str]
) -> None:
    number = await world.waiting(urgent=True, reason="emergency", facts=facts)
    words = (await world.said_in(number))[-1][0].text
    assert number in words.replace(" ", "")
    assert ("地点" in words) is (not facts)


async def test_that_a_hazard_in_the_line_gets_its_words_and_makes_the_ticket_urgent(world: World) -> None:
    number = await world.waiting()
    safety, ticket = await said_to(world, Parse("report_hazard", 0.9))
    assert safety == world.house.words("utter_hazard", "wechat").text
    assert number in ticket.replace(" ", "")
    assert (await world.ticket(number)).priority == "urgent"
    assert (await world.last_event(number)).data == {"why": "hazard"}


@pytest.mark.parametrize(("waits", "confidence"), [(False, 0.9), (True, 0.5)])
async def test_that_a_hazard_is_left_to_an_agent_and_a_doubtful_one_is_none(
    world: World, waits: bool, confidence: float
) -> None:
    number = await (world.waiting() if waits else world.claimed())
    words = await said_to(world, Parse("report_hazard", confidence))
    assert world.house.words("utter_hazard", "wechat").text not in words
    assert (await world.ticket(number)).priority == "normal"


async def test_that_a_caller_hears_it_in_speakable_words(world: World) -> None:
    number = await world.waiting(channel="ivr", resident="call-1")
    words = await said_to(world, Parse("report_emergency", 0.9), channel="ivr", resident="call-1")
    assert not re.search(r"[0-9A-Za-z\n]", "".join(words))
    assert words[1] == world.house.words("utter_ticket_raised", "ivr", number=number).text


async def test_that_the_agent_reads_why_a_ticket_became_urgent(
    world: World, browsers: Sequence[Browser]
) -> None:
    number = await world.claimed("agent1")
    await said_to(world, Parse("report_emergency", 0.9))
    page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
    assert "升为紧急：居民说到危险" in page
    assert 'data-testid="raised">居民说到危险' in page


async def test_that_what_the_reason_says_is_not_said_again(world: World, browsers: Sequence[Browser]) -> None:
    await world.waiting(urgent=True, reason="emergency", intent="report_emergency")
    await world.waiting(resident="o2", reason="bot_failed", intent="query_bill")
    page = (await browsers[0].http.get("/desk/tickets")).text
    assert page.count("险情") == 1
    assert "<small>电费账单</small>" in page
