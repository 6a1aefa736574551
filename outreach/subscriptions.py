"""Who wants to be told of what. Only where the resident can be written to, and only at their own wish.

Whoever has an account remembered is told of outages at its address as well; the words that offer to remember it say so.
Whoever then wants no more messages is told of none of the accounts that were remembered by then.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import bindings, record
from conversations.models import Binding, Conversation
from kit import clock
from outreach.models import Subscription

MOST = 10  # of a resident
SILENT = "no_notices_since"  # of a conversation: ISO 8601

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
    if topic == "outage":  # wants to hear again
        conversation.attributes = {k: v for k, v in conversation.attributes.items() if k != SILENT}
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
    """Tell no more, of a topic or at all; how many wishes ended, those that came with remembered accounts counted as one."""
    conversation = await record.lock_conversation(session, conversation_id)
    silenced = topic != "arrears" and bool(await of_bound(session, conversation))
    if silenced:
        conversation.attributes = conversation.attributes | {SILENT: clock.now().isoformat()}
    ended = await session.scalars(
        update(Subscription)
        .where(
            Subscription.conversation_id == conversation_id, Subscription.ended_at.is_(None),
            *([Subscription.topic == topic] if topic else []),
        )
        .values(ended_at=func.greatest(Subscription.created_at, clock.now()))
        .returning(Subscription.id)
    )  # fmt: skip
    return len(ended.all()) + silenced


def told_of(conversation: Conversation, binding: Binding) -> bool:
    """Whether the resident hears of outages at this account's address."""
    since = conversation.attributes.get(SILENT)
    return since is None or binding.bound_at > datetime.fromisoformat(since)


async def of_bound(session: AsyncSession, conversation: Conversation) -> list[Binding]:
    """The remembered accounts whose outages the resident is told of."""
    return [one for one in await bindings.alive(session, conversation) if told_of(conversation, one)]


async def wants(session: AsyncSession, conversation: Conversation, topic: str) -> bool:
    """Whether the resident wants to hear of the topic, now that the conversation is locked."""
    if any(wish.topic == topic for wish in await of_resident(session, conversation.id)):
        return True
    return topic == "outage" and bool(await of_bound(session, conversation))


async def alive(session: AsyncSession, topic: str) -> Sequence[Subscription]:
    """All who want to hear of a topic."""
    query = select(Subscription).where(Subscription.topic == topic, Subscription.ended_at.is_(None))
    return (await session.scalars(query.order_by(Subscription.id))).all()
