"""Handing over: one ticket, one set of words, whatever is repeated or comes late."""

from __future__ import annotations

import asyncio
import itertools
import re

import pytest

from conversations.ports import Said
from kit import clock
from kit.errors import BadInput, Conflict
from tests.desk.conftest import World

SAFETY = Said("请马上离开")


async def test_that_a_handoff_says_the_words_then_the_number_and_gives_the_conversation_to_the_queue(
    world: World,
) -> None:
    conversation, turn = await world.writes("电线掉地上冒火花了")
    request = world.request(
        conversation, turn_id=turn.id, urgent=True, reason="emergency", say_first=[SAFETY],
        facts={"address": "牡丹路60弄", "account_number": None},
    )  # fmt: skip
    result = await world.hand_over(request)

    assert result.created
    assert re.fullmatch(rf"{clock.now():%Y%m%d}\d{{6}}", result.number)
    ticket = await world.ticket(result.number)
    assert (ticket.state, ticket.priority, ticket.facts) == (
        "queued",
        "urgent",
        {"address": "牡丹路60弄"},
    )
    assert (ticket.first_seq, ticket.last_seq) == (1, 1)
    assert await world.owner(result.number) == ("queue", conversation.epoch + 1)
    assert (await world.turn(turn.id)).ticket_number == result.number
    rows = (await world.said(conversation.id))[1:]
    assert [message.author for message, _ in rows] == ["bot", "system"]
    assert rows[0][0].text == SAFETY.text
    assert "机器人" in rows[1][0].text
    assert result.number in rows[1][0].text.replace(" ", "")
    assert rows[1][0].payload["data"] == {"handoff": {"ticket": result.number}}
    assert all(
        outbox is not None and outbox.exempt and message.turn_id == turn.id for message, outbox in rows
    )


async def test_that_the_words_of_a_handoff_leave_although_the_epoch_moved(
    world: World,
) -> None:
    conversation, _ = await world.writes("转人工")
    await world.hand_over(world.request(conversation, say_first=[Said("好的")]))
    await world.turns.deliver(conversation.id)
    assert len(world.wechat.sent) == 2
    assert world.wechat.sent[0] == "好的"


async def test_that_a_caller_is_told_in_speakable_words_and_transferred(world: World) -> None:
    number = await world.waiting(channel="ivr", resident="call-1")
    message, _ = (await world.said_in(number))[-1]
    assert message.payload["data"] == {"handoff": {"ticket": number}}
    assert not re.search(r"\d", message.text)


async def test_that_the_same_request_opens_once_and_speaks_once(world: World) -> None:
    conversation, turn = await world.writes("转人工")
    request = world.request(conversation, turn_id=turn.id)
    results = await asyncio.gather(*(world.hand_over(request) for _ in range(8)))
    assert len({result.number for result in results}) == 1
    assert sum(result.created for result in results) == 1
    assert len(await world.said(conversation.id)) == 2


async def test_that_a_second_wording_does_not_open_a_second_ticket(world: World) -> None:
    conversation, turn = await world.writes("转人工")
    first = await world.hand_over(world.request(conversation, turn_id=turn.id))
    conversation, turn = await world.writes("人工！快点，着火了")
    again = world.request(
        conversation, turn_id=turn.id, urgent=True, say_first=[SAFETY], facts={"address": "3号楼"}
    )
    for _ in range(2):  # the second time is a retry after a lost answer
        second = await world.hand_over(again)
        assert (second.number, second.created) == (first.number, False)
    ticket = await world.ticket(first.number)
    assert (ticket.priority, ticket.facts) == ("urgent", {"address": "3号楼"})
    assert await world.events(first.number) == ["opened", "asked_again", "fact", "raised"]
    texts = [message.text for message, _ in await world.said(conversation.id)]
    assert len(texts) == 5
    assert texts[3] == SAFETY.text
    assert first.number in texts[4].replace(" ", "")


async def test_that_a_turn_which_handed_over_already_says_its_words_once(world: World) -> None:
    conversation, turn = await world.writes("转人工")
    first = await world.hand_over(world.request(conversation, turn_id=turn.id))
    late = await world.hand_over(world.request(conversation, turn_id=turn.id, say_first=[Said("稍等")]))
    assert (late.number, late.created) == (first.number, False)
    assert len(await world.said(conversation.id)) == 2


async def test_that_a_stale_epoch_opens_nothing(world: World) -> None:
    number = await world.claimed()
    conversation = await world.conversation((await world.ticket(number)).conversation_id)
    seen = conversation.epoch
    async with world.db.work() as session:
        await world.desk.close(session, number=number, agent=world.agents["agent1"], outcome="resolved")
    before = len(await world.said(conversation.id))
    with pytest.raises(Conflict) as refused:
        await world.hand_over(world.request(conversation, epoch=seen, say_first=[Said("好的")]))
    assert refused.value.code == "stale_epoch"
    assert len(await world.said(conversation.id)) == before
    assert (await world.owner(number))[0] == "bot"


async def test_that_a_key_or_a_turn_of_another_conversation_is_refused(world: World) -> None:
    one, _ = await world.writes("转人工", resident="a")
    other, turn = await world.writes("转人工", resident="b")
    request = world.request(one)
    await world.hand_over(request)
    with pytest.raises(Conflict, match="another conversation"):
        await world.hand_over(world.request(other, key=request.key))
    with pytest.raises(BadInput):
        await world.hand_over(world.request(one, turn_id=turn.id))


async def test_that_numbers_do_not_run_in_sequence(world: World) -> None:
    numbers = [int(await world.waiting(resident=f"r{n}")) for n in range(8)]
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    assert len(set(numbers)) == 8
    assert steps != {1}


async def test_that_nobody_is_rung_for_what_was_rolled_back(world: World) -> None:
    conversation, _ = await world.writes("转人工")

    async def broken() -> None:
        async with world.db.work() as session:
            await world.desk.hand_over(session, world.request(conversation))
            raise RuntimeError("the unit of work fails")

    async with world.house.bell.listen("desk") as listener:
        with pytest.raises(RuntimeError):
            await broken()
        assert await listener.wait(0.2) is None
        result = await world.hand_over(world.request(conversation))
        assert await listener.wait(2) == ("desk", result.number)
    async with world.db.work() as session:
        assert await world.desk.live_number(session, conversation.id) == result.number


async def test_that_the_tracker_is_told_what_people_settled_once_the_bot_is_back(
    world: World,
) -> None:
    number = await world.claimed(facts={"account_number": "3200456789", "device": "电表"})
    conversation_id = (await world.ticket(number)).conversation_id
    await world.turns.settle(conversation_id)
    assert world.bot.told == []  # a person is still at work
    async with world.db.work() as session:
        await world.desk.close(session, number=number, agent=world.agents["agent1"], outcome="resolved")
    await world.turns.settle(conversation_id)
    assert world.bot.told == [
        {"event": "resume"},
        {"event": "active_loop", "name": None},
        {"event": "slot", "name": "account_number", "value": "3200456789"},
        {"event": "slot", "name": "ticket_number", "value": number},
    ]
