"""A turn: what one inbound message causes. Runs as a job, one at a time per conversation.

The bot's door is asked at most twice; then an honest sentence and a person. An emergency waits for neither: its safety
words need no action and no tracker. Every write is fenced by the epoch that the message was accepted under.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine

from conversations import emergency, outbox, record
from conversations.disarm import SPOKEN, speaks
from conversations.models import Conversation, Message, Turn
from conversations.ports import BotFailed, BotTurn, HandoffRequest, Parse, Said
from conversations.service import Conversations
from conversations.stretch import attend
from kit import clock
from kit.logging import get

log = get(__name__)

MAX_FAILURES = 2
SECOND_TRY_SECONDS = 0.3
# An emergency is answered in this time or without the bot; an action takes about a tenth of a second, and at most three
# where the utility's systems are down.
PATIENCE_SECONDS = 4.0


class Turns:
    """Runs turns and deliveries for a `Conversations`."""

    def __init__(self, conversations: Conversations) -> None:
        self.house = conversations

    def register(self) -> None:
        """Plug into the queue: this process does turns, deliveries and settlements."""
        jobs = self.house.jobs
        jobs.handle("turn", self.run)
        jobs.handle("deliver", self.deliver)
        jobs.handle("settle", self.settle)

    async def run(self, turn_id: uuid.UUID) -> None:
        """Bring the turn to an end: `done` or `failed`, with words for the resident either way."""
        house = self.house
        while True:
            async with house.db.work() as session:
                turn = await session.get_one(Turn, turn_id)
                message = await session.get_one(Message, turn_id)
                conversation = await session.get_one(Conversation, turn.conversation_id)
            if turn.state != "queued":
                break
            if turn.ticket_number:  # the desk took over in this very turn, then we were interrupted
                await self._finish(turn_id, BotTurn([]))
                break
            if conversation.owner != "bot":
                if await attend(house, turn_id):
                    break
                continue
            if conversation.epoch != turn.epoch:
                await self._readmit(turn_id)
                continue
            try:
                words = await self._rated(turn_id, message)
                answer = (
                    await self._answer(conversation, message, turn.epoch) if words is None else BotTurn(words)
                )
                await self._finish(turn_id, answer)
                break
            except Exception as failure:  # also a defect of ours: the resident is owed a sentence either way
                expected = isinstance(failure, BotFailed)
                reason = str(failure) if expected else repr(failure)
                log.warning("turn_failed", turn=str(turn_id), reason=reason, exc_info=not expected)
                parse = await emergency.understand(house, message, conversation.channel)
                if await self._failed(turn_id, reason, parse):
                    break
                await asyncio.sleep(SECOND_TRY_SECONDS)
        await house.bell.ring(f"turn:{turn_id}")
        await house.bell.ring(f"conversation:{turn.conversation_id}")

    async def _readmit(self, turn_id: uuid.UUID) -> None:
        """A person came and went between acceptance and now: the bot answers, under the present epoch."""
        async with self.house.db.work() as session:
            turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
            turn.epoch = (await record.lock_conversation(session, turn.conversation_id)).epoch

    async def _rated(self, turn_id: uuid.UUID, message: Message) -> list[Said] | None:
        """What is said to the answer of a survey, which is no matter of the bot's; None if the message is none."""
        if message.kind != "text" or not self.house.desk.rates(message.text):
            return None
        async with self.house.db.work() as session:
            turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
            conversation = await record.lock_conversation(session, turn.conversation_id)
            if conversation.owner != "bot" or conversation.epoch != turn.epoch:
                return None
            return await self.house.desk.rated(session, conversation, message)

    async def _answer(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        """The bot's words, or fixed ones for what it cannot read."""
        if speaks(message):
            return await self._patiently(
                self.house.bot.turn(conversation, message, epoch), message, conversation.channel
            )
        key = "utter_empty" if message.kind in SPOKEN else "utter_cannot_read"
        return BotTurn([self.house.words(key, conversation.channel)])

    async def _patiently(
        self, answering: Coroutine[None, None, BotTurn], message: Message, channel: str
    ) -> BotTurn:
        """The bot's answer. Raises `BotFailed`, also when it keeps an emergency waiting: what it still does is fenced off."""
        task = asyncio.create_task(answering)
        try:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
            if not task.done() and emergency.told(await emergency.understand(self.house, message, channel)):
                raise BotFailed(f"an emergency was not answered within {PATIENCE_SECONDS:g} s")
            return await task
        finally:
            task.cancel()

    async def _finish(self, turn_id: uuid.UUID, answer: BotTurn) -> None:
        """Write the words in one transaction, under the fence."""
        async with self.house.db.work() as session:
            turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
            conversation = await record.lock_conversation(session, turn.conversation_id)
            ours = conversation.owner == "bot" and conversation.epoch == turn.epoch
            if not ours and turn.ticket_number is None:
                for said in answer.words:
                    await record.say(
                        session, conversation, said, author="bot", turn_id=turn_id, suppressed=True
                    )
            elif ours:
                if conversation.greeted_at is None:
                    conversation.greeted_at = clock.now()
                    notice = self.house.words("utter_robot_notice", conversation.channel)
                    await record.say(session, conversation, notice, author="system", turn_id=turn_id)
                for said in answer.words:
                    await record.say(session, conversation, said, author="bot", turn_id=turn_id)
            elif conversation.greeted_at is None:
                # With a ticket of this turn's own, the desk has said the turn's words, and that we are a robot.
                conversation.greeted_at = clock.now()
            turn.state, turn.finished_at = "done", clock.now()
            await self.house.on_their_way(session, conversation, open_until=turn.open_until)

    async def _failed(self, turn_id: uuid.UUID, reason: str, parse: Parse) -> bool:
        """Count a failure; at the second, say so honestly and hand over. True when the turn is over.

        Danger to life is tried once: its safety words come first, and the ticket is urgent.
        """
        danger = emergency.told(parse)
        async with self.house.db.work() as session:
            turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
            turn.failures += 1
            turn.error = reason[:500]
            if turn.failures < MAX_FAILURES and not danger:
                return False
            conversation = await record.lock_conversation(session, turn.conversation_id)
            if conversation.owner == "bot" and conversation.epoch == turn.epoch:
                key = emergency.WORDS if danger else "utter_bot_failed"
                await self.house.desk.hand_over(
                    session,
                    HandoffRequest(
                        conversation_id=conversation.id, key=f"{conversation.channel}:{conversation.id}:{turn_id}:failed",
                        epoch=turn.epoch, reason=emergency.REASON if danger else "bot_failed",
                        intent=emergency.EMERGENCY if danger else "", urgent=danger,
                        say_first=[self.house.words(key, conversation.channel)], turn_id=turn_id,
                    ),
                )  # fmt: skip
                await self.house.desk.heard(
                    session, conversation, await session.get_one(Message, turn_id), parse.entities
                )
            turn.state, turn.finished_at = "failed", clock.now()
            await self.house.on_their_way(session, conversation, open_until=turn.open_until)
            return True

    async def deliver(self, conversation_id: uuid.UUID) -> None:
        """Say what waits in this conversation's outbox, in order, by the channel's send API."""
        house = self.house
        while True:
            async with house.db.work() as session:
                claimed = await outbox.claim_next(session, conversation_id)
                conversation = await session.get_one(Conversation, conversation_id)
                if claimed is None:
                    if (due := await outbox.next_due(session, conversation_id)) is not None:
                        await house.jobs.deliver(session, conversation_id, delay=max(due, 0.5))
                    break
            row, message = claimed
            delivery = await house.channels[conversation.channel].send(conversation, message)
            async with house.db.work() as session:
                await outbox.finish(session, row.id, delivery)
            if delivery.state != "sent":
                log.warning("delivery", state=delivery.state, error=delivery.error, outbox=row.id)
            await house.bell.ring(f"conversation:{conversation_id}")
            await house.bell.ring("desk", str(conversation_id))

    async def settle(self, conversation_id: uuid.UUID) -> None:
        """Tell the tracker what people settled, now that the bot is back."""
        async with self.house.db.work() as session:
            events = await self.house.desk.settled(session, conversation_id)
        if events:
            await self.house.bot.events(conversation_id, events)
