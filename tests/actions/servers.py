"""Real servers for these tests: the reference backend, the inner door with record and desk, the action server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from actions.app import create_app
from actions.clients import Clients
from backends.reference.app import create_app as reference_app
from connectors.ivr.channel import IvrChannel
from connectors.web.channel import WebChannel
from conversations import endpoints
from conversations.jobs import Jobs
from conversations.models import Conversation, Message
from conversations.ports import BotTurn, Delivery, Parse
from conversations.service import Conversations
from desk.endpoints import inner_router
from desk.service import DeskService
from kit.bell import Bell
from kit.db import Database
from kit.errors import install_error_handlers
from kit.settings import Settings
from kit.wording import Wording
from outreach.endpoints import router as outreach_router
from tests.serving import serving

INNER, BACKENDS = "inner-token-of-these-tests", "backends-token-of-these-tests"


def settings_of(**changes: Any) -> Settings:
    return Settings(
        internal_token=SecretStr(INNER), backends_token=SecretStr(BACKENDS), _env_file=None, **changes
    )  # type: ignore[call-arg]


@contextlib.asynccontextmanager
async def reference(database: str) -> AsyncIterator[str]:
    settings = settings_of(reference_database_url=SecretStr(database))
    async with serving(reference_app(settings)) as url:
        yield url


@contextlib.asynccontextmanager
async def actions(backends_url: str, inner_url: str) -> AsyncIterator[str]:
    """The action server, once it answers questions as well as it ever will."""
    settings = settings_of(backends_url=backends_url, inner_url=inner_url)
    clients = Clients.build(settings)
    await asyncio.to_thread(clients.knowledge.warm)
    async with serving(create_app(settings, clients)) as url:
        yield url


class _Silent:
    """The bot's port, which the inner door never calls."""

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        raise AssertionError("no turn is run here")

    async def parse(self, message: Message, channel: str) -> Parse:
        return Parse("", 0.0)

    async def events(self, conversation_id: object, events: object) -> None:
        raise AssertionError("nothing is settled here")


class _Pushing:
    """WeChat without WeChat."""

    name, pushes, remembers = "wechat", True, True

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        return Delivery("sent")


@contextlib.asynccontextmanager
async def inner(record_url: str, redis_url: str) -> AsyncIterator[tuple[str, Conversations]]:
    """Permits, verification and handoff, as the program mounts them."""
    db, bell, jobs = Database(record_url), Bell(redis_url), Jobs(record_url)
    house = Conversations(db=db, bell=bell, jobs=jobs, bot=_Silent(), wording=Wording())
    desk = DeskService(house)
    house.plug(desk=desk, channels=[_Pushing(), IvrChannel(), WebChannel()])
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(endpoints.router(house, SecretStr(INNER)))
    app.include_router(inner_router(desk, SecretStr(INNER)))
    app.include_router(outreach_router(house, SecretStr(INNER)))
    try:
        async with jobs.app.open_async(), serving(app) as url:
            yield url, house
    finally:
        await bell.close()
        await db.close()
