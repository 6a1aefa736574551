"""The tables of the reference service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("manager_name", sa.String(), nullable=False),
        sa.Column("manager_phone", sa.String(), nullable=False),
        sa.Column("manager_hours", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("area_id", name=op.f("area_pkey")),
        schema="reference",
    )
    op.create_table(
        "hall",
        sa.Column("hall_id", sa.String(), nullable=False),
        sa.Column("core", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("week", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("services", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("hall_id", name=op.f("hall_pkey")),
        schema="reference",
    )
    op.create_index(op.f("hall_core_idx"), "hall", ["core"], unique=False, schema="reference")
    op.create_table(
        "measure",
        sa.Column("measure_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("measure_pkey")),
        schema="reference",
    )
    op.create_table(
        "seed",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("block", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("seed_pkey")),
        schema="reference",
    )
    op.create_table(
        "place",
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("road", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("buildings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["reference.area.area_id"], name=op.f("place_area_id_fkey")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("place_pkey")),
        schema="reference",
    )
    op.create_index(op.f("place_name_idx"), "place", ["name"], unique=False, schema="reference")
    op.create_table(
        "account",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        sa.Column("holder_name", sa.String(), nullable=False),
        sa.Column("phone_last4", sa.String(), nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("tariff", sa.String(), nullable=False),
        sa.Column("credit", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("supply", sa.String(), nullable=False),
        sa.Column("prepaid", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "number ~ '^([0-9]{10}|[0-9]{13})$'", name=op.f("account_number_is_10_or_13_digits_check")
        ),
        sa.CheckConstraint("supply in ('connected', 'cut_for_arrears')", name=op.f("account_supply_check")),
        sa.CheckConstraint("credit >= 0", name=op.f("account_credit_is_never_negative_check")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["reference.place.place_id"], name=op.f("account_place_id_fkey")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("account_pkey")),
        schema="reference",
    )
    op.create_index(op.f("account_place_id_idx"), "account", ["place_id"], unique=False, schema="reference")
    op.create_table(
        "bill",
        sa.Column("account_number", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("kwh", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("merged", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kwh >= 0 and amount >= 0", name=op.f("bill_nothing_is_negative_check")),
        sa.CheckConstraint("paid_on >= issued_on", name=op.f("bill_paid_after_it_was_issued_check")),
        sa.ForeignKeyConstraint(
            ["account_number"], ["reference.account.number"], name=op.f("bill_account_number_fkey")
        ),
        sa.PrimaryKeyConstraint("account_number", "month", name=op.f("bill_pkey")),
        schema="reference",
    )
    op.create_table(
        "outage",
        sa.Column("outage_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place_id", sa.String(), nullable=False),
        sa.Column("account_number", sa.String(), nullable=True),
        sa.Column("buildings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'arrears') = (account_number is not null)",
            name=op.f("outage_arrears_are_an_accounts_check"),
        ),
        sa.CheckConstraint("expected_end > starts_at", name=op.f("outage_ends_after_it_begins_check")),
        sa.CheckConstraint("restored_at >= starts_at", name=op.f("outage_restored_after_it_begins_check")),
        sa.CheckConstraint(
            "restored_at is null or cancelled_at is null",
            name=op.f("outage_not_both_restored_and_cancelled_check"),
        ),
        sa.ForeignKeyConstraint(
            ["account_number"], ["reference.account.number"], name=op.f("outage_account_number_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"], ["reference.place.place_id"], name=op.f("outage_place_id_fkey")
        ),
        sa.PrimaryKeyConstraint("outage_id", name=op.f("outage_pkey")),
        schema="reference",
    )
    op.create_index(
        op.f("outage_account_number_idx"), "outage", ["account_number"], unique=False, schema="reference"
    )
    op.create_index(op.f("outage_place_id_idx"), "outage", ["place_id"], unique=False, schema="reference")


def downgrade() -> None:
    op.drop_index(op.f("outage_place_id_idx"), table_name="outage", schema="reference")
    op.drop_index(op.f("outage_account_number_idx"), table_name="outage", schema="reference")
    op.drop_table("outage", schema="reference")
    op.drop_table("bill", schema="reference")
    op.drop_index(op.f("account_place_id_idx"), table_name="account", schema="reference")
    op.drop_table("account", schema="reference")
    op.drop_index(op.f("place_name_idx"), table_name="place", schema="reference")
    op.drop_table("place", schema="reference")
    op.drop_table("seed", schema="reference")
    op.drop_table("measure", schema="reference")
    op.drop_index(op.f("hall_core_idx"), table_name="hall", schema="reference")
    op.drop_table("hall", schema="reference")
    op.drop_table("area", schema="reference")
