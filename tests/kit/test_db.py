"""The unit of work: everything or nothing, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import clock
from kit.db import Base, Database, driver_connection, psycopg_url


class Shelf(DeclarativeBase):
    """Tables of this test only, with the types of the record's."""

    type_annotation_map = Base.type_annotation_map


class Note(Shelf):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    items: Mapped[list[Any]]


@pytest.fixture
async def db(record_url: str) -> AsyncIterator[Database]:
    db = Database(record_url)
    async with db.engine.begin() as connection:
        await connection.run_sync(Shelf.metadata.create_all)
    yield db
    await db.close()


async def count(db: Database) -> int:
    async with db.work() as session:
        return int((await session.execute(text("select count(*) from note"))).scalar_one())


def note(number: int) -> Note:
    return Note(id=number, at=clock.now(), facts={"户号": "1"}, items=[1, None])


async def test_that_work_commits_at_its_end(db: Database) -> None:
    async with db.work() as session:
        session.add(note(1))
        assert await count(db) == 0
    assert await count(db) == 1


async def test_that_an_exception_rolls_everything_back_and_goes_on(db: Database) -> None:
    async def fail(session: AsyncSession) -> None:
        session.add(note(1))
        await session.flush()
        raise LookupError("not today")

    with pytest.raises(LookupError, match="not today"):
        async with db.work() as session:
            await fail(session)
    assert await count(db) == 0


async def test_that_objects_stay_readable_after_the_work(db: Database) -> None:
    async with db.work() as session:
        session.add(kept := note(1))
    assert kept.facts == {"户号": "1"}


async def test_that_times_come_back_aware_and_json_as_it_was(db: Database) -> None:
    before = note(1)
    async with db.work() as session:
        session.add(before)
    async with db.work() as session:
        after = await session.get_one(Note, 1)
        zone = (await session.execute(text("show timezone"))).scalar_one()
        columns = await session.execute(
            text("select data_type from information_schema.columns where table_name = 'note' order by 1")
        )
    assert after is not before
    assert after.at == before.at
    assert (after.facts, after.items) == ({"户号": "1"}, [1, None])
    assert zone == "Asia/Shanghai"
    assert list(columns.scalars()) == ["integer", "jsonb", "jsonb", "timestamp with time zone"]


async def test_that_an_error_does_not_tell_the_values(db: Database) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with db.work() as session:
            await session.execute(text("select cast(:said as integer) / 0"), {"said": 13800006789})
    assert "13800006789" not in str(failed.value).split("[SQL")[1]


async def test_that_the_drivers_connection_is_in_the_sessions_transaction(db: Database) -> None:
    async def write_and_fail(session: AsyncSession) -> None:
        connection = await driver_connection(session)
        await connection.execute("insert into note values (7, now(), '{}', '[]')")
        assert (await session.execute(text("select id from note"))).scalar_one() == 7
        raise LookupError

    with pytest.raises(LookupError):
        async with db.work() as session:
            await write_and_fail(session)
    assert await count(db) == 0


async def test_that_a_dead_database_does_not_answer_a_ping() -> None:
    db = Database("postgresql://nobody:nothing@127.0.0.1:1/none")
    with pytest.raises(OperationalError):
        await db.ping()
    await db.close()


async def test_that_a_living_database_answers_a_ping(db: Database) -> None:
    await db.ping()


async def test_that_a_connection_cut_by_the_server_is_replaced(db: Database) -> None:
    async with db.work() as session:
        mine = (await session.execute(text("select pg_backend_pid()"))).scalar_one()
    other = Database(db.url)
    async with other.work() as session:
        await session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": mine})
    await other.close()
    assert await count(db) == 0


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgres://u:p@h:5/d?sslmode=require", "postgresql+psycopg://u:p@h:5/d?sslmode=require"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_that_every_postgresql_url_gets_our_driver(url: str, ours: str) -> None:
    assert psycopg_url(url) == ours
