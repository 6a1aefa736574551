"""A desk on a real database and a real Redis, with a channel that keeps what it sent."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from conversations import record
from conversations.jobs import Jobs
from conversations.models import Conversation, Message, Outbox, Turn
from conversations.ports import (
    BotTurn,
    Delivery,
    HandoffRequest,
    HandoffResult,
    InboundMessage,
    Parse,
    Said,
)
from conversations.service import Conversations
from conversations.turns import Turns
from desk import agents, repository
from desk.agents import ensure_agents, get_by_username
from desk.console import console_router, mount_static
from desk.endpoints import api_router, inner_router
from desk.models import Agent, Ticket, TicketEvent
from desk.service import DeskService
from kit.bell import Bell
from kit.db import Base, Database
from kit.errors import install_error_handlers
from kit.wording import Wording
from tests.conftest import database, with_database
from tests.serving import serving

PASSWORD = "a long enough password"
INNER_TOKEN = SecretStr("inner-token")


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[None]:
    """argon2 with the least it takes: 64 MiB and three rounds a login are for those who guess."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agents, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
async def desk_template(postgres_url: str, cheap_passwords: None) -> str:
    """A database with all tables, the queue's too, and the demo's agents; copied for each test."""
    name = f"desk_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    db, jobs = Database(with_database(postgres_url, name)), Jobs(with_database(postgres_url, name))
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with jobs.app.open_async():
        await jobs.app.schema_manager.apply_schema_async()
    async with db.work() as session:
        await ensure_agents(session, PASSWORD)
    await db.close()
    return name


@pytest.fixture
def desk_url(postgres_url: str, desk_template: str) -> Iterator[str]:
    with database(postgres_url, "desk", desk_template) as url:
        yield url


class Quiet:
    """The bot's port: parses as the test says, and keeps the events it was told."""

    def __init__(self) -> None:
        self.parsed = Parse("inform", 0.9)
        self.told: list[dict[str, Any]] = []

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        return BotTurn([Said("…")])

    async def parse(self, message: Message, channel: str) -> Parse:
        return self.parsed

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        self.told += events


@dataclass
class Recording:
    """A channel that keeps what it sent."""

    name: str
    pushes: bool = True
    remembers: bool = True
    sent: list[str] = field(default_factory=list)

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        self.sent.append(message.text)
        return Delivery("sent")


@dataclass
class World:
    """The parts of one test, and short words for what residents and bots do."""

    db: Database
    house: Conversations
    desk: DeskService
    bot: Quiet
    turns: Turns
    wechat: Recording
    agents: dict[str, Agent]

    async def writes(
        self, text: str, *, resident: str = "openid-1", channel: str = "wechat"
    ) -> tuple[Conversation, Turn]:
        """A resident writes; the message is stored and its turn queued."""
        accepted = await self.house.receive(
            InboundMessage(channel, "account", resident, secrets.token_hex(8), text)
        )
        return await self.conversation(accepted.conversation_id), await self.turn(accepted.turn_id)

    async def conversation(self, conversation_id: uuid.UUID) -> Conversation:
        async with self.db.work() as session:
            return await session.get_one(Conversation, conversation_id)

    async def turn(self, turn_id: uuid.UUID) -> Turn:
        async with self.db.work() as session:
            return await session.get_one(Turn, turn_id)

    def request(self, conversation: Conversation, **changes: Any) -> HandoffRequest:
        values: dict[str, Any] = {
            "conversation_id": conversation.id, "key": f"key:{secrets.token_hex(6)}", "epoch": conversation.epoch,
            "reason": "resident_asked", "intent": "request_agent",
        }  # fmt: skip
        return HandoffRequest(**(values | changes))

    async def hand_over(self, request: HandoffRequest) -> HandoffResult:
        async with self.db.work() as session:
            return await self.desk.hand_over(session, request)

    async def waiting(
        self,
        *,
        text: str = "转人工",
        resident: str = "openid-1",
        channel: str = "wechat",
        **changes: Any,
    ) -> str:
        """The number of a ticket that a resident waits with."""
        conversation, turn = await self.writes(text, resident=resident, channel=channel)
        number = (await self.hand_over(self.request(conversation, turn_id=turn.id, **changes))).number
        async with self.db.work() as session:
            (await session.get_one(Turn, turn.id)).state = "done"
        return number

    async def claimed(self, by: str = "agent1", **changes: Any) -> str:
        number = await self.waiting(**changes)
        async with self.db.work() as session:
            await self.desk.claim(session, number=number, agent=self.agents[by])
        return number

    async def reply(
        self, number: str, text: str, *, by: str = "agent1", token: str = "token-0001"
    ) -> Message:
        async with self.db.work() as session:
            return await self.desk.reply(
                session, number=number, agent=self.agents[by], text=text, client_token=token
            )

    async def ticket(self, number: str) -> Ticket:
        async with self.db.work() as session:
            return await repository.get_by_number(session, number)

    async def owner(self, number: str) -> tuple[str, int]:
        conversation = await self.conversation((await self.ticket(number)).conversation_id)
        return conversation.owner, conversation.epoch

    async def events(self, number: str) -> list[str]:
        async with self.db.work() as session:
            ticket = await repository.get_by_number(session, number)
            return [event.kind for event in await repository.events(session, ticket)]

    async def last_event(self, number: str) -> TicketEvent:
        async with self.db.work() as session:
            return (await repository.events(session, await repository.get_by_number(session, number)))[-1]

    async def said(self, conversation_id: uuid.UUID) -> list[tuple[Message, Outbox | None]]:
        async with self.db.work() as session:
            return await record.transcript(session, conversation_id)

    async def said_in(self, number: str) -> list[tuple[Message, Outbox | None]]:
        return await self.said((await self.ticket(number)).conversation_id)

    async def lapse(self, number: str) -> None:
        """The browser died long ago."""
        async with self.db.work() as session:
            ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
            assert ticket is not None
            assert ticket.lease_until is not None
            ticket.lease_until = ticket.lease_until.replace(year=2020)
        await self.desk.sweep()


@pytest.fixture
async def world(desk_url: str, redis_url: str) -> AsyncIterator[World]:
    db, bell, jobs, bot = (
        Database(desk_url, pool_size=20),
        Bell(redis_url),
        Jobs(desk_url),
        Quiet(),
    )
    house = Conversations(db=db, bell=bell, jobs=jobs, bot=bot, wording=Wording())
    desk = DeskService(house, slots=("ticket_number", "account_number"))
    wechat = Recording("wechat")
    house.plug(
        desk=desk, channels=[wechat, Recording("ivr", pushes=False, remembers=False), Recording("web", pushes=False)]
    )  # fmt: skip
    async for key in bell.redis.scan_iter("hotline:limit:login:*"):
        await bell.redis.delete(key)
    async with jobs.app.open_async():
        async with db.work() as session:
            known = {
                name: agent
                for name in ("agent1", "agent2", "supervisor")
                if (agent := await get_by_username(session, name))
            }
        yield World(db, house, desk, bot, Turns(house), wechat, known)
    await asyncio.sleep(0)
    await bell.close()
    await db.close()


@pytest.fixture
async def address(world: World) -> AsyncIterator[str]:
    """The desk's doors over real HTTP; the address of the server."""
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(inner_router(world.desk, INNER_TOKEN))
    app.include_router(api_router(world.desk, secure=False))
    app.include_router(console_router(world.desk, secure=False))
    mount_static(app)
    async with serving(app) as url:
        yield url


@dataclass
class Browser:
    """An agent's browser: cookie, CSRF token, and headers as htmx sends them."""

    http: httpx.AsyncClient
    csrf: str

    async def post(self, path: str, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf, "HX-Request": "true"}
        return await self.http.post(path, headers=headers, **options)


@pytest.fixture
async def browsers(address: str) -> AsyncIterator[Sequence[Browser]]:
    """agent1's and agent2's browsers, logged in."""
    async with contextlib.AsyncExitStack() as stack:
        opened = []
        for name in ("agent1", "agent2"):
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=10))
            form = {"username": name, "password": PASSWORD}
            assert (await http.post("/desk/login", data=form)).status_code == 303
            opened.append(Browser(http, (await http.get("/api/me")).json()["csrf"]))
        yield opened
