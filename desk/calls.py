"""Promised calls after a ticket is closed: who makes them, how often they are tried, what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from desk import repository
from desk.intake import Intake
from desk.models import ANSWERS, Agent, Survey, Ticket, TicketEvent
from kit import clock
from kit.errors import BadInput, Conflict
from kit.logging import get

log = get(__name__)

PROMISED = "callback_promised"


async def take(session: AsyncSession, desk: Intake, *, number: str, agent: Agent) -> Ticket:
    """Make the call one's own: whoever promised it may be off duty. Raises `Conflict` (`no_call_due`)."""
    ticket = await _due(session, number)
    if ticket.assignee_id != agent.id:
        ticket.assignee_id = agent.id
        await repository.add_event(session, ticket, "claimed", actor_kind="agent", actor=agent.display_name)
        desk.ring_after(session, number)
    return ticket


async def record(
    session: AsyncSession,
    desk: Intake,
    *,
    number: str,
    agent: Agent,
    reached: bool,
    note: str = "",
    answer: str = "",
) -> Ticket:
    """Note a call. Reached: the promise is kept, and `answer` is how content the resident was, if that was asked.

    Not reached the dated number of times: the ticket's outcome says so. Raises `Conflict` (`no_call_due`,
    `call_not_yours`, `call_too_soon` after one that reached nobody), `BadInput`.
    """
    if answer and (answer not in ANSWERS or not reached):
        raise BadInput(f"answer: one of {', '.join(ANSWERS)}, of somebody who was reached")
    ticket = await _due(session, number)
    if ticket.assignee_id != agent.id:
        raise Conflict("take the call first", code="call_not_yours")
    facts = desk.house.wording.facts
    tries, last = await _tried(session, ticket)
    if last is not None and clock.now() - last < timedelta(hours=int(facts.limit("ticket_call_gap"))):
        raise Conflict("tried a short while ago", code="call_too_soon")
    data = {"reached": reached, "tries": tries + 1, "note": note.strip()}
    await repository.add_event(
        session, ticket, "called", actor_kind="agent", actor=agent.display_name, data=data
    )
    if reached:
        ticket.outcome = "resolved"
    elif tries + 1 >= facts.limit("ticket_call_tries"):
        ticket.outcome = "not_reachable"
    if answer:
        await _rate(session, ticket, answer, note)
    desk.ring_after(session, number)
    log.info("called_back", ticket=number, reached=reached, tries=tries + 1)
    return ticket


async def _due(session: AsyncSession, number: str) -> Ticket:
    _, ticket = await repository.lock_by_number(session, number)
    if ticket.state != "closed" or ticket.outcome != PROMISED:
        raise Conflict("no call is promised, or it was made", code="no_call_due")
    return ticket


async def _tried(session: AsyncSession, ticket: Ticket) -> tuple[int, datetime | None]:
    query = select(func.count(), func.max(TicketEvent.at)).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "called"
    )
    row = (await session.execute(query)).one()
    return row[0], row[1]


async def _rate(session: AsyncSession, ticket: Ticket, answer: str, note: str) -> None:
    now = clock.now()
    values = {"source": "call", "answer": answer, "answered_at": now, "comment": note.strip()}
    await session.execute(
        insert(Survey)
        .values(number=ticket.number, conversation_id=ticket.conversation_id, asked_at=now, **values)
        .on_conflict_do_update(index_elements=[Survey.number], set_=values)
    )
    await repository.add_event(session, ticket, "rated", actor_kind="agent", data={"answer": answer})
