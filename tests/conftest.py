"""Real servers for all tests: one PostgreSQL and one Valkey a run, out of the wheels or by URL."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from kit.embedded import EmbeddedPostgres, EmbeddedValkey, remove


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(server_url: str, name: str) -> None:
    """Drop a database and end what is still connected to it.

    PostgreSQL refuses a forced drop while its own vacuum is at work there; that ends by itself.
    """
    statement = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    for attempt in range(20):
        try:
            with psycopg.connect(server_url, autocommit=True) as admin:
                admin.execute(statement)
            return
        except psycopg.errors.InsufficientPrivilege:
            if attempt == 19:
                raise
            time.sleep(0.5)


@contextlib.contextmanager
def database(server_url: str, kind: str, template: str = "") -> Iterator[str]:
    """A database of its own, empty or a copy of `template`, dropped afterwards; its address. `kind` is seen in its name."""
    name = f"{kind}_{secrets.token_hex(6)}"
    statement = sql.SQL("create database {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" template {}").format(sql.Identifier(template))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(statement)
    try:
        yield with_database(server_url, name)
    finally:
        drop_database(server_url, name)


class HastyPostgres(EmbeddedPostgres):
    """One that writes to the disk when it likes: each test makes and drops a database, and none outlives the run."""

    def command(self, port: int) -> tuple[list[str | Path], bytes]:
        program, given = super().command(port)
        haste = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        return [*program, *(part for setting in haste for part in ("-c", setting))], given


@pytest.fixture(scope="session")
def servers_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of this run's embedded servers; nothing of it is left behind."""
    home = tmp_path_factory.mktemp("servers")
    yield home
    remove(home)


@pytest.fixture(scope="session")
def postgres_url(servers_home: Path) -> Iterator[str]:
    """A PostgreSQL of our own: `HOTLINE_TEST_DATABASE_URL` (a fresh database on it), else the embedded one."""
    if given := os.environ.get("HOTLINE_TEST_DATABASE_URL"):
        with database(given, "test") as url:
            yield url
        return
    server = HastyPostgres(servers_home)
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def redis_url(servers_home: Path) -> Iterator[str]:
    """A server of the Redis protocol: `HOTLINE_TEST_REDIS_URL`, else the embedded one."""
    if given := os.environ.get("HOTLINE_TEST_REDIS_URL"):
        yield given
        return
    server = EmbeddedValkey(servers_home)
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """A migrated, empty record, to copy for each test."""
    from hotline.database import upgrade

    name = f"template_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    upgrade(with_database(postgres_url, name))
    return name


@pytest.fixture
def record_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A fresh record of this test's own."""
    with database(postgres_url, "record", migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
async def utility(postgres_url: str) -> AsyncIterator[str]:
    """The address of a running reference service of this file's own."""
    from tests.actions import servers

    with database(postgres_url, "utility") as url:
        async with servers.reference(url) as address:
            yield address
