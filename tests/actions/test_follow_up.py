"""Nothing but another time, after something was looked up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kit import clock
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk, entity

WORDS = Wording()
LI = "3200456789"


def month_before(back: int) -> datetime:
    first = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


async def asks(
    talk: Talk, text: str, words: str, first: datetime, days: int, intent: str = "urge_ticket", **more: Any
) -> str:
    await talk.hear(text)
    until = first + timedelta(days=days)
    found = [entity("time", text, words, **{"from": first.isoformat(), "to": until.isoformat()})]
    return await talk.again(text, intent, found, **{"confidence": 0.55, **more})


async def told_of_li(world: World, text: str, intent: str) -> Talk:
    talk = world.talk()
    await talk.says(f"{text}，户号{LI}，户主李秀英", intent, ("person_name", "李秀英"))
    return talk


@pytest.mark.parametrize(
    ("text", "intent", "action"),
    [
        ("查电费", "query_bill", "action_tell_bill"), ("余额多少", "query_balance", "action_tell_bill"),
        ("用了多少度", "query_usage", "action_tell_usage"), ("交了多少", "query_payment_record", "action_tell_payments"),
    ],
)  # fmt: skip
async def test_that_another_month_is_looked_up_as_the_last_was(
    world: World, text: str, intent: str, action: str
) -> None:
    talk = await told_of_li(world, text, intent)
    before = month_before(3)
    said = await asks(talk, "那三个月前呢", "三个月前", before, 28, "query_bill")
    assert talk.ran[-1] == action
    assert f"{before.month}月" in said


async def test_that_tomorrow_after_an_outage_means_announced_ones(world: World) -> None:
    talk = world.talk()
    await talk.says("天元区阳光花园停电了吗", "query_outage", ("address", "天元区阳光花园"))
    tomorrow = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    said = await asks(talk, "那明天呢", "明天", tomorrow, 1)
    assert talk.ran[-1] == "action_tell_outage"
    assert talk.slots["matter"] == "query_planned_outage"
    assert "计划" in said


async def test_that_a_time_of_which_nothing_can_be_known_is_asked_about(world: World) -> None:
    talk = await told_of_li(world, "查电费", "query_bill")
    assert await asks(talk, "那明天呢", "明天", clock.now() + timedelta(days=1), 1) == WORDS.text(
        "utter_ask_what", "web"
    )


async def test_that_without_a_look_up_it_is_asked_what_is_meant(world: World) -> None:
    talk = world.talk()
    said = await asks(talk, "那明天呢", "明天", clock.now() + timedelta(days=1), 1)
    assert said == WORDS.text("utter_ask_what", "web")


async def test_that_a_question_with_a_time_is_a_question(world: World) -> None:
    talk = await told_of_li(world, "查电费", "query_bill")
    await asks(talk, "上个月用了多少度", "上个月", month_before(1), 28, "query_usage", confidence=0.95)
    assert talk.ran[-1] == "action_tell_usage"
    await asks(talk, "昨天报的单催一下", "昨天", clock.now() - timedelta(days=1), 1, confidence=0.95)
    assert "action_urge" in talk.ran


async def test_that_the_same_answer_again_comes_with_a_person(world: World) -> None:
    talk = world.talk()
    hall = ("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    first = await talk.says(*hall)
    assert await talk.says(*hall) == f"{first}\n{WORDS.text('utter_said_before', 'web')}"
    assert await talk.says(*hall) == f"{first}\n{WORDS.text('utter_said_before', 'web')}"
    await talk.says("好", "affirm")
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["not_answered"]


async def test_that_what_was_asked_to_be_repeated_is_repeated_plainly(world: World) -> None:
    talk = world.talk()
    first = await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert await talk.says("再说一遍", "repeat") == first
    assert await talk.says("再说一遍", "repeat") == first
