"""Hurrying a ticket, wrong telephone numbers, surveys."""

from collections.abc import Iterable

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

KINDS = (
    'opened', 'asked_again', 'urged', 'raised', 'fact', 'claimed', 'replied', 'released', 'lease_lapsed', 'withdrawn',
    'closed', 'called', 'rated',
)
NEW = ('urged', 'called', 'rated')


def kinds(names: Iterable[str]) -> None:
    op.drop_constraint(op.f('ticket_event_kind_check'), 'ticket_event', type_='check')
    listed = ', '.join(repr(name) for name in names)
    op.create_check_constraint(op.f('ticket_event_kind_check'), 'ticket_event', f'kind in ({listed})')


def upgrade() -> None:
    op.add_column('ticket', sa.Column('urges', sa.Integer(), nullable=False, server_default='0'))
    op.alter_column('ticket', 'urges', server_default=None)
    op.drop_index('ticket_line_idx', table_name='ticket')
    op.create_index('ticket_line_idx', 'ticket', ['priority', 'urges', 'queued_at'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    kinds(KINDS)
    op.create_table('proof_failure',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('identity', sa.String(length=160), nullable=False),
    sa.Column('number', sa.String(length=14), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('proof_failure_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('proof_failure_pkey')),
    sa.UniqueConstraint('conversation_id', 'key', name=op.f('proof_failure_conversation_id_key_key'))
    )
    op.create_index('proof_failure_identity_idx', 'proof_failure', ['identity', 'at'], unique=False)
    op.create_index('proof_failure_number_idx', 'proof_failure', ['number', 'at'], unique=False)
    op.create_table('survey',
    sa.Column('number', sa.String(length=14), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=12), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('comment', sa.String(), nullable=False),
    sa.CheckConstraint("answer in ('satisfied', 'neutral', 'dissatisfied')", name=op.f('survey_answer_check')),
    sa.CheckConstraint('(answer is null) = (answered_at is null)', name=op.f('survey_answered_check')),
    sa.CheckConstraint("source in ('desk', 'utility', 'call')", name=op.f('survey_source_check')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('survey_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('number', name=op.f('survey_pkey'))
    )
    op.create_index('survey_open_idx', 'survey', ['conversation_id'], unique=False, postgresql_where=sa.text('answer is null'))


def downgrade() -> None:
    op.drop_table('survey')
    op.drop_table('proof_failure')
    listed = ', '.join(repr(name) for name in NEW)
    op.execute(f'delete from ticket_event where kind in ({listed})')
    kinds([name for name in KINDS if name not in NEW])
    op.drop_index('ticket_line_idx', table_name='ticket')
    op.create_index('ticket_line_idx', 'ticket', ['priority', 'queued_at'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.drop_column('ticket', 'urges')
