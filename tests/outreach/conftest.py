"""Rounds on a real record and a real reference service, and the residents they concern."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, select

from backends.accounts import Accounts
from backends.orders import Orders
from backends.outages import Outages
from conversations.models import Binding, Conversation, Message
from conversations.ports import InboundMessage
from kit import clock
from outreach import notices, subscriptions
from outreach.service import Outreach
from tests.actions.conftest import World, fresh_database, world
from tests.actions.servers import BACKENDS

__all__ = ["fresh_database", "world"]


@pytest.fixture
async def outreach(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Outreach]:
    """By day, whatever the hour of the test."""
    monkeypatch.setattr(notices, "quiet", lambda facts, moment: False)
    clients: Any = (world.reference, BACKENDS)
    made = Outreach(
        world.house, outages=Outages(*clients), accounts=Accounts(*clients), orders=Orders(*clients)
    )
    yield made
    await made.aclose()
    async with world.house.db.work() as session:  # what one test wishes is no other's business
        for conversation in await session.scalars(select(Conversation.id)):
            await subscriptions.end(session, conversation)
        await session.execute(delete(Binding))


async def resident(world: World, channel: str = "wechat") -> Conversation:
    accepted = await world.house.receive(InboundMessage(channel, "a", secrets.token_hex(8), "1", "你好"))
    async with world.house.db.work() as session:
        return await session.get_one(Conversation, accepted.conversation_id)


async def subscribe(world: World, who: Conversation, topic: str, subject: str, title: str = "花木") -> str:
    async with world.house.db.work() as session:
        return await subscriptions.subscribe(session, who.id, topic=topic, subject=subject, title=title)


def garden(world: World) -> str:
    """The place of the planned work of tomorrow."""
    [(place,)] = world.ask_town("select place_id from place where name = '阳光花园' and district = '天元区'")
    return str(place)


def change_town(world: World, query: str, *values: Any) -> None:
    with psycopg.connect(world.town, options="-c search_path=reference,public") as connection:
        connection.execute(query, values)


async def told(world: World, who: Conversation) -> list[str]:
    query = select(Message).filter_by(conversation_id=who.id, author="system").order_by(Message.seq)
    return [message.text for message in await world.rows(query)]


async def unsubscribe(world: World, who: Conversation, topic: str = "") -> int:
    async with world.house.db.work() as session:
        return await subscriptions.end(session, who.id, topic=topic)


async def bind(world: World, who: Conversation, number: str, version: str) -> None:
    async with world.house.db.work() as session:
        now = clock.now()
        session.add(
            Binding(
                conversation_id=who.id, identity=who.identity, account_number=number, holder_version=version,
                bound_at=now, last_used_at=now,
            )
        )  # fmt: skip
