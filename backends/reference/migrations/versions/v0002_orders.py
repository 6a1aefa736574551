"""Work orders and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXED = ("place_id", "account_number", "conversation")


def upgrade() -> None:
    op.create_table(
        "work_order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("place", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("account_number", sa.String(), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("marks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.CheckConstraint("number ~ '^[0-9]{14}$'", name=op.f("work_order_number_is_14_digits_check")),
        sa.CheckConstraint(
            "contact_by >= created_at and answer_by >= created_at",
            name=op.f("work_order_due_after_it_was_made_check"),
        ),
        sa.CheckConstraint("urges >= 0", name=op.f("work_order_urges_are_counted_check")),
        sa.PrimaryKeyConstraint("number", name=op.f("work_order_pkey")),
        sa.UniqueConstraint("key", name=op.f("work_order_key_key")),
        schema="reference",
    )
    for name in INDEXED:
        op.create_index(op.f(f"work_order_{name}_idx"), "work_order", [name], schema="reference")
    op.create_table(
        "work_order_event",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["reference.work_order.number"], name=op.f("work_order_event_number_fkey")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("work_order_event_pkey")),
        sa.UniqueConstraint("key", name=op.f("work_order_event_key_key")),
        schema="reference",
    )
    op.create_index(op.f("work_order_event_number_idx"), "work_order_event", ["number"], schema="reference")


def downgrade() -> None:
    op.drop_table("work_order_event", schema="reference")
    op.drop_table("work_order", schema="reference")
