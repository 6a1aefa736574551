"""A record with real servers; the rooms on the other side of its ports are played as the tests need."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from conversations import record
from conversations.jobs import Jobs
from conversations.models import Conversation, Message, Outbox
from conversations.ports import BotTurn, Delivery, InboundMessage, Parse, Said
from conversations.service import Conversations
from conversations.turns import Turns
from kit.bell import Bell
from kit.db import Database
from kit.wording import Wording
from tests.played import OneTicketDesk

TurnScript = Callable[[Conversation, Message, int], Awaitable[BotTurn]]


@dataclass
class ScriptedBot:
    """The other side of the bot's port: answers as told, remembers what it was asked."""

    script: TurnScript | None = None
    parses: dict[str, Parse] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        self.asked.append(message.text)
        if self.script:
            return await self.script(conversation, message, epoch)
        return BotTurn([Said(f"answer to {message.text}")])

    async def parse(self, message: Message, channel: str) -> Parse:
        return self.parses.get(message.text, Parse("inform", 0.9, {"inform": 0.9}))

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        self.told += events


class RecordingChannel:
    """A channel with a send API that answers as told."""

    name, pushes, remembers = "wechat", True, True

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answers: list[Delivery] = []

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        answer = self.answers.pop(0) if self.answers else Delivery("sent")
        if answer.state == "sent":
            self.sent.append(message.text)
        return answer


class QuietChannel(RecordingChannel):
    """A channel that is collected."""

    name, pushes = "web", False


@dataclass
class House:
    """Everything a test looks at."""

    conversations: Conversations
    turns: Turns
    bot: ScriptedBot
    desk: OneTicketDesk
    wechat: RecordingChannel

    async def write(self, text: str, *, channel: str = "wechat", message_id: str = "", **more: Any) -> Any:
        """A resident writes."""
        inbound = InboundMessage(
            channel, "a", more.pop("resident", "o1"), message_id or uuid.uuid4().hex, text, **more
        )
        return await self.conversations.receive(inbound, open_seconds=more.pop("open_seconds", 0.0))

    async def answered(self, text: str, **more: Any) -> list[str]:
        """A resident writes on a callback channel and reads the answer in the response."""
        accepted = await self.write(text, channel="web", **more)
        assert await self.conversations.wait(accepted.turn_id, seconds=10)
        words = await self.conversations.collect(accepted.conversation_id, turn_id=accepted.turn_id)
        await self.conversations.confirm(words)
        return [word.message.text for word in words]

    async def give_to(self, owner: str, conversation_id: uuid.UUID) -> None:
        """From now on the conversation is with somebody else: `queue`, `agent`."""
        async with self.conversations.db.work() as session:
            locked = await record.lock_conversation(session, conversation_id)
            await record.change_owner(session, locked, owner)

    async def rows(self, query: Any) -> list[Any]:
        async with self.conversations.db.work() as session:
            return list((await session.execute(query)).scalars())

    async def outbox(self) -> list[tuple[str, str]]:
        """Every outbound text with its state, in order."""
        async with self.conversations.db.work() as session:
            query = (
                select(Message.text, Outbox.state)
                .join(Outbox, Outbox.message_id == Message.id)
                .order_by(Outbox.id)
            )
            return [(text, state) for text, state in (await session.execute(query)).all()]


@pytest.fixture
async def house(record_url: str, redis_url: str) -> AsyncIterator[House]:
    """A record without a worker."""
    db, bell, jobs = Database(record_url), Bell(redis_url), Jobs(record_url)
    bot, desk, wechat = ScriptedBot(), OneTicketDesk(), RecordingChannel()
    conversations = Conversations(db=db, bell=bell, jobs=jobs, bot=bot, wording=Wording())
    conversations.plug(desk=desk, channels=[wechat, QuietChannel()])
    turns = Turns(conversations)
    turns.register()
    await jobs.app.open_async()
    yield House(conversations, turns, bot, desk, wechat)
    await jobs.app.close_async()
    await bell.close()
    await db.close()


@pytest.fixture
async def open_house(house: House) -> AsyncIterator[House]:
    """A record with a worker at work."""
    work = asyncio.create_task(house.conversations.jobs.work())
    yield house
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
