"""The database: one declarative base, one session maker, one unit of work per request or job.

Services never commit; `Database.work()` does, once, when its block ends without an exception.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx", "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check", "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}  # fmt: skip


class Base(DeclarativeBase):
    """Tables of the record. Every `datetime` is timestamptz, every `dict` or `list` is jsonb."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def psycopg_url(url: str) -> str:
    """SQLAlchemy's name of the driver we use, for a plain `postgresql://` URL."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres://", "postgresql+psycopg://", 1
    )


class Database:
    """An engine and its units of work."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            psycopg_url(url), pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True,
            hide_parameters=True,  # what a resident said is in no error's text
            connect_args={"connect_timeout": 5, "options": "-c timezone=Asia/Shanghai"},
        )  # fmt: skip
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits at the end, rolls back on an exception."""
        async with self._sessions() as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise if the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        await self.engine.dispose()


async def driver_connection(session: AsyncSession) -> Any:
    """The psycopg connection under a session, to enqueue a job in the session's own transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return raw.driver_connection
