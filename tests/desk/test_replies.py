"""Answers and outcomes: said once, by the holder only, and the bot is back afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from conversations import record
from conversations.ports import Parse, Said
from desk.errors import Closed, Lost, ReadOnly, Taken
from kit import clock
from kit.errors import BadInput, Conflict
from tests.desk.conftest import World

CALL = {"phone": "13800006789", "at": "2026-08-13T18:00+08:00"}


async def close(world: World, number: str, by: str = "agent1", **changes: Any) -> None:
    async with world.db.work() as session:
        await world.desk.close(
            session,
            number=number,
            agent=world.agents[by],
            **({"outcome": "resolved"} | changes),
        )


async def test_that_an_answer_leaves_by_the_channel_under_the_agents_name(world: World) -> None:
    number = await world.claimed("agent1")
    message = await world.reply(number, "  您好，已经派人去了\n")
    assert (message.author, message.author_name) == (
        "agent",
        world.agents["agent1"].display_name,
    )
    await world.turns.deliver(message.conversation_id)
    assert world.wechat.sent[-1] == "您好，已经派人去了"
    assert await world.events(number) == ["opened", "claimed", "replied"]


async def test_that_a_double_click_is_one_message(world: World) -> None:
    number = await world.claimed("agent1")
    messages = await asyncio.gather(*(world.reply(number, "您好") for _ in range(5)))
    assert len({message.id for message in messages}) == 1
    assert [m.author for m, _ in await world.said_in(number)].count("agent") == 1
    with pytest.raises(Conflict) as reused:
        await world.reply(number, "另一句")
    assert reused.value.code == "token_reused"


async def test_that_an_answer_clears_the_draft(world: World) -> None:
    number = await world.claimed("agent1")
    async with world.db.work() as session:
        await world.desk.heartbeat(
            session, number=number, agent=world.agents["agent1"], draft="您", read_seq=1
        )
    await world.reply(number, "您好")
    assert (await world.ticket(number)).draft == ""


async def test_that_only_the_holder_answers_and_closes(world: World) -> None:
    number = await world.waiting()
    with pytest.raises(Lost):
        await world.reply(number, "您好")
    async with world.db.work() as session:
        await world.desk.claim(session, number=number, agent=world.agents["agent1"])
    for by in ("agent2", "supervisor"):
        with pytest.raises(Taken):
            await world.reply(number, "您好", by=by)
        with pytest.raises(Taken):
            await close(world, number, by=by)
    await world.lapse(number)
    with pytest.raises(Lost):
        await world.reply(number, "您好")
    assert [m.author for m, _ in await world.said_in(number)] == ["resident", "system"]


async def test_that_an_empty_or_endless_answer_is_refused(world: World) -> None:
    number = await world.claimed("agent1")
    for text in ("", "  \n ", "长" * 2001):
        with pytest.raises(BadInput):
            await world.reply(number, text)


async def test_that_a_call_is_read_only_and_closes_with_a_call_back(world: World) -> None:
    number = await world.claimed("agent1", channel="ivr", resident="call-1")
    with pytest.raises(ReadOnly):
        await world.reply(number, "您好")
    await close(world, number, outcome="callback_promised", callback=CALL, note="转接后无人接听")
    ticket = await world.ticket(number)
    assert (ticket.outcome, ticket.callback, ticket.note) == (
        "callback_promised",
        CALL,
        "转接后无人接听",
    )
    assert [m.author for m, _ in await world.said_in(number)] == ["resident", "system"]


async def test_that_a_visit_that_ended_cannot_be_answered_where_nobody_can_push(
    world: World,
) -> None:
    number = await world.claimed("agent1", channel="web", resident="visit-1")
    await world.reply(number, "您好")
    await world.house.end((await world.ticket(number)).conversation_id, "closed the page")
    with pytest.raises(ReadOnly):
        await world.reply(number, "还在吗", token="token-0002")


async def test_that_closing_gives_the_conversation_back_to_the_bot(world: World) -> None:
    number = await world.claimed("agent1")
    _owner, epoch = await world.owner(number)
    await world.reply(number, "已解决")
    await close(world, number, note=" 已电话说明 ")
    ticket = await world.ticket(number)
    assert (ticket.state, ticket.outcome, ticket.note) == ("closed", "resolved", "已电话说明")
    assert await world.owner(number) == ("bot", epoch + 1)
    assert (await world.last_event(number)).data["outcome"] == "resolved"
    last = (await world.said_in(number))[-1][0]
    assert last.author == "system"
    assert number in last.text.replace(" ", "")
    with pytest.raises(Closed):
        await world.reply(number, "还有", token="token-0002")
    # The next wish for a person is a new ticket, in a transcript of its own.
    again = await world.waiting()
    assert again != number
    async with world.db.work() as session:
        shown = await world.desk.transcript(session, ticket)
    assert shown[-1][0].id == last.id


async def test_that_closing_twice_is_closing_once(world: World) -> None:
    number = await world.claimed("agent1")
    await close(world, number)
    before = await world.owner(number)
    await close(world, number)
    assert await world.owner(number) == before
    with pytest.raises(Closed):
        await close(world, number, outcome="duplicate")


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "withdrawn"},
        {"outcome": "gone"},
        {"outcome": "callback_promised"},
        {"outcome": "resolved", "callback": CALL},
    ],
)
async def test_that_an_outcome_outside_the_list_or_a_call_back_without_a_phone_is_refused(
    world: World, changes: dict[str, Any]
) -> None:
    number = await world.claimed("agent1")
    with pytest.raises(BadInput):
        await close(world, number, **changes)
    assert (await world.ticket(number)).state == "active"


async def test_that_words_the_bot_did_not_get_to_say_stay_in_the_transcript(world: World) -> None:
    conversation, turn = await world.writes("查电费")
    number = await world.waiting()
    async with world.db.work() as session:
        locked = await record.lock_conversation(session, conversation.id)
        await record.say(session, locked, Said("您的电费是"), author="bot", turn_id=turn.id, suppressed=True)
    async with world.db.work() as session:
        rows = await world.desk.transcript(session, await world.ticket(number))
    message, outbox = rows[-1]
    assert outbox is not None
    assert (message.text, outbox.state) == ("您的电费是", "suppressed")


async def test_that_in_the_queue_a_message_adds_facts_and_is_answered_with_the_place(
    world: World,
) -> None:
    number = await world.waiting()
    entities = [
        {"entity": "account_number", "start": 2, "end": 15, "value": "3100000000018"},
        {"entity": "time", "start": 16, "end": 20, "value": "2026-08-12T20:00:00+08:00"},
        {"entity": "sound", "start": 0, "end": 1, "value": "x"},
    ]
    world.bot.parsed = Parse("inform", 0.9, {}, entities)
    conversation, turn = await world.writes("户号3100000000018，昨晚八点停的")
    await world.turns.run(turn.id)
    ticket = await world.ticket(number)
    assert ticket.facts == {"account_number": "3100000000018", "time": "昨晚八点"}
    assert await world.events(number) == ["opened", "fact", "fact"]
    answer = (await world.said(conversation.id))[-1][0]
    assert answer.author == "system"
    assert number in answer.text.replace(" ", "")
    async with world.db.work() as session:
        assert (await world.desk.get_ticket(session, number))[3] == 1  # unread


async def test_that_a_message_to_the_agent_is_only_shown(world: World) -> None:
    number = await world.claimed("agent1")
    conversation, turn = await world.writes("还没来电")
    await world.turns.run(turn.id)
    assert (await world.said(conversation.id))[-1][0].text == "还没来电"
    async with world.db.work() as session:
        assert (await world.desk.get_ticket(session, number))[3] == 1
        seq = (await world.said(conversation.id))[-1][0].seq
        await world.desk.heartbeat(
            session, number=number, agent=world.agents["agent1"], draft=None, read_seq=seq
        )
        assert (await world.desk.get_ticket(session, number))[3] == 0


async def test_that_an_emergency_raises_the_ticket_whoever_owns_it(world: World) -> None:
    number = await world.claimed("agent1")
    world.bot.parsed = Parse("report_emergency", 0.9)
    conversation, turn = await world.writes("冒烟了")
    await world.turns.run(turn.id)
    assert (await world.ticket(number)).priority == "urgent"
    assert (await world.last_event(number)).kind == "raised"
    assert (await world.said(conversation.id))[-1][0].author == "system"


async def test_that_a_resident_who_no_longer_waits_gets_the_bot_back(world: World) -> None:
    number = await world.waiting()
    world.bot.parsed = Parse("cancel", 0.95)
    conversation, turn = await world.writes("不用人工了")
    await world.turns.run(turn.id)
    ticket = await world.ticket(number)
    assert (ticket.state, ticket.outcome) == ("closed", "withdrawn")
    assert await world.owner(number) == ("bot", 2)
    assert await world.events(number) == ["opened", "withdrawn"]
    assert ticket.closed_at is not None
    assert ticket.closed_at <= clock.now()
    async with world.db.work() as session:
        assert await world.desk.live_number(session, conversation.id) is None
