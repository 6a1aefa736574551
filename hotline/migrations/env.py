"""Alembic's entry: migrates over the connection it is given."""

from alembic import context

import desk.models  # noqa: F401  they define tables on the base
import outreach.models  # noqa: F401
from kit.db import Base


def ours(name: str | None, kind: str, _: object) -> bool:
    """The queue's tables are procrastinate's own: no model of ours describes them, so a comparison leaves them out."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, include_name=ours)
with context.begin_transaction():
    context.run_migrations()
