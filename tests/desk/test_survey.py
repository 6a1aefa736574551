"""How content residents are: asked once after the end, answered in one word, never a matter of the bot's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conversations.models import Conversation
from desk import survey
from desk.models import Survey, Ticket
from kit import clock
from tests.desk.conftest import World
from tests.desk.test_replies import CALL, close

READINGS: list[tuple[str, tuple[str, str] | None]] = [
    ("满意", ("satisfied", "")),
    ("很满意！", ("satisfied", "")),
    ("不满意", ("dissatisfied", "")),
    ("不满意，师傅态度差", ("dissatisfied", "师傅态度差")),
    ("不太满意。", ("dissatisfied", "")),
    ("一般", ("neutral", "")),
    ("不用回访", ("declined", "")),
    ("满意度调查在哪", None),
    ("一般什么时候来电", None),
    ("我不满意电费", None),
    ("查电费", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), READINGS)
def test_that_a_rating_is_the_whole_message_or_its_beginning(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert survey.reading(text) == expected


async def closed(world: World, **changes: Any) -> str:
    number = await world.claimed(**{k: changes.pop(k) for k in ("resident", "channel") if k in changes})
    await close(world, number, **changes)
    return number


async def kept(world: World, number: str) -> Survey | None:
    async with world.db.work() as session:
        return await session.get(Survey, number)


async def answers(world: World, text: str, **more: Any) -> None:
    _, turn = await world.writes(text, **more)
    await world.turns.run(turn.id)


async def last(world: World, number: str) -> str:
    return (await world.said_in(number))[-1][0].text


async def test_that_a_resident_is_asked_with_buttons_in_the_words_of_the_end(world: World) -> None:
    number = await closed(world)
    message, _ = (await world.said_in(number))[-1]
    assert message.text == world.house.words("utter_ticket_closed_survey", "wechat", number=number).text
    assert [button["title"] for button in message.payload["buttons"]] == ["满意", "一般", "不满意"]


@pytest.mark.parametrize("outcome", ["not_reachable", "duplicate", "other", "callback_promised"])
async def test_that_nobody_is_asked_about_what_was_not_done(world: World, outcome: str) -> None:
    number = await closed(
        world, outcome=outcome, **({"callback": CALL} if outcome == "callback_promised" else {})
    )
    assert await kept(world, number) is None
    assert await last(world, number) == world.house.words("utter_ticket_closed", "wechat", number=number).text


@pytest.mark.parametrize(("text", "answer"), [("满意", "satisfied"), ("一般，来得慢", "neutral")])
async def test_that_an_answer_is_kept_and_does_not_reach_the_bot(
    world: World, text: str, answer: str
) -> None:
    number = await closed(world)
    await answers(world, text)
    row = await kept(world, number)
    assert row is not None
    assert (row.answer, row.comment) == (answer, text.partition("，")[2])
    assert await last(world, number) == world.house.words(f"utter_survey_{answer}", "wechat").text
    assert (await world.last_event(number)).data == {"answer": answer}
    # The second time it is a message like any other.
    await answers(world, text)
    assert await last(world, number) == "…"


async def test_that_an_answer_interrupted_by_a_crash_is_answered_once(world: World) -> None:
    number = await closed(world)
    _, turn = await world.writes("满意")
    conversation = await world.conversation(turn.conversation_id)
    async with world.db.work() as session:
        message = (await world.said_in(number))[-1][0]
        await world.desk.rated(session, await session.get_one(Conversation, conversation.id), message)
    await world.turns.run(turn.id)
    await world.turns.run(turn.id)
    thanks = world.house.words("utter_survey_satisfied", "wechat").text
    assert [m.text for m, _ in await world.said_in(number)].count(thanks) == 1
    assert (await world.events(number)).count("rated") == 1


async def test_that_the_dissatisfied_get_a_person_who_hears_what_was_not_solved(world: World) -> None:
    number = await closed(world)
    await answers(world, "不满意")
    async with world.db.work() as session:
        [again] = (await session.scalars(select(Ticket).where(Ticket.state == "queued"))).all()
    assert (again.reason, again.facts["ticket_number"]) == ("dissatisfied", number)
    assert await world.owner(again.number) == ("queue", 4)
    texts = [message.text for message, _ in await world.said_in(number)]
    assert world.house.words("utter_survey_dissatisfied", "wechat").text in texts
    await answers(world, "？")
    await answers(world, "电还是没有来")
    await answers(world, "快点")
    row = await kept(world, number)
    assert row is not None
    assert (row.answer, row.comment) == ("dissatisfied", "电还是没有来")


async def test_that_another_matter_goes_to_the_bot_and_the_survey_stays_open(world: World) -> None:
    number = await closed(world)
    await answers(world, "查电费")
    assert await last(world, number) == "…"
    await answers(world, "满意")
    row = await kept(world, number)
    assert row is not None
    assert row.answer == "satisfied"


async def test_that_who_declines_is_never_asked_again(world: World) -> None:
    first = await closed(world)
    await answers(world, "别再问")
    assert await last(world, first) == world.house.words("utter_survey_declined", "wechat").text
    second = await closed(world)
    assert [await kept(world, number) for number in (first, second)] == [None, None]


async def test_that_nobody_is_asked_after_the_channels_window_nor_answers_after_it(world: World) -> None:
    number = await world.claimed()
    ticket = await world.ticket(number)
    async with world.db.work() as session:
        (await session.get_one(Conversation, ticket.conversation_id)).last_inbound_at = (
            clock.now() - timedelta(hours=49)
        )
    await close(world, number)
    assert await kept(world, number) is None
    asked = await closed(world, resident="openid-2")
    async with world.db.work() as session:
        (await session.get_one(Survey, asked)).asked_at -= timedelta(hours=49)
    await answers(world, "满意", resident="openid-2")
    assert await last(world, asked) == "…"


async def test_that_a_work_order_is_asked_about_once_and_only_by_the_bot(world: World) -> None:
    conversation, _ = await world.writes("你好")
    async with world.db.work() as session:
        asked = [await world.desk.ask_content(session, conversation.id, "20261122000001") for _ in range(2)]
    assert asked == [True, False]
    await answers(world, "满意")
    row = await kept(world, "20261122000001")
    assert row is not None
    assert (row.source, row.answer) == ("utility", "satisfied")
    await world.waiting()
    async with world.db.work() as session:
        assert not await world.desk.ask_content(session, conversation.id, "20261122000002")


async def test_that_a_caller_is_not_asked_by_a_message(world: World) -> None:
    number = await closed(world, channel="ivr", resident="call-1")
    assert await kept(world, number) is None
