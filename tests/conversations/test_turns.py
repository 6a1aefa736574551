"""What one message causes: words once, in order, under the fence, with a person at every dead end."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select, text

from conversations import permits
from conversations.models import Conversation, Message, Outbox
from conversations.ports import BotTurn, Delivery, Parse, Said
from kit.errors import Conflict
from tests.conversations.conftest import House


async def eventually(check, seconds: float = 10.0):  # type: ignore[no-untyped-def]
    """Wait until `check()` is true; its last value."""
    for _ in range(int(seconds / 0.05)):
        if value := await check():
            return value
        await asyncio.sleep(0.05)
    raise AssertionError("did not happen in time")


async def test_that_a_first_answer_says_that_it_is_a_robot_and_the_second_does_not(open_house: House) -> None:
    first = await open_house.answered("one")
    second = await open_house.answered("two")
    assert "机器人" in first[0]
    assert "转人工" in first[0]
    assert first[1:] == ["answer to one"]
    assert second == ["answer to two"]


async def test_that_a_redelivered_message_is_one_turn_with_the_same_answer(open_house: House) -> None:
    first = await open_house.answered("hello", message_id="m1")
    again = await open_house.answered("hello", message_id="m1")
    assert again == first
    assert open_house.bot.asked == ["hello"]


async def test_that_parallel_deliveries_of_one_message_are_one_turn(open_house: House) -> None:
    accepted = await asyncio.gather(*(open_house.write("hi", message_id="same") for _ in range(8)))
    assert len({a.turn_id for a in accepted}) == 1
    assert sum(not a.duplicate for a in accepted) == 1
    await eventually(lambda: asyncio.sleep(0, open_house.wechat.sent))
    assert open_house.bot.asked == ["hi"]


async def test_that_two_quick_messages_are_answered_one_after_the_other(open_house: House) -> None:
    running = 0

    async def slow(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0.2)
        running -= 1
        return BotTurn([Said(message.text)])

    open_house.bot.script = slow
    for word in ("a", "b", "c"):
        await open_house.write(word)
    await eventually(lambda: asyncio.sleep(0, len(open_house.wechat.sent) == 4))
    assert open_house.wechat.sent[1:] == ["a", "b", "c"]


async def test_that_the_queue_tells_the_place_and_takes_a_withdrawal(open_house: House) -> None:
    accepted = await open_house.write("hello", channel="web")
    await open_house.conversations.wait(accepted.turn_id, seconds=5)
    await open_house.give_to("queue", accepted.conversation_id)
    await open_house.conversations.collect(accepted.conversation_id)
    assert "第2位" in (await open_house.answered("still there?"))[0]
    open_house.bot.parses["never mind"] = Parse("cancel", 0.9, {"cancel": 0.9})
    assert "已为您取消" in (await open_house.answered("never mind"))[0]
    assert await open_house.answered("next question") == ["answer to next question"]


async def test_that_a_parked_answer_leaves_when_the_resident_writes_again(open_house: House) -> None:
    open_house.wechat.answers = [Delivery("sent"), Delivery("parked", "45047")]
    await open_house.write("one")
    await eventually(lambda: parked(open_house))
    await open_house.write("two")
    await eventually(lambda: asyncio.sleep(0, len(open_house.wechat.sent) == 3))
    assert open_house.wechat.sent[1:] == ["answer to one", "answer to two"]


async def parked(house: House) -> bool:
    return any(state == "parked" for _, state in await house.outbox())


async def test_that_a_send_is_retried_in_order(open_house: House) -> None:
    open_house.wechat.answers = [Delivery("retry", "busy", after=0.1), Delivery("retry", "busy", after=0.1)]
    await open_house.write("one")
    await eventually(lambda: asyncio.sleep(0, len(open_house.wechat.sent) == 2))
    assert open_house.wechat.sent[1] == "answer to one"
    assert {state for _, state in await open_house.outbox()} == {"sent"}


async def test_that_the_send_api_waits_while_the_callback_is_open(open_house: House) -> None:
    from conversations.ports import InboundMessage

    inbound = InboundMessage("wechat", "a", "o1", "m", "hi")
    accepted = await open_house.conversations.receive(inbound, open_seconds=1.5)
    assert await open_house.conversations.wait(accepted.turn_id, seconds=1.0)
    await asyncio.sleep(0.3)
    assert open_house.wechat.sent == []
    words = await open_house.conversations.collect(accepted.conversation_id, turn_id=accepted.turn_id)
    assert [w.message.text for w in words][1:] == ["answer to hi"]
    await open_house.conversations.confirm(words)
    await asyncio.sleep(2.0)
    assert open_house.wechat.sent == []


async def test_that_a_missed_callback_is_made_up_for_by_the_send_api(open_house: House) -> None:
    from conversations.ports import InboundMessage

    inbound = InboundMessage("wechat", "a", "o1", "m", "hi")
    await open_house.conversations.receive(inbound, open_seconds=0.5)
    await eventually(lambda: asyncio.sleep(0, len(open_house.wechat.sent) == 2))


async def test_that_a_process_which_died_while_sending_leaves_unconfirmed_not_silence(house: House) -> None:
    accepted = await house.write("one")
    await house.turns.run(accepted.turn_id)
    async with house.conversations.db.work() as session:
        await session.execute(
            text("update outbox set state = 'sending', lease_until = now() - interval '1 s' where seq = 2")
        )
    await house.turns.deliver(accepted.conversation_id)
    assert [state for _, state in await house.outbox()] == ["unconfirmed", "sent"]


async def test_that_a_job_of_a_dead_worker_is_rescued(house: House) -> None:
    accepted = await house.write("one")
    jobs = house.conversations.jobs
    async with house.conversations.db.work() as session:
        worker = (
            await session.execute(text("insert into procrastinate_workers default values returning id"))
        ).scalar_one()
        await session.execute(
            text("update procrastinate_jobs set status = 'doing', worker_id = :w where task_name = 'turn'"),
            {"w": worker},
        )
        await session.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '10 s'")
        )
    assert await jobs.rescue() == 1
    work = asyncio.create_task(jobs.work())
    assert await house.conversations.wait(accepted.turn_id, seconds=5)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert house.bot.asked == ["one"]


async def test_that_a_turn_done_twice_says_its_words_once(house: House) -> None:
    accepted = await house.write("one")
    await house.turns.run(accepted.turn_id)
    await house.turns.run(accepted.turn_id)
    assert await house.rows(select(func.count()).select_from(Outbox)) == [2]


async def test_that_a_permit_is_given_once_and_never_under_an_old_epoch(house: House) -> None:
    accepted = await house.write("one")
    async with house.conversations.db.work() as session:
        await permits.grant(session, conversation_id=accepted.conversation_id, epoch=0, key="order-1")
        await permits.grant(session, conversation_id=accepted.conversation_id, epoch=0, key="order-1")
    await house.give_to("queue", accepted.conversation_id)
    with pytest.raises(Conflict, match="another owner"):
        async with house.conversations.db.work() as session:
            await permits.grant(session, conversation_id=accepted.conversation_id, epoch=0, key="order-1")


async def test_that_a_message_in_pictures_is_answered_honestly(open_house: House) -> None:
    words = await open_house.answered("", kind="image")
    assert "看不了" in words[-1]
    assert open_house.bot.asked == []


async def test_that_settled_things_reach_the_tracker(open_house: House) -> None:
    accepted = await open_house.write("one")
    async with open_house.conversations.db.work() as session:
        await open_house.conversations.jobs.settle(session, accepted.conversation_id)
    await eventually(lambda: asyncio.sleep(0, open_house.bot.told))
    assert open_house.bot.told == [{"event": "resume"}]
