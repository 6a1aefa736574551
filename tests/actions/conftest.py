"""One town, one record, one action server for all tests of this room; each test has residents of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import select

from actions import measures
from backends.accounts import Accounts
from backends.contracts import Measure, MeasureRequest
from backends.measures import Measures
from conversations.models import Message
from conversations.service import Conversations
from desk.models import Ticket
from kit import clock
from tests.actions import servers
from tests.actions.rasa import Talk, client
from tests.actions.servers import BACKENDS
from tests.conftest import database


@dataclass
class World:
    """Addresses, the record, and a client of the action server that shows the right token."""

    reference: str
    inner: str
    actions: str
    house: Conversations
    http: httpx.AsyncClient
    town: str  # the reference service's database

    def ask_town(self, query: str) -> list[tuple[Any, ...]]:
        """What the utility's records hold."""
        with psycopg.connect(self.town, options="-c search_path=reference,public") as connection:
            return connection.execute(query).fetchall()

    def talk(self, channel: str = "web", **more: Any) -> Talk:
        return Talk(self.house, self.http, channel, **more)

    async def rows(self, query: Any) -> list[Any]:
        async with self.house.db.work() as session:
            return list((await session.execute(query)).scalars())

    async def said(self, talk: Talk) -> list[str]:
        """What stands in the record as said to the resident."""
        query = select(Message).filter(Message.conversation_id == talk.id, Message.author != "resident")
        return [message.text for message in await self.rows(query.order_by(Message.seq))]

    async def tickets(self, talk: Talk) -> list[Ticket]:
        return await self.rows(select(Ticket).filter_by(conversation_id=talk.id))


@pytest.fixture(scope="session")
def fresh_database(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """Makes databases that go when the tests are over; `template` may be ''."""
    with contextlib.ExitStack() as made:
        yield lambda template: made.enter_context(database(postgres_url, "actions", template))


@pytest.fixture(scope="session")
async def world(
    fresh_database: Callable[[str], str], migrated_template: str, redis_url: str
) -> AsyncIterator[World]:
    record, town = fresh_database(migrated_template), fresh_database("")
    async with (
        servers.reference(town) as reference,
        servers.inner(record, redis_url) as (inner, house),
        servers.actions(reference, inner) as actions,
        client(actions) as http,
    ):
        yield World(reference, inner, actions, house, http, town)


@pytest.fixture(scope="session")
async def books(world: World) -> AsyncIterator[Accounts]:
    """The utility's accounts, asked directly."""
    async with Accounts(world.reference, BACKENDS) as client:
        yield client


@dataclass(frozen=True)
class Household:
    """An account of the town and what proves it."""

    number: str
    holder_name: str
    phone_last4: str
    room: str


# The town's accounts that tests name: data/knowledge/town/accounts.yml.
NAMED = "('3100000000018', '3200456789', '3100000000026', '3100000000034', '3200456797')"


@pytest.fixture(scope="session")
def _households(world: World) -> Iterator[Household]:
    query = (
        f"select number, holder_name, phone_last4, room from account where number not in {NAMED}"
        " and room <> '' order by number limit 200"
    )
    return iter([Household(*row) for row in world.ask_town(query)])


@pytest.fixture
def household(_households: Iterator[Household]) -> Household:
    """An account that no other test tries to prove: failures count per account."""
    return next(_households)


@dataclass(frozen=True)
class Quiet:
    """An estate without any notice, and not that of an account that tests name."""

    place_id: str
    name: str
    full: str


@pytest.fixture(scope="session")
def _quiet(world: World) -> Iterator[Quiet]:
    rows = world.ask_town(
        "select place_id, name, city || district || street || name from place where kind = 'estate' and name not like '%弄'"
        " and place_id not in (select place_id from outage)"
        f" and place_id not in (select place_id from account where number in {NAMED})"
        " and name in (select name from place group by name having count(*) = 1) order by place_id limit 200"
    )
    return iter([Quiet(*row) for row in rows])


@pytest.fixture
def quiet(_quiet: Iterator[Quiet]) -> Quiet:
    """One that no other test reports anything for."""
    return next(_quiet)


@pytest.fixture
async def announce(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Any]]:
    """Puts a measure in force from today; it is withdrawn when the test is over."""
    monkeypatch.setattr(measures, "KEPT_FOR", 0.0)
    today = clock.now().date()
    made: list[str] = []

    async with Measures(world.reference, BACKENDS) as client:

        async def announce(**fields: Any) -> Measure:
            made.append(f"test-{len(made)}-{clock.now():%H%M%S%f}")
            written = {
                "measure_id": made[-1], "title": "台风应急保供", "text": "台风期间抢修人员昼夜值守，险情先到先处理。",
                "words": ["台风"], "province": "上海市", "valid_from": today, "valid_to": today + timedelta(days=3),
                "source": "测试公告",
            }  # fmt: skip
            return await client.add(MeasureRequest.model_validate(written | fields))

        yield announce
        for one in made:
            await client.withdraw(one)
