"""Migrations, and the roles and schemas of those who share the server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine

from desk.agents import ensure_agents
from kit.db import Database, psycopg_url

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 95598  # advisory: two starts at once migrate one after the other


def alembic_config() -> Config:
    """Alembic's configuration without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(url: str) -> None:
    """Bring the record's tables to the newest form; safe to call at every start, by several processes."""
    engine = create_engine(psycopg_url(url))
    try:
        with engine.connect() as connection:
            # Held until the commit: released earlier, a second start would not see the tables of the first.
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def with_role(admin_url: str, *, role: str, password: str, schema: str) -> str:
    """Make (or refresh) a role that owns one schema and sees nothing else; returns its URL."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        exists = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
        verb = "alter" if exists else "create"
        connection.execute(
            sql.SQL(f"{verb} role {{}} login password {{}}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
        connection.execute(
            sql.SQL("create schema if not exists {} authorization {}").format(
                sql.Identifier(schema), sql.Identifier(role)
            )
        )
        connection.execute(
            sql.SQL("alter role {} set search_path = {}").format(sql.Identifier(role), sql.Identifier(schema))
        )
    parts = urlsplit(admin_url)
    host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{host}"))


async def demo_agents(url: str, password: str) -> None:
    """`agent1`, `agent2` and `supervisor`, with the demo's password."""
    record = Database(url, pool_size=1)
    try:
        async with record.work() as session:
            await ensure_agents(session, password)
    finally:
        await record.close()
