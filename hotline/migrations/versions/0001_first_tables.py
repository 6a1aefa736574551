"""First tables: the record, the desk, and the queue of jobs."""

from alembic import op
import sqlalchemy as sa
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The queue's own tables: procrastinate 3.10's. A newer version's changes are a migration of their own.
    # By the driver itself: many statements at once, no placeholders.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SchemaManager.get_schema())
    op.create_table('agent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('display_name', sa.String(length=64), nullable=False),
    sa.Column('role', sa.String(length=16), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role in ('agent', 'supervisor')", name=op.f('agent_role_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('agent_pkey')),
    sa.UniqueConstraint('username', name=op.f('agent_username_key'))
    )
    op.create_table('conversation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('account', sa.String(length=64), nullable=False),
    sa.Column('resident', sa.String(length=128), nullable=False),
    sa.Column('identity', sa.String(length=160), nullable=False),
    sa.Column('owner', sa.String(length=8), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('next_seq', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_inbound_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('greeted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attributes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("owner in ('bot', 'queue', 'agent')", name=op.f('conversation_owner_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('conversation_pkey')),
    sa.UniqueConstraint('channel', 'account', 'resident', name=op.f('conversation_channel_account_resident_key'))
    )
    op.create_table('agent_login',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('agent_id', sa.Uuid(), nullable=False),
    sa.Column('csrf', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agent.id'], name=op.f('agent_login_agent_id_fkey')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('agent_login_pkey'))
    )
    op.create_index('agent_login_expires_at_idx', 'agent_login', ['expires_at'], unique=False)
    op.create_table('message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('author', sa.String(length=8), nullable=False),
    sa.Column('author_name', sa.String(length=64), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('channel_message_id', sa.String(length=200), nullable=True),
    sa.Column('client_token', sa.String(length=64), nullable=True),
    sa.Column('turn_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("author in ('resident', 'bot', 'agent', 'system')", name=op.f('message_author_check')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('message_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('message_pkey')),
    sa.UniqueConstraint('conversation_id', 'channel_message_id', name=op.f('message_conversation_id_channel_message_id_key')),
    sa.UniqueConstraint('conversation_id', 'client_token', name=op.f('message_conversation_id_client_token_key')),
    sa.UniqueConstraint('conversation_id', 'seq', name=op.f('message_conversation_id_seq_key'))
    )
    op.create_index('message_turn_id_idx', 'message', ['turn_id'], unique=False)
    op.create_table('permit',
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('permit_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('key', name=op.f('permit_pkey'))
    )
    op.create_table('ticket',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.String(length=14), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('request_key', sa.String(length=200), nullable=False),
    sa.Column('turn_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('priority', sa.String(length=8), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=False),
    sa.Column('intent', sa.String(length=64), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('first_seq', sa.BigInteger(), nullable=False),
    sa.Column('last_seq', sa.BigInteger(), nullable=False),
    sa.Column('closed_seq', sa.BigInteger(), nullable=True),
    sa.Column('last_read_seq', sa.BigInteger(), nullable=False),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=24), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('callback', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(state = 'active') = (lease_until is not null)", name=op.f('ticket_lease_check')),
    sa.CheckConstraint("(state = 'closed') = (outcome is not null and closed_at is not null)", name=op.f('ticket_closed_check')),
    sa.CheckConstraint("number ~ '^\\d{14}$'", name=op.f('ticket_number_check')),
    sa.CheckConstraint("outcome <> 'callback_promised' or callback is not null", name=op.f('ticket_callback_check')),
    sa.CheckConstraint("outcome in ('resolved', 'callback_promised', 'not_reachable', 'duplicate', 'other', 'withdrawn')", name=op.f('ticket_outcome_check')),
    sa.CheckConstraint("priority in ('normal', 'urgent')", name=op.f('ticket_priority_check')),
    sa.CheckConstraint("state <> 'active' or (assignee_id is not null and claimed_at is not null)", name=op.f('ticket_active_check')),
    sa.CheckConstraint("state <> 'queued' or assignee_id is null", name=op.f('ticket_queued_check')),
    sa.CheckConstraint("state in ('queued', 'active', 'closed')", name=op.f('ticket_state_check')),
    sa.ForeignKeyConstraint(['assignee_id'], ['agent.id'], name=op.f('ticket_assignee_id_fkey')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('ticket_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('ticket_pkey')),
    sa.UniqueConstraint('number', name=op.f('ticket_number_key')),
    sa.UniqueConstraint('request_key', name=op.f('ticket_request_key_key'))
    )
    op.create_index('ticket_closed_at_idx', 'ticket', [sa.literal_column('closed_at DESC')], unique=False, postgresql_where=sa.text("state = 'closed'"))
    op.create_index('ticket_conversation_id_idx', 'ticket', ['conversation_id'], unique=False)
    op.create_index('ticket_lease_idx', 'ticket', ['lease_until'], unique=False, postgresql_where=sa.text("state = 'active'"))
    op.create_index('ticket_line_idx', 'ticket', ['priority', 'queued_at'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.create_index('ticket_live_key', 'ticket', ['conversation_id'], unique=True, postgresql_where=sa.text("state <> 'closed'"))
    op.create_table('verification',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('account_number', sa.String(length=13), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('verification_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('verification_pkey'))
    )
    op.create_index('verification_alive_key', 'verification', ['conversation_id'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_table('verification_attempt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('identity', sa.String(length=160), nullable=False),
    sa.Column('account_number', sa.String(length=13), nullable=False),
    sa.Column('matched', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('verification_attempt_conversation_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('verification_attempt_pkey')),
    sa.UniqueConstraint('conversation_id', 'key', name=op.f('verification_attempt_conversation_id_key_key'))
    )
    op.create_index('verification_attempt_account_idx', 'verification_attempt', ['account_number', 'at'], unique=False, postgresql_where=sa.text('not matched'))
    op.create_index('verification_attempt_identity_idx', 'verification_attempt', ['identity', 'at'], unique=False, postgresql_where=sa.text('not matched'))
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('turn_id', sa.Uuid(), nullable=True),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('exempt', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('via', sa.String(length=8), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('ready', 'sending', 'sent', 'unconfirmed', 'parked', 'failed', 'suppressed')", name=op.f('outbox_state_check')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('outbox_conversation_id_fkey')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('outbox_message_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('outbox_pkey')),
    sa.UniqueConstraint('message_id', name=op.f('outbox_message_id_key'))
    )
    op.create_index('outbox_turn_id_idx', 'outbox', ['turn_id'], unique=False)
    op.create_index('outbox_waiting_idx', 'outbox', ['conversation_id', 'seq'], unique=False, postgresql_where=sa.text("state in ('ready','sending','parked')"))
    op.create_table('ticket_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('ticket_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('actor_kind', sa.String(length=8), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("actor_kind in ('resident', 'bot', 'agent', 'system')", name=op.f('ticket_event_actor_kind_check')),
    sa.CheckConstraint("kind in ('opened', 'asked_again', 'raised', 'fact', 'claimed', 'replied', 'released', 'lease_lapsed', 'withdrawn', 'closed')", name=op.f('ticket_event_kind_check')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('ticket_event_ticket_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('ticket_event_pkey')),
    sa.UniqueConstraint('ticket_id', 'seq', name=op.f('ticket_event_ticket_id_seq_key'))
    )
    op.create_table('turn',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.Column('ticket_number', sa.String(length=14), nullable=True),
    sa.Column('open_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f('turn_state_check')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('turn_conversation_id_fkey')),
    sa.ForeignKeyConstraint(['id'], ['message.id'], name=op.f('turn_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('turn_pkey'))
    )


def downgrade() -> None:
    raise RuntimeError("there is nothing before the first tables; restore a backup instead")
