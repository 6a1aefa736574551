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
        connection.execute(text(f"create schema if not exists {SCHEMA}"))
        context.configure(
            connection=connection, target_metadata=Base.metadata, version_table_schema=SCHEMA,
            include_schemas=True,
            include_name=lambda name, kind, _: kind != "schema" or name == SCHEMA,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
