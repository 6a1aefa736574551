"""Tables of the record: conversation, message, turn, outbox, picture, permit, verification, binding.

The inbox is the message table itself: an inbound message's `channel_message_id` is unique within its
conversation, so a redelivery finds the first.
"""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base

OWNERS = ("bot", "queue", "agent")
AUTHORS = ("resident", "bot", "agent", "system")
OUTBOX_STATES = ("ready", "sending", "sent", "unconfirmed", "parked", "failed", "suppressed")
PICTURE_BYTES = 200_000


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """`column` holds one of `values`; named after the column."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Conversation(Base):
    """A resident on a channel (WeChat: for good; a call or a web visit: until it ends)."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "account", "resident"), one_of("owner", OWNERS))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    channel: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(64))  # whose door: WeChat appid, IVR name, 'web'
    resident: Mapped[str] = mapped_column(String(128))  # OpenID, call id, web visit
    identity: Mapped[str] = mapped_column(
        String(160)
    )  # counts failures across visits: OpenID, caller's number
    owner: Mapped[str] = mapped_column(String(8), default="bot")
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)  # +1 at every change of owner: the fence
    next_seq: Mapped[int] = mapped_column(BigInteger, default=1)
    opened_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    greeted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Message(Base):
    """One thing said, in the order of `seq`; never changed afterwards."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "channel_message_id"),
        UniqueConstraint("conversation_id", "client_token"),
        one_of("author", AUTHORS),
        Index("message_turn_id_idx", "turn_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(String(8))
    author_name: Mapped[str | None] = mapped_column(String(64))  # the agent's name as shown
    kind: Mapped[str] = mapped_column(
        String(16), default="text"
    )  # text image voice video location link event dtmf
    text: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)  # in: nbest, confidence; out: buttons, data
    channel_message_id: Mapped[str | None] = mapped_column(String(200))
    client_token: Mapped[str | None] = mapped_column(
        String(64)
    )  # the agent's browser: a double click is one message
    turn_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]


class Turn(Base):
    """What one inbound message causes. Its id is the message's id."""

    __tablename__ = "turn"
    __table_args__ = (one_of("state", ("queued", "done", "failed")),)

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    epoch: Mapped[int] = mapped_column(BigInteger)  # the conversation's when the message was accepted
    state: Mapped[str] = mapped_column(String(8), default="queued")
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    ticket_number: Mapped[str | None] = mapped_column(String(14))  # set when this turn itself handed over
    open_until: Mapped[datetime | None]  # the channel's callback waits for the words until then
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Outbox(Base):
    """The way of one outbound message to the resident."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", OUTBOX_STATES),
        Index(
            "outbox_waiting_idx",
            "conversation_id",
            "seq",
            postgresql_where=text("state in ('ready','sending','parked')"),
        ),
        Index("outbox_turn_id_idx", "turn_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    turn_id: Mapped[uuid.UUID | None]
    seq: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(BigInteger)
    exempt: Mapped[bool] = mapped_column(default=False)  # safety words, ticket numbers: said whoever owns
    state: Mapped[str] = mapped_column(String(12), default="ready")
    via: Mapped[str | None] = mapped_column(String(8))  # callback or send
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class Picture(Base):
    """A picture to be shown in one conversation; the same bytes are kept once."""

    __tablename__ = "picture"
    __table_args__ = (
        UniqueConstraint("conversation_id", "digest"),
        CheckConstraint(f"octet_length(png) between 1 and {PICTURE_BYTES}", name="png"),
        Index("picture_created_at_idx", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)  # random: nobody guesses it
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256
    png: Mapped[bytes]
    alt: Mapped[str]  # the picture in words
    created_at: Mapped[datetime]


class Permit(Base):
    """Leave to write to the utility once, given under the epoch that asked; the key is the order's own."""

    __tablename__ = "permit"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    epoch: Mapped[int] = mapped_column(BigInteger)
    granted_at: Mapped[datetime]


class Verification(Base):
    """Two items of one account matched in one conversation; alive while used and not ended."""

    __tablename__ = "verification"
    __table_args__ = (
        Index(
            "verification_alive_key",
            "conversation_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),  # one account at a time
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    account_number: Mapped[str] = mapped_column(String(13))
    verified_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(16))


class VerificationAttempt(Base):
    """One attempt to verify; failures lock the resident and the account for a day."""

    __tablename__ = "verification_attempt"
    __table_args__ = (
        UniqueConstraint("conversation_id", "key"),
        Index("verification_attempt_identity_idx", "identity", "at"),
        Index(
            "verification_attempt_account_idx", "account_number", "at", postgresql_where=text("not matched")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    key: Mapped[str] = mapped_column(String(200))  # the message that carried the item: a replay counts once
    identity: Mapped[str] = mapped_column(String(160))
    account_number: Mapped[str] = mapped_column(String(13))
    matched: Mapped[bool]
    at: Mapped[datetime]


class Binding(Base):
    """An account remembered for a resident of lasting identity; alive until it ends. `conversation_id`: where they are reached."""

    __tablename__ = "binding"
    __table_args__ = (
        Index(
            "binding_alive_key", "identity", "account_number", unique=True, postgresql_where=text("ended_at is null")
        ),  # bound once
        Index("binding_account_idx", "account_number", postgresql_where=text("ended_at is null")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    identity: Mapped[str] = mapped_column(String(160))
    account_number: Mapped[str] = mapped_column(String(13))
    holder_version: Mapped[str] = mapped_column(String(40))  # the utility's, when it was proved
    bound_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(16))  # resident declined disuse holder_changed
