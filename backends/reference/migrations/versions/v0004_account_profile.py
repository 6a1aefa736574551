"""Class of customer, supply and holder of an account. The town is loaded anew afterwards, so the old rows go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHECKS = {
    "cut_since_a_day": "(supply = 'connected') = (supply_since is null)",
    "customer": "customer in ('resident', 'firm')",
}


def upgrade() -> None:
    op.execute("truncate reference.seed, reference.bill, reference.outage, reference.account")
    op.add_column("account", sa.Column("customer", sa.String(), nullable=False), schema="reference")
    op.add_column("account", sa.Column("important", sa.Boolean(), nullable=False), schema="reference")
    op.add_column("account", sa.Column("supply_since", sa.Date(), nullable=True), schema="reference")
    op.add_column("account", sa.Column("holder_version", sa.String(), nullable=False), schema="reference")
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"account_{name}_check"), "account", rule, schema="reference")


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"account_{name}_check"), "account", schema="reference")
    for name in ("holder_version", "supply_since", "important", "customer"):
        op.drop_column("account", name, schema="reference")
