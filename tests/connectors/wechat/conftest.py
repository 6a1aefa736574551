"""A hotline with a real record, and a WeChat platform that calls it, both over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import func, select

from connectors.wechat import WeChatAccount, WeChatChannel, router
from conversations import record
from conversations.jobs import Jobs
from conversations.models import Conversation, Message, Outbox
from conversations.pictures import Pictures
from conversations.ports import BotFailed, BotTurn, Delivery, Parse, Said
from conversations.service import Conversations
from conversations.turns import Turns
from kit.bell import Bell
from kit.db import Base, Database
from kit.wording import Wording
from tests.played import OneTicketDesk
from tests.serving import bound, serving
from tests.simulators.wechat import SimAccount, create_app
from tests.simulators.wechat.model import Platform

SECURE = SimAccount(
    appid="wx1111111111111111", secret="s3cret", token="AAAAA", aes_key="A" * 43, agents={"desk@hall": "小电"}
)
PLAIN = SimAccount(
    appid="wx2222222222222222", secret="s3cret2", token="BBBBB", aes_key="B" * 42 + "A", mode="plain"
)


@dataclass
class ScriptedBot:
    """The other side of the bot's door: answers each text as the test says."""

    answers: dict[str, list[Said]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    turns: list[str] = field(default_factory=list)

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        self.turns.append(message.text)
        await asyncio.sleep(self.seconds.get(message.text, 0.0))
        if message.text in self.failing:
            raise BotFailed("as told")
        return BotTurn(self.answers.get(message.text, [Said(f"answer to {message.text}")]))

    async def parse(self, message: Message, channel: str) -> Parse:
        return Parse("", 0.0)

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        return None


def ours(account: SimAccount, api_url: str, **more: Any) -> WeChatAccount:
    """The same account as our side knows it."""
    known: dict[str, Any] = {
        "appid": account.appid, "secret": SecretStr(account.secret), "token": SecretStr(account.token),
        "aes_keys": (SecretStr(account.aes_key),), "mode": account.mode, "api_url": api_url,
        "kf_account": next(iter(account.agents), ""),
    }  # fmt: skip
    return WeChatAccount(**known | more)


@dataclass
class Town:
    """The hotline, the platform, and a resident's thumb."""

    house: Conversations
    bot: ScriptedBot
    platform: Platform
    phone: httpx.AsyncClient
    hotline_url: str
    resident: str

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Write as the resident; how the platform fared."""
        answer = await self.phone.post("/_sim/say", json={"resident": self.resident, "text": text, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def event(self, event: str, **more: Any) -> dict[str, Any]:
        answer = await self.phone.post(
            "/_sim/event", json={"resident": self.resident, "event": event, **more}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def announce(self, text: str, **more: Any) -> None:
        """Something is said to the resident that no message of theirs caused."""
        house = self.house
        conversation = await house.find("wechat", SECURE.appid, self.resident)
        assert conversation is not None
        async with house.db.work() as session:
            locked = await record.lock_conversation(session, conversation.id)
            await record.say(session, locked, Said(text), **{"author": "system"} | more)
            await house.on_their_way(session, locked)

    async def misbehave(self, what: str, times: int = 1) -> None:
        assert (
            await self.phone.post("/_sim/misbehave", json={"what": what, "times": times})
        ).status_code == 200

    def shown(self, appid: str = SECURE.appid) -> list[str]:
        """What the account said on the resident's phone."""
        return [
            line["text"] for line in self.platform.lines(appid, self.resident) if line["who"] == "account"
        ]

    async def shows(self, count: int, *, seconds: float = 8.0) -> list[str]:
        """The account's lines once there are `count`."""
        for _ in range(int(seconds / 0.05)):
            if len(self.shown()) >= count:
                break
            await asyncio.sleep(0.05)
        return self.shown()

    async def rows(self) -> int:
        """Rows in all tables of the record."""
        tables = [
            t for t in Base.metadata.sorted_tables if t.name in ("conversation", "message", "turn", "outbox")
        ]
        async with self.house.db.work() as session:
            return sum([await session.scalar(select(func.count()).select_from(t)) or 0 for t in tables])

    async def delivery(self, text: str) -> Outbox | None:
        """The newest outbox row whose words contain `text`."""
        query = (
            select(Outbox).join(Message, Message.id == Outbox.message_id).where(Message.text.contains(text))
        )
        async with self.house.db.work() as session:
            return (await session.scalars(query.order_by(Outbox.seq.desc()))).first()

    async def becomes(self, text: str, state: str, *, seconds: float = 12.0) -> Outbox:
        """The row once it is in `state`."""
        row = None
        for _ in range(int(seconds / 0.1)):
            row = await self.delivery(text)
            if row is not None and row.state == state:
                return row
            await asyncio.sleep(0.1)
        pytest.fail(f"{text!r} is {row.state if row else 'nowhere'}, not {state}")


@dataclass
class Post:
    """Our way out alone, against the platform: no worker, and of the record the pictures."""

    channel: WeChatChannel
    account: WeChatAccount
    platform: Platform
    redis: Redis
    resident: str
    db: Database

    def chat(self) -> Conversation:
        return Conversation(id=uuid.uuid4(), channel="wechat", account=SECURE.appid, resident=self.resident)

    @property
    def pictures(self) -> Pictures:
        return Pictures(self.db)

    async def send(self, text: str, message_id: uuid.UUID | None = None) -> Delivery:
        """One send, as the worker does it."""
        message = Message(id=message_id or uuid.uuid4(), author="bot", text=text, payload={})
        return await self.channel.send(self.chat(), message)

    def shown(self) -> list[str]:
        return [line["text"] for line in self.platform.lines(SECURE.appid, self.resident)]


@pytest.fixture
async def post(record_url: str, redis_url: str) -> AsyncIterator[Post]:
    """A resident who has just written, and a channel to answer."""
    door = bound()
    simulator = create_app([SECURE], "http://127.0.0.1:9")
    platform: Platform = simulator.state.platform
    resident = next(iter(platform.residents))
    platform.chat(SECURE.appid, resident).grant("message")
    redis = Redis.from_url(redis_url, decode_responses=True)
    await redis.flushdb()
    db = Database(record_url)
    async with serving(simulator, door) as url:
        account = ours(SECURE, url)
        channel = WeChatChannel([account], redis, Pictures(db))
        yield Post(channel, account, platform, redis, resident, db)
        await channel.aclose()
    await redis.aclose()
    await db.close()


@pytest.fixture
async def town(record_url: str, redis_url: str) -> AsyncIterator[Town]:
    """Everything running, with a worker; the resident has been greeted before, so answers are the bot's alone."""
    hotline_door, platform_door = bound(), bound()
    api_url = f"http://127.0.0.1:{platform_door.getsockname()[1]}"
    hotline_url = f"http://127.0.0.1:{hotline_door.getsockname()[1]}"
    db, bell, jobs, bot = Database(record_url), Bell(redis_url), Jobs(record_url), ScriptedBot()
    await bell.redis.flushdb()
    house = Conversations(db=db, bell=bell, jobs=jobs, bot=bot, wording=Wording())
    accounts = [ours(SECURE, api_url), ours(PLAIN, api_url)]
    channel = WeChatChannel(accounts, bell.redis, house.pictures)
    house.plug(desk=OneTicketDesk(), channels=[channel])
    Turns(house).register()
    hotline = FastAPI()
    hotline.include_router(router(house, accounts))
    simulator = create_app([SECURE, PLAIN], hotline_url, pause_seconds=0.2)
    await jobs.app.open_async()
    worker = asyncio.create_task(jobs.work())
    async with (
        serving(hotline, hotline_door),
        serving(simulator, platform_door),
        httpx.AsyncClient(base_url=api_url, timeout=30) as phone,
    ):
        platform: Platform = simulator.state.platform
        yield Town(house, bot, platform, phone, hotline_url, next(iter(platform.residents)))
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker
    await jobs.app.close_async()
    await channel.aclose()
    await bell.close()
    await db.close()
