"""The agents' side of the desk: the line, claims and leases, answers, outcomes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.models import Conversation, Message, Outbox
from conversations.ports import Said
from desk import holding, progress, repository, survey
from desk.errors import Lost, ReadOnly
from desk.intake import Intake
from desk.models import AGENT_OUTCOMES, Agent, Ticket
from kit import clock
from kit.errors import BadInput, Conflict, Forbidden, NotFound
from kit.logging import get

log = get(__name__)

REPLY_LIMIT = 2000  # characters
DRAFT_LIMIT = 10_000
VIEWS = {
    "open": ("queued", "active"),
    "queued": ("queued",),
    "active": ("active",),
    "closed": ("closed",),
    "calls": ("closed",),  # with a promised call still to be made
}


class DeskService(Intake):
    """The desk. Fulfils `conversations.ports.Desk`; every call but `sweep` works in the caller's unit of work."""

    async def list_tickets(
        self, session: AsyncSession, *, state: str = "open"
    ) -> Sequence[repository.Listed]:
        """Tickets of a view (`open`, `queued`, `active`, `closed`, `calls`), urgent first, then who waits longest."""
        if state not in VIEWS:
            raise BadInput(f"state: one of {', '.join(VIEWS)}")
        if state == "calls":
            return await repository.list_calls(session)
        return await repository.list_by_state(session, VIEWS[state])

    async def get_ticket(self, session: AsyncSession, number: str) -> repository.Listed:
        """One ticket. Raises `NotFound`."""
        return await repository.get_listed(session, number)

    async def transcript(
        self, session: AsyncSession, ticket: Ticket, *, earlier: bool = False
    ) -> list[tuple[Message, Outbox | None]]:
        """What was said from the ticket's beginning to its end; `earlier`: and all before it."""
        rows = await record.transcript(
            session, ticket.conversation_id, after=0 if earlier else ticket.first_seq - 1
        )
        return [row for row in rows if ticket.closed_seq is None or row[0].seq <= ticket.closed_seq]

    async def ticket_with_picture(
        self, session: AsyncSession, *, number: str, agent: Agent, picture: uuid.UUID
    ) -> Ticket:
        """The agent's ticket whose transcript shows the picture. Raises `NotFound`, `Forbidden`."""
        ticket = await repository.get_by_number(session, number)
        if ticket.assignee_id != agent.id:
            raise Forbidden("a picture is shown to the ticket's assignee only")
        if not await repository.shows(session, ticket, picture):
            raise NotFound("no such picture in this ticket")
        return ticket

    async def claim(self, session: AsyncSession, *, number: str, agent: Agent) -> Ticket:
        """Take a queued ticket; claiming one's own again changes nothing.

        Raises `Taken` naming who was faster and since when, `Closed`, `NotFound`.
        """
        conversation, ticket = await repository.lock_by_number(session, number)
        now = clock.now()
        won = await session.scalar(
            update(Ticket)
            .where(Ticket.id == ticket.id, Ticket.state == "queued", Ticket.assignee_id.is_(None))
            .values(state="active", assignee_id=agent.id, claimed_at=now, lease_until=now + holding.LEASE)
            .returning(Ticket.id)
            .execution_options(synchronize_session=False)
        )
        await session.refresh(ticket)
        if won is None:
            if ticket.state == "active" and ticket.assignee_id == agent.id:
                return ticket
            raise await holding.lost_to(session, ticket)
        await repository.add_event(session, ticket, "claimed", actor_kind="agent", actor=agent.display_name)
        await record.change_owner(session, conversation, "agent")
        self.ring_after(session, number)
        return ticket

    async def take_next(self, session: AsyncSession, *, agent: Agent) -> Ticket:
        """Take the first in line. Raises `NotFound` (`queue_empty`)."""
        while True:
            number = await repository.first_in_line(session, skip_locked=True)
            # A conversation that is being written to is skipped, unless it is the only one.
            number = number or await repository.first_in_line(session, skip_locked=False)
            if number is None:
                raise NotFound("nobody waits", code="queue_empty")
            try:
                return await self.claim(session, number=number, agent=agent)
            except Conflict:
                continue

    async def heartbeat(
        self, session: AsyncSession, *, number: str, agent: Agent, draft: str | None, read_seq: int | None
    ) -> Ticket:
        """Renew the lease, keep the draft, note what was shown. Raises `Lost`, `Taken`, `Closed`."""
        ticket = await repository.get_by_number(session, number)
        values: dict[str, Any] = {"lease_until": clock.now() + holding.LEASE}
        if draft is not None:
            values["draft"] = draft[:DRAFT_LIMIT]
        read_on = read_seq is not None and read_seq > ticket.last_read_seq
        if read_on:
            values["last_read_seq"] = read_seq
        kept = await session.scalar(
            update(Ticket)
            .where(Ticket.id == ticket.id, Ticket.state == "active", Ticket.assignee_id == agent.id)
            .values(**values)
            .returning(Ticket.id)
            .execution_options(synchronize_session=False)
        )
        await session.refresh(ticket)
        if kept is None:
            raise await holding.lost_to(session, ticket)
        if read_on:
            self.ring_after(session, number)
        return ticket

    async def reply(
        self, session: AsyncSession, *, number: str, agent: Agent, text: str, client_token: str
    ) -> Message:
        """Say something to the resident; the same `client_token` says it once.

        Raises `Lost`, `Taken`, `Closed` when the ticket is not the agent's, `ReadOnly`, `BadInput`.
        """
        text = text.strip()
        if not text or len(text) > REPLY_LIMIT:
            raise BadInput(f"text: 1 to {REPLY_LIMIT} characters", code="bad_reply")
        conversation, ticket = await repository.lock_by_number(session, number)
        said = await session.scalar(
            select(Message).filter_by(conversation_id=conversation.id, client_token=client_token)
        )
        if said is not None:
            if said.text != text or said.author_name != agent.display_name:
                raise Conflict("this client_token has said something else", code="token_reused")
            return said
        await holding.must_hold(session, ticket, agent)
        if conversation.owner != "agent":
            raise Lost("the conversation is not with an agent")
        if not self.can_reply(conversation):
            raise ReadOnly("nothing can reach the resident any more")
        message = await record.say(
            session, conversation, Said(text), author="agent",
            author_name=agent.display_name, client_token=client_token,
        )  # fmt: skip
        ticket.draft, ticket.lease_until = "", clock.now() + holding.LEASE
        await repository.add_event(
            session, ticket, "replied", actor_kind="agent", actor=agent.display_name, data={"seq": message.seq}
        )  # fmt: skip
        await self.house.on_their_way(session, conversation)
        self.ring_after(session, number)
        return message

    async def release(self, session: AsyncSession, *, number: str, agent: Agent) -> Ticket:
        """Give a ticket back to the line by hand, in its old place; a supervisor may do so with anybody's."""
        conversation, ticket = await repository.lock_by_number(session, number)
        if agent.role != "supervisor" or ticket.state != "active":
            await holding.must_hold(session, ticket, agent)
        await holding.requeue(
            session, self, conversation, ticket, kind="released", actor_kind="agent", actor=agent
        )
        return ticket

    async def close(
        self,
        session: AsyncSession,
        *,
        number: str,
        agent: Agent,
        outcome: str,
        note: str = "",
        callback: dict[str, Any] | None = None,
    ) -> Ticket:
        """End the human stretch with an outcome: the bot is back.

        `callback` (`phone`, `at`) belongs to `callback_promised` and to nothing else. Closing again with the same
        outcome changes nothing. Raises `Lost`, `Taken`, `Closed`, `BadInput`.
        """
        if outcome not in AGENT_OUTCOMES:
            raise BadInput(f"outcome: one of {', '.join(AGENT_OUTCOMES)}")
        if (outcome == "callback_promised") != (callback is not None):
            raise BadInput("callback: needed for callback_promised, and only there", code="bad_callback")
        conversation, ticket = await repository.lock_by_number(session, number)
        if ticket.state == "closed" and ticket.assignee_id == agent.id and ticket.outcome == outcome:
            return ticket
        await holding.must_hold(session, ticket, agent)
        ticket.state, ticket.outcome, ticket.closed_at = "closed", outcome, clock.now()
        ticket.note, ticket.callback, ticket.draft, ticket.lease_until = note.strip(), callback, "", None
        await repository.add_event(
            session, ticket, "closed", actor_kind="agent", actor=agent.display_name,
            data={"outcome": outcome} | ({"at": callback["at"]} if callback else {}),
        )  # fmt: skip
        if self.can_reply(conversation):
            asked = outcome == "resolved" and await survey.begin(
                session, self.house, conversation, number, "desk"
            )
            key = "utter_ticket_closed_survey" if asked else "utter_ticket_closed"
            words = self.house.words(key, conversation.channel, number=number)
            await record.say(session, conversation, words, author="system", exempt=True)
            await self.house.on_their_way(session, conversation)
        ticket.last_read_seq = ticket.closed_seq = conversation.next_seq - 1
        await self.give_back(session, conversation)
        self.ring_after(session, number)
        log.info("ticket_closed", ticket=number, outcome=outcome)
        return ticket

    async def hurry(self, session: AsyncSession, conversation: Conversation, message: Message) -> bool:
        """The resident urges while waiting in the line."""
        ticket = await repository.get_live(session, conversation.id)
        if ticket is None:
            return False
        try:
            await progress.urge(session, self, ticket, key=str(message.id))
        except Conflict:
            return False
        return True

    def rates(self, text: str) -> bool:
        """Whether the words may answer a survey."""
        return survey.reading(text) is not None

    async def rated(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> list[Said] | None:
        """Take the answer to a survey; see `desk.survey`."""
        return await survey.take(session, self, conversation, message)

    async def ask_content(self, session: AsyncSession, conversation_id: uuid.UUID, number: str) -> bool:
        """Ask how content the resident is with a work order that was finished; once, and only while the bot is here."""
        conversation = await record.lock_conversation(session, conversation_id)
        if conversation.owner != "bot" or not self.can_reply(conversation):
            return False
        if not await survey.begin(session, self.house, conversation, number, "utility"):
            return False
        words = self.house.words("utter_order_closed_survey", conversation.channel, number=number)
        await record.say(session, conversation, words, author="system", exempt=True)
        await self.house.on_their_way(session, conversation)
        return True

    async def sweep(self) -> None:
        """Return tickets whose lease lapsed to the line, each in a unit of work of its own."""
        await holding.sweep(self)
