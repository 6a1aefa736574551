"""The way out: rows are claimed, said, and come to an honest end. Order within a conversation is kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, and_, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Message, Outbox
from conversations.ports import Delivery
from kit import clock

LEASE = timedelta(seconds=30)  # a send takes at most two calls and a token refresh, 7 s each
MAX_ATTEMPTS = 6


def _fenced_off() -> ColumnElement[bool]:
    """The bot's rows of an epoch that is over."""
    bot = select(Message.id).where(Message.id == Outbox.message_id, Message.author == "bot").exists()
    return and_(bot, Outbox.exempt.is_(False), Outbox.epoch != Conversation.epoch)


def _outdated() -> ColumnElement[bool]:
    """Notices that would mislead by now (`good_until` in their data), for instance parked ones of last week."""
    until = Message.payload["data"]["good_until"].astext
    passed = cast(until, DateTime(timezone=True)) < clock.now()
    return select(Message.id).where(Message.id == Outbox.message_id, until.is_not(None), passed).exists()


async def suppress_stale(session: AsyncSession, conversation_id: uuid.UUID) -> None:
    """Keep as suppressed what is not to be said any more: the bot's words of an earlier epoch, and outdated notices."""
    stale = (
        select(Outbox.id)
        .join(Conversation, Conversation.id == Outbox.conversation_id)
        .where(
            Outbox.conversation_id == conversation_id,
            Outbox.state.in_(("ready", "parked")),
            or_(_fenced_off(), _outdated()),
        )
    )
    await session.execute(
        update(Outbox).where(Outbox.id.in_(stale)).values(state="suppressed", finished_at=clock.now())
    )


async def collect(
    session: AsyncSession, conversation: Conversation, *, turn_id: uuid.UUID | None = None
) -> list[tuple[Outbox, Message]]:
    """Claim what can be said in an open response: the locked conversation's ready words, in order.

    With `turn_id`, a turn whose words already left in an earlier response gives the same words again:
    the platform redelivers only what it believes unanswered. Words that went by the send API are not repeated.
    """
    await suppress_stale(session, conversation.id)
    wanted = or_(
        Outbox.state.in_(("ready", "parked")),
        *([and_(Outbox.turn_id == turn_id, Outbox.via == "callback")] if turn_id else []),
    )
    query = (
        select(Outbox, Message)
        .join(Message, Message.id == Outbox.message_id)
        .where(Outbox.conversation_id == conversation.id, wanted)
        .order_by(Outbox.seq)
        .with_for_update(of=Outbox)
    )
    rows = [(outbox, message) for outbox, message in (await session.execute(query)).all()]
    in_flight = await session.scalar(
        select(func.min(Outbox.seq)).where(
            Outbox.conversation_id == conversation.id, Outbox.state == "sending", Outbox.via == "send"
        )
    )
    if in_flight is not None:  # what comes after a send that has not ended must not overtake it
        rows = [(outbox, message) for outbox, message in rows if outbox.seq < in_flight]
    for outbox, _ in rows:
        if outbox.state in ("ready", "parked"):
            outbox.state, outbox.via, outbox.lease_until = "sending", "callback", clock.now() + LEASE
            outbox.attempts += 1
    await session.flush()
    return rows


async def confirm(session: AsyncSession, outbox_ids: Sequence[int]) -> None:
    """The response with these words has left."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id.in_(outbox_ids), Outbox.state.in_(("sending", "unconfirmed")))
        .values(state="sent", finished_at=clock.now(), lease_until=None)
    )


async def release(session: AsyncSession, outbox_ids: Sequence[int], *, not_before: datetime) -> None:
    """These words did not fit into the response: back on their way, behind it."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id.in_(outbox_ids), Outbox.state == "sending", Outbox.via == "callback")
        .values(state="ready", via=None, lease_until=None, next_attempt_at=not_before)
    )


async def expire_leases(session: AsyncSession, conversation_id: uuid.UUID) -> None:
    """A process died while saying these: nobody knows whether they arrived, and we say so."""
    await session.execute(
        update(Outbox)
        .where(
            Outbox.conversation_id == conversation_id,
            Outbox.state == "sending",
            Outbox.lease_until < clock.now(),
        )
        .values(state="unconfirmed", finished_at=clock.now(), error="the process died while sending")
    )


async def claim_next(session: AsyncSession, conversation_id: uuid.UUID) -> tuple[Outbox, Message] | None:
    """Claim the first unfinished row for the send API; None if nothing is left, or the first must wait."""
    await expire_leases(session, conversation_id)
    await suppress_stale(session, conversation_id)
    query = (
        select(Outbox, Message)
        .join(Message, Message.id == Outbox.message_id)
        .where(Outbox.conversation_id == conversation_id, Outbox.state.in_(("ready", "sending")))
        .order_by(Outbox.seq)
        .limit(1)
        .with_for_update(of=Outbox)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    outbox, message = row
    if outbox.state == "sending" or (outbox.next_attempt_at and outbox.next_attempt_at > clock.now()):
        return None
    outbox.state, outbox.via, outbox.lease_until = "sending", "send", clock.now() + LEASE
    outbox.attempts += 1
    await session.flush()
    return outbox, message


async def next_due(session: AsyncSession, conversation_id: uuid.UUID) -> float | None:
    """Seconds until the first unfinished row may be tried; None when nothing waits."""
    row = await session.scalar(
        select(Outbox)
        .where(Outbox.conversation_id == conversation_id, Outbox.state.in_(("ready", "sending")))
        .order_by(Outbox.seq)
        .limit(1)
    )
    if row is None:
        return None
    due = row.lease_until if row.state == "sending" else row.next_attempt_at
    return max(0.0, (due - clock.now()).total_seconds()) if due else 0.0


async def finish(session: AsyncSession, outbox_id: int, delivery: Delivery) -> None:
    """Write how a claimed send ended."""
    outbox = await session.get_one(Outbox, outbox_id, with_for_update=True)
    outbox.lease_until, outbox.error = None, delivery.error or None
    if delivery.state == "retry" and outbox.attempts < MAX_ATTEMPTS:
        outbox.state = "ready"
        outbox.next_attempt_at = clock.now() + timedelta(seconds=delivery.after)
        return
    outbox.state = "failed" if delivery.state == "retry" else delivery.state
    outbox.finished_at = None if outbox.state == "parked" else clock.now()


async def unpark(session: AsyncSession, conversation_id: uuid.UUID, *, not_before: datetime | None) -> bool:
    """The resident wrote, so the channel is open again: parked words may leave. True if there were any.

    `not_before`: until then the callback that brought the message may take them along.
    """
    result = await session.execute(
        update(Outbox)
        .where(Outbox.conversation_id == conversation_id, Outbox.state == "parked")
        .values(state="ready", next_attempt_at=not_before)
        .returning(Outbox.id)
    )
    return result.first() is not None


async def give_up(session: AsyncSession, conversation_id: uuid.UUID, why: str) -> None:
    """The visit is over and the channel cannot push: what was not said is failed, not forgotten."""
    await session.execute(
        update(Outbox)
        .where(Outbox.conversation_id == conversation_id, Outbox.state.in_(("ready", "parked")))
        .values(state="failed", error=why, finished_at=clock.now())
    )
