"""Tables of the desk: ticket, its event log, surveys, agents and their logins."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    desc,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from conversations.models import one_of
from kit.db import Base

STATES = ("queued", "active", "closed")
PRIORITIES = ("normal", "urgent")
AGENT_OUTCOMES = ("resolved", "callback_promised", "not_reachable", "duplicate", "other")
OUTCOMES = (*AGENT_OUTCOMES, "withdrawn")  # the last one is the resident's own
SURVEYED = ("desk", "utility", "call")  # what was closed, or who asked
ANSWERS = ("satisfied", "neutral", "dissatisfied")
COMMENT_LIMIT = 1000  # characters kept of what was said beside a rating
ROLES = ("agent", "supervisor")
ACTORS = ("resident", "bot", "agent", "system")
EVENT_KINDS = (
    "opened", "asked_again", "urged", "raised", "fact", "claimed", "replied", "released", "lease_lapsed", "withdrawn",
    "closed", "called", "rated",
)  # fmt: skip


class Agent(Base):
    """A person who works at the desk."""

    __tablename__ = "agent"
    __table_args__ = (one_of("role", ROLES),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))  # as residents and colleagues see it
    role: Mapped[str] = mapped_column(String(16), default="agent")
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    created_at: Mapped[datetime]


class AgentLogin(Base):
    """One browser or program of an agent. The token itself is nowhere: its SHA-256 is the key."""

    __tablename__ = "agent_login"
    __table_args__ = (Index("agent_login_expires_at_idx", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agent.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Ticket(Base):
    """What a person must settle for one resident, from the handoff to its outcome."""

    __tablename__ = "ticket"
    __table_args__ = (
        one_of("state", STATES),
        one_of("priority", PRIORITIES),
        one_of("outcome", OUTCOMES),
        # A number is the day and six digits.
        CheckConstraint(r"number ~ '^\d{14}$'", name="number"),
        # One live ticket per conversation.
        Index("ticket_live_key", "conversation_id", unique=True, postgresql_where=text("state <> 'closed'")),
        # Somebody is at work on a ticket exactly while it is active, and then only on a lease.
        CheckConstraint("(state = 'active') = (lease_until is not null)", name="lease"),
        CheckConstraint("state <> 'active' or (assignee_id is not null and claimed_at is not null)", name="active"),
        CheckConstraint("state <> 'queued' or assignee_id is null", name="queued"),
        # A ticket closes with an outcome, never without.
        CheckConstraint("(state = 'closed') = (outcome is not null and closed_at is not null)", name="closed"),
        # A promised call has somebody to call.
        CheckConstraint("outcome <> 'callback_promised' or callback is not null", name="callback"),
        # The line: urgent first, then who was hurried most often, then who waits longest.
        Index("ticket_line_idx", "priority", "urges", "queued_at", postgresql_where=text("state = 'queued'")),
        Index("ticket_lease_idx", "lease_until", postgresql_where=text("state = 'active'")),
        Index("ticket_closed_at_idx", desc("closed_at"), postgresql_where=text("state = 'closed'")),
        Index("ticket_conversation_id_idx", "conversation_id"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[str] = mapped_column(String(14), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    request_key: Mapped[str] = mapped_column(String(200), unique=True)  # the same request opens one ticket
    turn_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(String(8), default="queued")
    priority: Mapped[str] = mapped_column(String(8), default="normal")
    reason: Mapped[str] = mapped_column(String(64))
    intent: Mapped[str] = mapped_column(String(64), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {entity: value}, the latest of each
    first_seq: Mapped[int] = mapped_column(BigInteger)  # where the transcript that belongs to it begins
    last_seq: Mapped[int] = mapped_column(BigInteger)  # the last message before the handoff
    closed_seq: Mapped[int | None] = mapped_column(BigInteger)  # the last message before its end
    urges: Mapped[int] = mapped_column(default=0)  # how often the resident asked to hurry
    last_read_seq: Mapped[int] = mapped_column(BigInteger)  # shown to the assignee up to here
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agent.id"))
    lease_until: Mapped[datetime | None]
    draft: Mapped[str] = mapped_column(default="")  # survives a lapsed lease
    queued_at: Mapped[datetime]  # kept when a lease lapses: the old place in line
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(default="")
    callback: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # {"phone", "at"}
    version: Mapped[int] = mapped_column(BigInteger, default=0)  # one more at every event


class ProofFailure(Base):
    """Somebody asked about a ticket or a work order with the wrong end of a telephone number."""

    __tablename__ = "proof_failure"
    __table_args__ = (
        UniqueConstraint("conversation_id", "key"),
        Index("proof_failure_identity_idx", "identity", "at"),
        Index("proof_failure_number_idx", "number", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    key: Mapped[str] = mapped_column(String(200))  # the message that held the digits: a replay counts once
    identity: Mapped[str] = mapped_column(String(160))
    number: Mapped[str] = mapped_column(String(14))
    at: Mapped[datetime]


class Survey(Base):
    """Whether a resident was content with what became of a ticket or a work order; asked once a number."""

    __tablename__ = "survey"
    __table_args__ = (
        one_of("source", SURVEYED),
        CheckConstraint(f"answer in ({', '.join(repr(a) for a in ANSWERS)})", name="answer"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered"),
        Index("survey_open_idx", "conversation_id", postgresql_where=text("answer is null")),
    )

    number: Mapped[str] = mapped_column(String(14), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    source: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(12))
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None]  # the message that answered; none where an agent rang
    comment: Mapped[str] = mapped_column(default="")


class TicketEvent(Base):
    """One thing that happened to a ticket, in the order of `seq`. Rows are added, never changed."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        one_of("kind", EVENT_KINDS),
        one_of("actor_kind", ACTORS),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ticket.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    actor_kind: Mapped[str] = mapped_column(String(8))
    actor: Mapped[str] = mapped_column(String(64), default="")  # an agent's name as shown
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
