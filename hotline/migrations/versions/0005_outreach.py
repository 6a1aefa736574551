"""Who wants to be told of what, and what was told."""

from alembic import op
import sqlalchemy as sa

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('subscription',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('topic', sa.String(length=8), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("topic in ('outage', 'arrears')", name=op.f('subscription_topic_check')),
    sa.CheckConstraint('ended_at >= created_at', name=op.f('subscription_ended_check')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('subscription_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('subscription_pkey'))
    )
    op.create_index('subscription_alive_key', 'subscription', ['conversation_id', 'topic', 'subject'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_index('subscription_topic_idx', 'subscription', ['topic'], unique=False, postgresql_where=sa.text('ended_at is null'))
    op.create_table('notice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.String(length=80), nullable=False),
    sa.Column('version', sa.String(length=80), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('notice_conversation_id_fkey')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('notice_message_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('notice_pkey')),
    sa.UniqueConstraint('conversation_id', 'notice_id', 'version', name=op.f('notice_conversation_id_notice_id_version_key'))
    )


def downgrade() -> None:
    op.drop_table('notice')
    op.drop_table('subscription')
