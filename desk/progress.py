"""Where a ticket stands, for the resident who asks: told to whoever opened it, or knows the end of its telephone."""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation
from desk import repository
from desk.errors import Closed
from desk.intake import Intake
from desk.models import ProofFailure, Ticket, TicketEvent
from kit import clock
from kit.errors import Conflict, Forbidden, NotFound, TooMany
from kit.logging import get

log = get(__name__)

LATELY = timedelta(days=7)  # how long a closed ticket is still told without its number
LISTED = 5
FAILURES, FAILURE_WINDOW = 3, timedelta(hours=24)
WITH_CALLER = ("ivr",)  # channels whose identity is a telephone number; a web visit's is only an address
STEPS = ("opened", "claimed", "replied", "released", "lease_lapsed", "withdrawn", "closed", "called")
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True)
class Standing:
    """A ticket as its resident may know it. `place` in line; `call_at`: a promised call that has not reached anybody."""

    ticket: Ticket
    place: int | None
    step: str
    step_at: datetime
    call_at: datetime | None
    calls: int


async def of_resident(session: AsyncSession, conversation_id: uuid.UUID) -> list[Standing]:
    """Tickets of this conversation, and of earlier calls from the same number: live ones, and those closed lately."""
    query = (
        select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            _theirs(await session.get_one(Conversation, conversation_id)),
            or_(Ticket.state != "closed", Ticket.closed_at > clock.now() - LATELY),
        )
        .order_by((Ticket.state == "closed"), Ticket.queued_at.desc())
        .limit(LISTED)
    )
    return [await standing(session, ticket) for ticket in await session.scalars(query)]


def _theirs(asking: Conversation) -> ColumnElement[bool]:
    own: ColumnElement[bool] = Conversation.id == asking.id
    known = asking.channel in WITH_CALLER and asking.identity != f"{asking.channel}:{asking.resident}"
    return or_(own, Conversation.identity == asking.identity) if known else own


async def standing(session: AsyncSession, ticket: Ticket) -> Standing:
    """What can be told of a ticket."""
    events = await repository.events(session, ticket)
    steps = [event for event in events if event.kind in STEPS]
    calls = [event for event in events if event.kind == "called"]
    promised = ticket.callback if ticket.outcome == "callback_promised" else None
    return Standing(
        ticket, await repository.ahead_of(session, ticket) + 1 if ticket.state == "queued" else None,
        steps[-1].kind, steps[-1].at, datetime.fromisoformat(promised["at"]) if promised else None, len(calls),
    )  # fmt: skip


async def find(
    session: AsyncSession, number: str, conversation_id: uuid.UUID, *, phone_last4: str = ""
) -> Ticket:
    """The ticket of this number, once it is proved to be the asker's.

    Raises `TooMany` (`too_many_proofs`) after three wrong telephones in a day, of the asker or for the number; with
    telephone digits also for numbers that are not ours, so that the utility's orders are guarded alike. `NotFound`
    (`unknown_ticket`), `Forbidden` (`not_proved`).
    """
    asking = await session.get_one(Conversation, conversation_id)
    if phone_last4 and await _locked(session, asking, number):
        raise TooMany("too many wrong telephone numbers today", code="too_many_proofs")
    ticket = await session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None:
        raise NotFound("no such ticket", code="unknown_ticket")
    owner = await session.get_one(Conversation, ticket.conversation_id)
    if await session.scalar(select(Conversation.id).where(Conversation.id == owner.id, _theirs(asking))):
        return ticket
    if phone_last4 and any(hmac.compare_digest(phone_last4, phone[-4:]) for phone in _phones(ticket, owner)):
        return ticket
    raise Forbidden("not the conversation that opened it, nor its telephone", code="not_proved")


def _phones(ticket: Ticket, owner: Conversation) -> list[str]:
    known = [
        ticket.facts.get("phone_number"),
        ticket.facts.get("caller"),
        (ticket.callback or {}).get("phone"),
    ]
    known += [owner.identity] if owner.channel in WITH_CALLER else []
    digits = [_DIGITS.sub("", str(phone)) for phone in known if phone]
    return [phone for phone in digits if len(phone) >= 7]


async def _locked(session: AsyncSession, asking: Conversation, number: str) -> bool:
    for counted in sorted((asking.identity, number)):
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(counted, 0))))
    since = clock.now() - FAILURE_WINDOW
    for whose in (ProofFailure.identity == asking.identity, ProofFailure.number == number):
        count = await session.scalar(select(func.count()).where(ProofFailure.at > since, whose))
        if (count or 0) >= FAILURES:
            return True
    return False


async def failed(session: AsyncSession, number: str, conversation_id: uuid.UUID, *, key: str) -> None:
    """Note that the telephone digits of message `key` were wrong for this number; a replay counts once."""
    asking = await session.get_one(Conversation, conversation_id)
    values = {"conversation_id": asking.id, "key": key, "identity": asking.identity, "number": number}
    await session.execute(insert(ProofFailure).values(at=clock.now(), **values).on_conflict_do_nothing())


async def urge(session: AsyncSession, desk: Intake, ticket: Ticket, *, key: str) -> Ticket:
    """Hurry a ticket: it moves up in the line, behind what is urgent. The same `key` counts once.

    Raises `Closed`, `Conflict` (`too_soon`, `too_often`); how far apart and how often are dated figures.
    """
    _, ticket = await repository.lock_by_number(session, ticket.number)
    if await repository.has_event(session, ticket, "urged", key=key):
        return ticket
    if ticket.state == "closed":
        raise Closed("the ticket is closed")
    facts = desk.house.wording.facts
    if ticket.urges >= facts.limit("ticket_urge_most"):
        raise Conflict("hurried as often as is of use", code="too_often")
    last = await _last_urge(session, ticket)
    gap = timedelta(minutes=int(facts.limit("ticket_urge_gap")))
    if last is not None and clock.now() - last < gap:
        raise Conflict("hurried a moment ago", code="too_soon")
    ticket.urges += 1
    await repository.add_event(
        session, ticket, "urged", actor_kind="resident", data={"key": key, "count": ticket.urges}
    )
    desk.ring_after(session, ticket.number)
    log.info("ticket_urged", ticket=ticket.number, urges=ticket.urges)
    return ticket


async def _last_urge(session: AsyncSession, ticket: Ticket) -> datetime | None:
    moments: Sequence[datetime] = (
        await session.scalars(
            select(func.max(TicketEvent.at)).where(
                TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "urged"
            )
        )
    ).all()
    return moments[0]
