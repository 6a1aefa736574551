"""Who wants to be told of what. Only where the resident can be written to, and only at their own wish."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import bindings, record
from kit import clock
from outreach.models import Subscription

MOST = 10  # of a resident

Outcome = Literal["subscribed", "not_reachable", "not_bound", "too_many"]


async def subscribe(
    session: AsyncSession, conversation_id: uuid.UUID, *, topic: str, subject: str, title: str
) -> Outcome:
    """Note the wish; again is no second time. Arrears are told of accounts that are bound to the resident, of no others."""
    conversation = await record.lock_conversation(session, conversation_id)
    if not bindings.lasting(conversation):
        return "not_reachable"
    if topic == "arrears" and subject not in {
        b.account_number for b in await bindings.alive(session, conversation)
    }:
        return "not_bound"
    kept = await of_resident(session, conversation_id)
    if any((one.topic, one.subject) == (topic, subject) for one in kept):
        return "subscribed"
    if len(kept) >= MOST:
        return "too_many"
    values = {"conversation_id": conversation_id, "topic": topic, "subject": subject, "title": title[:120]}
    await session.execute(
        insert(Subscription).values(created_at=clock.now(), **values).on_conflict_do_nothing()
    )
    return "subscribed"


async def of_resident(session: AsyncSession, conversation_id: uuid.UUID) -> Sequence[Subscription]:
    """What a resident is told of, oldest first."""
    query = select(Subscription).where(
        Subscription.conversation_id == conversation_id, Subscription.ended_at.is_(None)
    )
    return (await session.scalars(query.order_by(Subscription.id))).all()


async def end(session: AsyncSession, conversation_id: uuid.UUID, *, topic: str = "") -> int:
    """Tell no more, of a topic or at all; how many wishes ended."""
    ended = await session.scalars(
        update(Subscription)
        .where(
            Subscription.conversation_id == conversation_id, Subscription.ended_at.is_(None),
            *([Subscription.topic == topic] if topic else []),
        )
        .values(ended_at=func.greatest(Subscription.created_at, clock.now()))
        .returning(Subscription.id)
    )  # fmt: skip
    return len(ended.all())


async def alive(session: AsyncSession, topic: str) -> Sequence[Subscription]:
    """All who want to hear of a topic."""
    query = select(Subscription).where(Subscription.topic == topic, Subscription.ended_at.is_(None))
    return (await session.scalars(query.order_by(Subscription.id))).all()
