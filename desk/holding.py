"""Who holds a ticket: the lease that the console's heartbeat renews, its loss, and the way back to the line."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.models import Conversation
from desk import repository
from desk.errors import Closed, Lost, Taken
from desk.intake import Intake
from desk.models import Agent, Ticket
from kit import clock
from kit.errors import Conflict
from kit.logging import get

log = get(__name__)

LEASE = timedelta(seconds=90)  # the console's heartbeat comes every 15 s


async def must_hold(session: AsyncSession, ticket: Ticket, agent: Agent) -> None:
    """Raises `Lost`, `Taken` or `Closed` when the ticket is not the agent's."""
    if ticket.state != "active" or ticket.assignee_id != agent.id:
        raise await lost_to(session, ticket)


async def lost_to(session: AsyncSession, ticket: Ticket) -> Conflict:
    """Why somebody does not hold this ticket."""
    if ticket.state == "closed":
        return Closed("the ticket is closed")
    holder = await session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
    if holder is None or ticket.claimed_at is None:
        return Lost("the ticket is in the line; claim it first")
    return Taken(holder.display_name, ticket.claimed_at.astimezone(clock.SHANGHAI))


async def requeue(
    session: AsyncSession, desk: Intake, conversation: Conversation, ticket: Ticket, *,
    kind: str, actor_kind: str, actor: Agent | None,
) -> None:  # fmt: skip
    """Back to the line with draft and old place. A resident who has heard from a person is told, once."""
    tell = (
        desk.can_reply(conversation)
        and await repository.has_event(session, ticket, "replied")
        and not await repository.has_event(session, ticket, kind, told=True)
    )
    ticket.state, ticket.assignee_id = "queued", None
    ticket.lease_until = ticket.claimed_at = None
    await repository.add_event(
        session, ticket, kind, actor_kind=actor_kind, actor=actor.display_name if actor else "", data={"told": tell}
    )  # fmt: skip
    await record.change_owner(session, conversation, "queue")
    if tell:
        words = desk.house.words("utter_ticket_requeued", conversation.channel, number=ticket.number)
        await record.say(session, conversation, words, author="system", exempt=True)
        await desk.house.on_their_way(session, conversation)
    desk.ring_after(session, ticket.number)


async def sweep(desk: Intake) -> None:
    """Return tickets whose lease lapsed to the line, each in a unit of work of its own."""
    async with desk.house.db.work() as session:
        numbers = await repository.lapsed(session, clock.now())
    for number in numbers:
        async with desk.house.db.work() as session:
            conversation, ticket = await repository.lock_by_number(session, number)
            # A heartbeat may have come in between.
            if ticket.state != "active" or ticket.lease_until is None or ticket.lease_until >= clock.now():
                continue
            agent = await session.get(Agent, ticket.assignee_id)
            await requeue(
                session, desk, conversation, ticket, kind="lease_lapsed", actor_kind="system", actor=agent
            )
            log.warning("lease_lapsed", ticket=number)
