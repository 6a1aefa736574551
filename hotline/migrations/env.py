"""Alembic's entry: migrates over the connection it is given."""

from alembic import context

import desk.models  # noqa: F401  both define tables on the base
from kit.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
