"""Accounts remembered for a resident, and all attempts of one identity found by one index."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('binding',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('identity', sa.String(length=160), nullable=False),
    sa.Column('account_number', sa.String(length=13), nullable=False),
    sa.Column('holder_version', sa.String(length=40), nullable=False),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('binding_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('binding_pkey'))
    )
    op.create_index('binding_alive_key', 'binding', ['identity', 'account_number'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_index('binding_account_idx', 'binding', ['account_number'], unique=False, postgresql_where=sa.text('ended_at is null'))
    op.drop_index('verification_attempt_identity_idx', 'verification_attempt')
    op.create_index('verification_attempt_identity_idx', 'verification_attempt', ['identity', 'at'], unique=False)


def downgrade() -> None:
    op.drop_index('verification_attempt_identity_idx', 'verification_attempt')
    op.create_index('verification_attempt_identity_idx', 'verification_attempt', ['identity', 'at'], unique=False, postgresql_where=sa.text('not matched'))
    op.drop_table('binding')
