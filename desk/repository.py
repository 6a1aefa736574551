"""Queries of the desk. Nothing here decides or commits.

Whoever writes a ticket locks its conversation first, then the ticket: one order for all, so no deadlock.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.models import Conversation, Message, Outbox
from desk.models import Agent, Ticket, TicketEvent
from kit import clock
from kit.errors import NotFound

LIVE_SHOWN = 300  # rows of a list
CLOSED_SHOWN = 100
LINE = (
    Ticket.priority.desc(),
    Ticket.urges.desc(),
    Ticket.queued_at,
    Ticket.id,
)  # 'urgent' sorts after 'normal'

Listed: TypeAlias = Row[tuple[Ticket, Conversation, Agent | None, int]]


async def get_live(session: AsyncSession, conversation_id: uuid.UUID) -> Ticket | None:
    """The live ticket of a conversation, its row locked; the conversation must be locked already."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.state != "closed")
    found: Ticket | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True)
    )
    return found


async def get_by_request(session: AsyncSession, key: str) -> Ticket | None:
    """The ticket that this request opened."""
    found: Ticket | None = await session.scalar(select(Ticket).where(Ticket.request_key == key))
    return found


async def get_by_number(session: AsyncSession, number: str) -> Ticket:
    """Read only. Raises `NotFound`."""
    ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None:
        raise NotFound("no such ticket")
    return ticket


async def lock_by_number(session: AsyncSession, number: str) -> tuple[Conversation, Ticket]:
    """The ticket and its conversation, both locked. Raises `NotFound`."""
    conversation_id = await session.scalar(select(Ticket.conversation_id).where(Ticket.number == number))
    if conversation_id is None:
        raise NotFound("no such ticket")
    conversation = await record.lock_conversation(session, conversation_id)
    query = select(Ticket).where(Ticket.number == number).with_for_update()
    return conversation, (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def standing_of_number(session: AsyncSession, number: str) -> tuple[str, str, str] | None:
    """Number, state and priority of a ticket."""
    query = select(Ticket.number, Ticket.state, Ticket.priority).where(Ticket.number == number)
    row = (await session.execute(query)).first()
    return (row[0], row[1], row[2]) if row else None


async def standing_of_conversation(
    session: AsyncSession, conversation_id: uuid.UUID
) -> tuple[str, str, str] | None:
    """The same of a conversation's live ticket, else of its last."""
    query = (
        select(Ticket.number, Ticket.state, Ticket.priority)
        .where(Ticket.conversation_id == conversation_id)
        .order_by((Ticket.state != "closed").desc(), Ticket.queued_at.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1], row[2]) if row else None


async def last_closed(session: AsyncSession, conversation_id: uuid.UUID) -> Ticket | None:
    """The ticket that ended last in a conversation."""
    query = select(Ticket).where(Ticket.conversation_id == conversation_id, Ticket.state == "closed")
    found: Ticket | None = await session.scalar(query.order_by(Ticket.closed_at.desc()).limit(1))
    return found


async def create(session: AsyncSession, **columns: Any) -> Ticket:
    """A new ticket with a number of today that nobody can guess from another's."""
    day = f"{clock.now():%Y%m%d}"
    while True:
        number = f"{day}{secrets.randbelow(10**6):06}"
        statement = (
            insert(Ticket)
            .values(id=uuid.uuid4(), number=number, **columns)
            .on_conflict_do_nothing(index_elements=[Ticket.number])
            .returning(Ticket)
        )
        created: Ticket | None = await session.scalar(statement)
        if created is not None:
            return created


async def add_event(
    session: AsyncSession,
    ticket: Ticket,
    kind: str,
    *,
    actor_kind: str,
    actor: str = "",
    data: dict[str, Any] | None = None,
) -> TicketEvent:
    """Append to the log of a locked ticket; its version grows with it."""
    ticket.version += 1
    event = TicketEvent(
        ticket_id=ticket.id, seq=ticket.version, kind=kind, actor_kind=actor_kind, actor=actor,
        data=data or {}, at=clock.now(),
    )  # fmt: skip
    session.add(event)
    await session.flush()
    return event


async def has_event(session: AsyncSession, ticket: Ticket, kind: str, **data: Any) -> bool:
    """Whether the log holds such an event with at least this data."""
    query = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == kind)
    return await session.scalar(query.where(TicketEvent.data.contains(data)).limit(1)) is not None


async def events(session: AsyncSession, ticket: Ticket) -> Sequence[TicketEvent]:
    """The log, oldest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.seq)
    return (await session.scalars(query)).all()


async def ahead_of(session: AsyncSession, ticket: Ticket) -> int:
    """How many queued tickets come before this one."""
    # `LINE` as one comparison: what falls there stands on the other side here.
    theirs = tuple_(Ticket.priority, Ticket.urges, literal(ticket.queued_at), literal(ticket.id))
    before = theirs > tuple_(literal(ticket.priority), literal(ticket.urges), Ticket.queued_at, Ticket.id)
    return await session.scalar(select(func.count()).where(Ticket.state == "queued", before)) or 0


async def first_in_line(session: AsyncSession, *, skip_locked: bool) -> str | None:
    """Number of the next queued ticket; its conversation is locked."""
    query = (
        select(Ticket.number)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Ticket.state == "queued")
        .order_by(*LINE)
        .limit(1)
        .with_for_update(of=Conversation, skip_locked=skip_locked)
    )
    number: str | None = await session.scalar(query)
    return number


async def lapsed(session: AsyncSession, now: datetime) -> Sequence[str]:
    """Numbers of tickets whose lease is over."""
    query = select(Ticket.number).where(Ticket.state == "active", Ticket.lease_until < now)
    return (await session.scalars(query.order_by(Ticket.lease_until).limit(50))).all()


def _listed() -> Select[tuple[Ticket, Conversation, Agent | None, int]]:
    unread = (
        select(func.count())
        .where(
            Message.conversation_id == Ticket.conversation_id,
            Message.author == "resident",
            Message.seq > Ticket.last_read_seq,
            or_(Ticket.closed_seq.is_(None), Message.seq <= Ticket.closed_seq),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    return (
        select(Ticket, Conversation, Agent, unread)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
    )


async def list_by_state(session: AsyncSession, states: Sequence[str]) -> Sequence[Listed]:
    """Tickets in these states: the line in its order, closed ones latest first."""
    query = _listed().where(Ticket.state.in_(states))
    if tuple(states) == ("closed",):
        query = query.order_by(Ticket.closed_at.desc()).limit(CLOSED_SHOWN)
    else:
        query = query.order_by(*LINE).limit(LIVE_SHOWN)
    return (await session.execute(query)).all()


async def list_calls(session: AsyncSession) -> Sequence[Listed]:
    """Closed tickets with a promised call still to be made, the earliest promise first."""
    query = _listed().where(Ticket.state == "closed", Ticket.outcome == "callback_promised")
    return (await session.execute(query.order_by(Ticket.callback["at"].astext).limit(LIVE_SHOWN))).all()


async def get_listed(session: AsyncSession, number: str) -> Listed:
    """One ticket with all that is shown beside it. Raises `NotFound`."""
    row = (await session.execute(_listed().where(Ticket.number == number))).first()
    if row is None:
        raise NotFound("no such ticket")
    return row


async def first_seq(session: AsyncSession, conversation: Conversation, since: datetime, most: int) -> int:
    """Where the talk that led here began: the first message after `since`, at most `most` back."""
    query = select(func.min(Message.seq)).where(
        Message.conversation_id == conversation.id,
        Message.created_at >= since,
        Message.seq >= conversation.next_seq - most,
    )
    return await session.scalar(query) or conversation.next_seq


async def shows(session: AsyncSession, ticket: Ticket, picture: uuid.UUID) -> bool:
    """Whether something said up to the ticket's end shows the picture."""
    query = select(Message.id).where(
        Message.conversation_id == ticket.conversation_id,
        Message.payload.contains({"data": {"picture": str(picture)}}),
    )
    if ticket.closed_seq is not None:
        query = query.where(Message.seq <= ticket.closed_seq)
    return await session.scalar(query.limit(1)) is not None


async def outbox_of(session: AsyncSession, message: Message) -> Outbox | None:
    """The way of one outbound message."""
    found: Outbox | None = await session.scalar(select(Outbox).where(Outbox.message_id == message.id))
    return found


async def count_queued(session: AsyncSession) -> tuple[int, int]:
    """How many wait, and how many of these are urgent."""
    query = select(func.count(), func.count().filter(Ticket.priority == "urgent")).where(
        Ticket.state == "queued"
    )
    row = (await session.execute(query)).one()
    return row[0], row[1]
