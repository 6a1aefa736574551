"""How migrations of the reference service reach its database. Versions are kept in its own schema."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from backends.reference.models import SCHEMA, Base

LOCK = 9559802


def run() -> None:
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # Asked first: a role that may not create schemas still works in one made for it.
        there = connection.scalar(text("select 1 from pg_namespace where nspname = :name"), {"name": SCHEMA})
        if there is None:
            connection.execute(text(f"create schema {SCHEMA}"))
        context.configure(
            connection=connection, target_metadata=Base.metadata, version_table_schema=SCHEMA,
            include_schemas=True,
            include_name=lambda name, kind, _: kind != "schema" or name == SCHEMA,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
