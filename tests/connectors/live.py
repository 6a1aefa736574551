"""A record with real servers, a worker, the real desk, and a bot that answers as told; served over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from connectors.ivr.channel import IvrChannel
from connectors.web.channel import WebChannel
from conversations.jobs import Jobs
from conversations.models import Conversation, Message, Outbox
from conversations.ports import BotTurn, HandoffRequest, Parse, Said
from conversations.service import Conversations
from conversations.turns import Turns
from desk.service import DeskService
from kit.bell import Bell
from kit.db import Database
from kit.errors import install_error_handlers
from kit.http import BodyLimit
from kit.wording import Wording
from tests.serving import serving

PERSON = "转人工"

Script = Callable[[Conversation, Message], Awaitable[list[Said]]]


@dataclass
class ScriptedBot:
    """The other side of the bot's port. `转人工` opens a ticket as its action would."""

    house: Conversations | None = None
    scripts: dict[str, Script] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    parses: dict[str, Parse] = field(default_factory=dict)

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        self.asked.append(message.text)
        if script := self.scripts.get(message.text):
            return BotTurn(await script(conversation, message))
        if message.text == PERSON:
            assert self.house is not None
            async with self.house.db.work() as session:
                await self.house.desk.hand_over(
                    session,
                    HandoffRequest(
                        conversation_id=conversation.id, key=f"{message.id}:handoff", epoch=epoch,
                        reason="resident_asked", turn_id=message.id,
                    ),
                )  # fmt: skip
            return BotTurn([])
        return BotTurn([Said(f"答：{message.text}")])

    async def parse(self, message: Message, channel: str) -> Parse:
        return self.parses.get(message.text, Parse("inform", 0.9, {"inform": 0.9}))

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        return None

    def answers(self, text: str, *words: Said) -> None:
        """Answer `text` with these words."""

        async def script(_: Conversation, __: Message) -> list[Said]:
            return list(words)

        self.scripts[text] = script

    def waits(self, text: str, gate: asyncio.Event, *words: Said) -> None:
        """Answer `text` once the gate is open."""

        async def script(_: Conversation, __: Message) -> list[Said]:
            await gate.wait()
            return list(words)

        self.scripts[text] = script


@dataclass
class Live:
    """Everything a test looks at."""

    house: Conversations
    bot: ScriptedBot

    async def conversation(self, channel: str, resident: str) -> Conversation:
        async with self.house.db.work() as session:
            query = select(Conversation).filter_by(channel=channel, resident=resident)
            return (await session.execute(query)).scalar_one()

    async def messages(self, conversation_id: uuid.UUID) -> list[tuple[str, str]]:
        """Author and text of everything said, in order."""
        async with self.house.db.work() as session:
            query = select(Message).filter_by(conversation_id=conversation_id).order_by(Message.seq)
            return [(m.author, m.text) for m in (await session.execute(query)).scalars()]

    async def states(self, conversation_id: uuid.UUID) -> list[str]:
        """How the delivery of each outbound message stands, in order."""
        async with self.house.db.work() as session:
            query = select(Outbox.state).filter_by(conversation_id=conversation_id).order_by(Outbox.seq)
            return list((await session.execute(query)).scalars())

    async def eventually(self, ask: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> bool:
        """Whether `ask` comes true in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not await ask():
                    await asyncio.sleep(0.05)
                return True
        return False


@contextlib.asynccontextmanager
async def alive(record_url: str, redis_url: str) -> AsyncIterator[Live]:
    """A house with a worker at work."""
    db, bell, jobs, bot = Database(record_url), Bell(redis_url), Jobs(record_url), ScriptedBot()
    house = Conversations(db=db, bell=bell, jobs=jobs, bot=bot, wording=Wording())
    desk = DeskService(house)
    house.plug(desk=desk, channels=[IvrChannel(), WebChannel()])
    bot.house = house
    Turns(house).register()
    await jobs.app.open_async()
    work = asyncio.create_task(jobs.work())
    try:
        yield Live(house, bot)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await jobs.app.close_async()
        await desk.aclose()
        await bell.close()
        await db.close()


@contextlib.asynccontextmanager
async def served(app: FastAPI, door: socket.socket | None = None) -> AsyncIterator[str]:
    """The app with the error shape and the body limit of the public door; gives its address."""
    install_error_handlers(app)
    app.add_middleware(BodyLimit, limit=256 * 1024)
    async with serving(app, door) as url:
        yield url
