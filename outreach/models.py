"""Tables of outreach: who wants to hear of what, and what was told."""

from __future__ import annotations

import uuid
from datetime import datetime

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

from conversations.models import one_of
from kit.db import Base

TOPICS = ("outage", "arrears")


class Subscription(Base):
    """A resident's wish to be told; alive until it ends. `subject`: a place's id, or an account number."""

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("topic", TOPICS),
        Index(
            "subscription_alive_key", "conversation_id", "topic", "subject", unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("subscription_topic_idx", "topic", postgresql_where=text("ended_at is null")),
        CheckConstraint("ended_at >= created_at", name="ended"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    topic: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))  # the place's name as told; of an account its last digits
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Notice(Base):
    """Something told to one resident, once: the same version of a notice is never told again."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("conversation_id", "notice_id", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    notice_id: Mapped[str] = mapped_column(
        String(80)
    )  # the utility's number of the outage; an account and its month
    version: Mapped[str] = mapped_column(String(80))  # its times as told, or `cancelled`, `restored`
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    told_at: Mapped[datetime]
