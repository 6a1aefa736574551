"""A bot that fails, hangs, or is overtaken: an honest sentence, a person, and safety words before everything."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from conversations import turns
from conversations.models import Conversation, Message, Turn
from conversations.ports import BotFailed, BotTurn, HandoffRequest, Parse, Said
from tests.conversations.conftest import House


async def test_that_the_second_failure_says_so_and_hands_over(open_house: House) -> None:
    async def broken(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        raise BotFailed("the action server is down")

    open_house.bot.script = broken
    words = await open_house.answered("help")
    assert open_house.bot.asked == ["help", "help"]
    assert "抱歉" in words[0]
    assert words[1] == "ticket 20260101123456"
    assert open_house.desk.requests[0].reason == "bot_failed"
    [turn] = await open_house.rows(select(Turn))
    assert (turn.state, turn.error) == ("failed", "the action server is down")


async def test_that_a_failure_once_is_not_noticed(open_house: House) -> None:
    async def once(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        if len(open_house.bot.asked) == 1:
            raise BotFailed("hiccup")
        return BotTurn([Said("fine")])

    open_house.bot.script = once
    assert (await open_house.answered("x"))[1:] == ["fine"]
    assert open_house.desk.requests == []


async def test_that_a_defect_of_ours_also_ends_with_a_person(open_house: House) -> None:
    async def defect(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        raise ZeroDivisionError

    open_house.bot.script = defect
    assert "抱歉" in (await open_house.answered("x"))[0]
    assert len(open_house.desk.requests) == 1


async def test_that_words_of_a_turn_overtaken_by_a_person_are_kept_but_not_said(open_house: House) -> None:
    async def overtaken(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        await open_house.give_to("agent", conversation.id)
        return BotTurn([Said("too late")])

    open_house.bot.script = overtaken
    assert await open_house.answered("x") == []
    assert ("too late", "suppressed") in await open_house.outbox()


async def test_that_words_which_the_desk_has_said_are_not_said_again(open_house: House) -> None:
    async def hands_over(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        async with open_house.conversations.db.work() as session:
            request = HandoffRequest(
                conversation.id, "k", epoch, "emergency", say_first=[Said("run!")], turn_id=message.id
            )
            await open_house.desk.hand_over(session, request)
        return BotTurn([Said("run!")])

    open_house.bot.script = hands_over
    assert await open_house.answered("sparks") == ["run!", "ticket 20260101123456"]


SPARKS = Parse(
    "report_hazard", 0.5, {"report_hazard": 0.5, "report_emergency": 0.35}, [{"entity": "address"}]
)


async def test_that_an_emergency_that_the_bot_fails_at_gets_the_safety_words_first_and_is_urgent(
    open_house: House,
) -> None:
    async def broken(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        raise BotFailed("the action server is down")

    open_house.bot.script, open_house.bot.parses["sparks"] = broken, SPARKS
    words = await open_house.answered("sparks")
    assert "8米" in words[0]
    assert words[1:] == ["ticket 20260101123456"]
    assert open_house.bot.asked == ["sparks"]  # there is no time for a second try
    [request] = open_house.desk.requests
    assert (request.reason, request.intent, request.urgent) == ("emergency", "report_emergency", True)
    assert open_house.desk.heard_texts == ["sparks"]  # with where it is


async def test_that_an_emergency_does_not_wait_for_a_bot_that_hangs(
    open_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = asyncio.Event()

    async def hangs(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        await asyncio.sleep(0.5)
        late.set()
        return BotTurn([Said(f"late answer to {message.text}")])

    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.1)
    open_house.bot.script, open_house.bot.parses["sparks"] = hangs, SPARKS
    assert (await open_house.answered("a bill"))[-1] == "late answer to a bill"
    late.clear()
    words = await open_house.answered("sparks")
    assert "8米" in words[0]
    assert not late.is_set()


async def test_that_a_failure_that_nobody_can_understand_is_an_ordinary_one(open_house: House) -> None:
    async def broken(*_: object) -> Parse:
        raise BotFailed("the bot's door does not answer")

    open_house.bot.script = open_house.bot.parse = broken  # type: ignore[assignment, method-assign]
    assert "抱歉" in (await open_house.answered("sparks"))[0]
    assert not open_house.desk.requests[0].urgent


async def test_that_emergency_words_are_answered_while_an_agent_is_at_work(open_house: House) -> None:
    accepted = await open_house.write("hello", channel="web")
    await open_house.conversations.wait(accepted.turn_id, seconds=5)
    await open_house.give_to("agent", accepted.conversation_id)
    open_house.bot.parses["sparks"] = Parse(
        "query_outage", 0.6, {"query_outage": 0.6, "report_emergency": 0.35}
    )
    await open_house.answered("anything else")
    words = await open_house.answered("sparks")
    assert "8米" in words[0]
    assert "2026 0101 1234 56" in words[1]
    assert open_house.desk.alarms == ["emergency"]
    assert open_house.desk.heard_texts == ["anything else", "sparks"]
    assert open_house.bot.asked == ["hello"]
