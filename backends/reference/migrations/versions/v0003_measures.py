"""Measures with districts, customers, effects, the words they are asked for by, and who keeps them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED = (
    ("words", postgresql.JSONB(astext_type=sa.Text()), "[]"),
    ("districts", postgresql.JSONB(astext_type=sa.Text()), "[]"),
    ("customers", postgresql.JSONB(astext_type=sa.Text()), '["resident", "firm", "important"]'),
    ("effects", postgresql.JSONB(astext_type=sa.Text()), "{}"),
    ("file", sa.String(), ""),
)


def upgrade() -> None:
    for name, kind, filling in ADDED:
        # The default fills the rows there are; new ones are written in full.
        op.add_column(
            "measure", sa.Column(name, kind, nullable=False, server_default=filling), schema="reference"
        )
        op.alter_column("measure", name, server_default=None, schema="reference")
    op.add_column("measure", sa.Column("withdrawn_on", sa.Date(), nullable=True), schema="reference")
    op.create_check_constraint(
        op.f("measure_ends_after_it_begins_check"), "measure", "valid_to >= valid_from", schema="reference"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("measure_ends_after_it_begins_check"), "measure", schema="reference")
    op.drop_column("measure", "withdrawn_on", schema="reference")
    for name, _, _ in reversed(ADDED):
        op.drop_column("measure", name, schema="reference")
