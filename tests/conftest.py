"""Real servers for all tests: one PostgreSQL and one Valkey a run, out of the wheels or by URL."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
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
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(given, autocommit=True) as admin:
            admin.execute(f"create database {name}")
        yield with_database(given, name)
        drop_database(given, name)
        return
    server = EmbeddedPostgres(servers_home)
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
    name = f"record_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"create database {name} template {migrated_template}")
    yield with_database(postgres_url, name)
    drop_database(postgres_url, name)
