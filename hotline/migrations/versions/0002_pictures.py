"""Pictures that the assistant shows, kept for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(png) between 1 and 200000", name=op.f("picture_png_check")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("picture_conversation_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("picture_pkey")),
        sa.UniqueConstraint("conversation_id", "digest", name=op.f("picture_conversation_id_digest_key")),
    )
    op.create_index("picture_created_at_idx", "picture", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("picture_created_at_idx", table_name="picture")
    op.drop_table("picture")
