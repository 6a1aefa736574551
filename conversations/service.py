"""The one way in and out of the record for connectors and desk; see `turns.py` for what a message causes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import outbox, record, verification
from conversations.disarm import clean
from conversations.jobs import Jobs
from conversations.models import Conversation, Message, Turn
from conversations.pictures import Pictures
from conversations.ports import Bot, Channel, Desk, InboundMessage, Said
from kit import clock
from kit.bell import Bell
from kit.db import Database
from kit.wording import Wording

POLL_SECONDS = 0.5  # the record is asked that often if the bell is dead
TEXT_LIMIT = 4000  # characters kept of one message
RESPONSE_LEAVES = timedelta(seconds=0.5)  # what follows a response by the send API must not overtake it


@dataclass(frozen=True)
class Accepted:
    """What became of an inbound message."""

    conversation_id: uuid.UUID
    turn_id: uuid.UUID
    duplicate: bool


@dataclass(frozen=True)
class Word:
    """One message to put into an open response; confirm it by `outbox_id` once the response has left."""

    outbox_id: int
    message: Message


class Conversations:
    """The record, with its doors plugged in by the program (`hotline.parts`)."""

    def __init__(self, *, db: Database, bell: Bell, jobs: Jobs, bot: Bot, wording: Wording) -> None:
        self.db, self.bell, self.jobs, self.bot, self.wording = db, bell, jobs, bot, wording
        self.pictures = Pictures(db)
        self.channels: dict[str, Channel] = {}
        self.desk: Desk

    def plug(self, *, desk: Desk, channels: Sequence[Channel]) -> None:
        """Connect the rooms that know us; called once at start."""
        self.desk = desk
        self.channels = {channel.name: channel for channel in channels}

    async def receive(self, inbound: InboundMessage, *, open_seconds: float = 0.0) -> Accepted:
        """Store a message and cause its turn, once; `open_seconds`: how long the caller waits for the words."""
        now = clock.now()
        open_until = now + timedelta(seconds=open_seconds) if open_seconds else None
        async with self.db.work() as session:
            conversation = await record.get_or_create_conversation(session, inbound)
            known = await session.scalar(
                select(Message).filter_by(
                    conversation_id=conversation.id, channel_message_id=inbound.message_id
                )
            )
            if known is not None:
                return Accepted(conversation.id, known.id, duplicate=True)
            message = await record.add_message(
                session, conversation, author="resident", kind=inbound.kind,
                text=clean(inbound.text)[:TEXT_LIMIT], channel_message_id=inbound.message_id,
                payload=inbound.payload | {"nbest": inbound.nbest, "confidence": inbound.confidence},
            )  # fmt: skip
            message.turn_id = message.id
            session.add(
                Turn(
                    id=message.id, conversation_id=conversation.id, epoch=conversation.epoch, state="queued",
                    created_at=now, open_until=open_until,
                )
            )  # fmt: skip
            conversation.last_inbound_at, conversation.ended_at = now, None
            await self.jobs.turn(session, message.id, conversation.id)
            not_before = open_until + record.CALLBACK_GRACE if open_until else None
            if await outbox.unpark(session, conversation.id, not_before=not_before):
                await self.on_their_way(session, conversation, open_until=open_until)
        if conversation.owner != "bot":
            await self.bell.ring("desk", str(conversation.id))
        return Accepted(conversation.id, message.id, duplicate=False)

    async def wait(self, turn_id: uuid.UUID, *, seconds: float) -> bool:
        """Wait until the turn is over; False if the time is."""
        deadline = time.monotonic() + seconds
        async with self.bell.listen(f"turn:{turn_id}") as listener:
            while True:
                async with self.db.work() as session:
                    state = await session.scalar(select(Turn.state).where(Turn.id == turn_id))
                if state != "queued":
                    return True
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                await listener.wait(min(POLL_SECONDS, left))

    async def collect(self, conversation_id: uuid.UUID, *, turn_id: uuid.UUID | None = None) -> list[Word]:
        """Claim the words that can be said in an open response; see `outbox.collect`."""
        async with self.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            rows = await outbox.collect(session, conversation, turn_id=turn_id)
            return [Word(row.id, message) for row, message in rows]

    async def confirm(self, words: Sequence[Word]) -> None:
        """The response has left."""
        if words:
            async with self.db.work() as session:
                await outbox.confirm(session, [word.outbox_id for word in words])

    async def release(self, conversation_id: uuid.UUID, words: Sequence[Word]) -> None:
        """These did not fit into the response: they leave by the send API once it has left, or with the next one."""
        if words:
            later = clock.now() + RESPONSE_LEAVES
            async with self.db.work() as session:
                conversation = await record.lock_conversation(session, conversation_id)
                await outbox.release(session, [word.outbox_id for word in words], not_before=later)
                await self.on_their_way(session, conversation, open_until=later)

    async def greet(self, inbound: InboundMessage, *, open_seconds: float = 0.0) -> uuid.UUID:
        """Say the first words without a message having been written (a call began, a page was opened); once."""
        open_until = clock.now() + timedelta(seconds=open_seconds) if open_seconds else None
        async with self.db.work() as session:
            conversation = await record.get_or_create_conversation(session, inbound)
            if conversation.greeted_at is None:
                conversation.greeted_at = clock.now()
                greeting = self.words("utter_greeting", conversation.channel)
                await record.say(session, conversation, greeting, author="system", open_until=open_until)
                await self.on_their_way(session, conversation, open_until=open_until)
            return conversation.id

    async def find(self, channel: str, account: str, resident: str) -> Conversation | None:
        """The conversation of a resident on a channel."""
        async with self.db.work() as session:
            query = select(Conversation).filter_by(channel=channel, account=account, resident=resident)
            return (await session.execute(query)).scalar_one_or_none()

    async def end(self, conversation_id: uuid.UUID, reason: str) -> None:
        """The visit is over: what was verified ends, and what could not be said is failed."""
        async with self.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            if conversation.ended_at is None:
                conversation.ended_at = clock.now()
                conversation.attributes = conversation.attributes | {"end_reason": reason[:100]}
            await verification.end(session, conversation_id, "ended")
            if not self.channels[conversation.channel].pushes:
                await outbox.give_up(session, conversation_id, "the visit ended")
        await self.bell.ring("desk", str(conversation_id))

    def words(self, key: str, channel: str, **values: object) -> Said:
        """Fixed wording from `data/responses`."""
        rendered = self.wording.render(key, channel, values)
        return Said(rendered.text, rendered.buttons)

    async def on_their_way(
        self, session: AsyncSession, conversation: Conversation, *, open_until: datetime | None = None
    ) -> None:
        """Enqueue delivery of what was just written, where the channel can push; after an open callback's time."""
        if self.channels[conversation.channel].pushes:
            left = (open_until - clock.now()).total_seconds() if open_until else 0.0
            delay = left + record.CALLBACK_GRACE.total_seconds() if left > 0 else 0.0
            await self.jobs.deliver(session, conversation.id, delay=delay)
