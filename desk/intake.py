"""What conversations asks of the people (`conversations.ports.Desk`): handing over, the wait, the return.

Every call works in the caller's unit of work; whoever listens to the desk is rung once it is committed.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.disarm import disarm, wordless
from conversations.models import Conversation, Message, Turn
from conversations.ports import HandoffRequest, HandoffResult, RaisedTicket, Said
from conversations.service import Conversations
from desk import repository
from desk.models import COMMENT_LIMIT, Survey, Ticket
from kit import clock
from kit.addresses import completed
from kit.errors import BadInput, Conflict
from kit.logging import get

log = get(__name__)

TALK = timedelta(hours=24)  # the transcript of a ticket begins at most so long before it
TALK_MESSAGES = 200
TOLD = ("ticket_number", "ticket_outcome")
# Entities of a message that are worth an agent's eye; the rest is read in the transcript.
FACTS = frozenset({
    "account_number", "meter_number", "phone_number", "ticket_number", "address", "business_hall", "time",
    "amount", "energy", "voltage", "person_name", "device", "scope",
})  # fmt: skip
PLACES = frozenset(
    {"address", "address_unresolved", "where", "when_where"}
)  # facts that tell where help is needed
AS_WRITTEN = frozenset({"address", "business_hall", "time"})  # their values are for programs


class Intake:
    """The resident's side of the desk.

    `slots`: names of the bot's slots that are told when people are done: `ticket_number`, `ticket_outcome`, or a
    fact. The bot's door refuses slots that its domain lacks, so only those that it has belong here.
    """

    def __init__(self, house: Conversations, *, slots: Collection[str] = TOLD) -> None:
        self.house = house
        self.slots = frozenset(slots)
        self._rings: set[asyncio.Task[None]] = set()

    def ring_after(self, session: AsyncSession, number: str) -> None:
        """Ring for a ticket once the unit of work is committed; never for what was rolled back."""
        loop = asyncio.get_running_loop()

        def ring(_: object) -> None:
            task = loop.create_task(self.house.bell.ring("desk", number))
            self._rings.add(task)
            task.add_done_callback(self._rings.discard)

        event.listen(session.sync_session, "after_commit", ring, once=True)

    async def aclose(self) -> None:
        """Let the rings that are under way end; one that comes after the bell is closed leaves a connection open."""
        await asyncio.gather(*self._rings, return_exceptions=True)

    def can_reply(self, conversation: Conversation) -> bool:
        """Whether words can still reach the resident: not after a call, nor after a visit that nobody can push to."""
        channel = self.house.channels[conversation.channel]
        return channel.remembers and (channel.pushes or conversation.ended_at is None)

    async def hand_over(self, session: AsyncSession, request: HandoffRequest) -> HandoffResult:
        """Open a ticket (or find the live one), give the conversation to the queue, write the words.

        The same key opens once and speaks once. Raises `Conflict` (`stale_epoch`, `key_taken`), `NotFound`
        and, for a turn of another conversation, `BadInput`.
        """
        # Turn before conversation: the order in which a turn itself takes its locks.
        turn = await self._turn(session, request)
        conversation = await record.lock_conversation(session, request.conversation_id)
        known = await repository.get_by_request(session, request.key)
        if known is not None:
            if known.conversation_id != conversation.id:
                raise Conflict("this key belongs to another conversation's ticket", code="key_taken")
            return HandoffResult(known.number, created=False)
        live = await repository.get_live(session, conversation.id)
        if live is not None:
            await self._ask_again(session, conversation, live, request, turn)
            number = live.number
        elif request.epoch != conversation.epoch:
            raise Conflict("the conversation has another owner by now", code="stale_epoch")
        else:
            number = await self._open(session, conversation, request)
        if turn is not None:
            turn.ticket_number = number
        if turn is None or turn.state != "queued":  # else the turn itself sends off when it ends
            await self.house.on_their_way(session, conversation)
        self.ring_after(session, number)
        return HandoffResult(number, created=live is None)

    async def _turn(self, session: AsyncSession, request: HandoffRequest) -> Turn | None:
        if request.turn_id is None:
            return None
        turn = await session.get(Turn, request.turn_id, with_for_update=True, populate_existing=True)
        if turn is None or turn.conversation_id != request.conversation_id:
            raise BadInput("turn: no such turn in this conversation")
        return turn

    async def _say(
        self,
        session: AsyncSession,
        conversation: Conversation,
        request: HandoffRequest,
        said: Said,
        author: str = "system",
    ) -> None:
        # Exempt from the fence: these words are due whoever owns the conversation by now.
        await record.say(session, conversation, said, author=author, turn_id=request.turn_id, exempt=True)

    async def _open(self, session: AsyncSession, conversation: Conversation, request: HandoffRequest) -> str:
        now = clock.now()
        last_seq = conversation.next_seq - 1
        begins = await repository.first_seq(session, conversation, now - TALK, TALK_MESSAGES)
        for said in request.say_first:
            await self._say(session, conversation, request, said, "bot")
        ticket = await repository.create(
            session, conversation_id=conversation.id, request_key=request.key, turn_id=request.turn_id,
            priority="urgent" if request.urgent else "normal", reason=request.reason[:64], intent=request.intent[:64],
            facts={key: value for key, value in request.facts.items() if value not in (None, "", [], {})},
            first_seq=begins, last_seq=last_seq, last_read_seq=last_seq, queued_at=now,
        )  # fmt: skip
        await repository.add_event(
            session, ticket, "opened", actor_kind="bot",
            data={"reason": ticket.reason, "intent": ticket.intent, "urgent": request.urgent},
        )  # fmt: skip
        await record.change_owner(session, conversation, "queue")
        key = "utter_ticket_opened"
        if request.urgent:
            key = (
                "utter_ticket_opened_urgent_known"
                if self._place_known(ticket)
                else "utter_ticket_opened_urgent"
            )
        await self._say(session, conversation, request, self._with_number(key, conversation, ticket))
        log.info("ticket_opened", ticket=ticket.number, reason=ticket.reason, urgent=request.urgent)
        return ticket.number

    def _with_number(self, key: str, conversation: Conversation, ticket: Ticket) -> Said:
        words = self.house.words(key, conversation.channel, number=ticket.number)
        # The data tells a channel that can (a call) to transfer.
        return Said(words.text, words.buttons, {"handoff": {"ticket": ticket.number}})

    async def _ask_again(
        self,
        session: AsyncSession,
        conversation: Conversation,
        ticket: Ticket,
        request: HandoffRequest,
        turn: Turn | None,
    ) -> None:
        if await repository.has_event(session, ticket, "asked_again", key=request.key):
            return
        await repository.add_event(
            session, ticket, "asked_again", actor_kind="bot",
            data={"key": request.key, "reason": request.reason, "intent": request.intent},
        )  # fmt: skip
        await self._note(session, ticket, request.facts.items())
        told = turn is not None and turn.ticket_number == ticket.number  # in this very turn
        if request.urgent or not told:
            for said in request.say_first:
                await self._say(session, conversation, request, said, "bot")
        if request.urgent:
            await self._raise(session, ticket, request.reason)
        if not told:
            await self._say(
                session, conversation, request,
                self._with_number("utter_ticket_exists", conversation, ticket),
            )  # fmt: skip

    async def _note(self, session: AsyncSession, ticket: Ticket, facts: Iterable[tuple[str, Any]]) -> None:
        """Keep the latest of each fact, an address with the parts told before; the log keeps what it was before."""
        for name, value in facts:
            before = ticket.facts.get(name)
            if name == "address" and before:
                value = completed(str(before), str(value or ""))
            if value in (None, "", [], {}) or value == before:
                continue
            ticket.facts = ticket.facts | {name: value}
            await repository.add_event(
                session, ticket, "fact", actor_kind="resident",
                data={"name": name, "value": value, "before": before},
            )  # fmt: skip

    async def _raise(self, session: AsyncSession, ticket: Ticket, why: str) -> None:
        if ticket.priority != "urgent":
            ticket.priority = "urgent"
            await repository.add_event(session, ticket, "raised", actor_kind="system", data={"why": why})

    async def place_in_line(self, session: AsyncSession, conversation_id: uuid.UUID) -> int | None:
        """1 for the next in line; None when nobody waits here."""
        ticket = await repository.get_live(session, conversation_id)
        if ticket is None or ticket.state != "queued":
            return None
        return await repository.ahead_of(session, ticket) + 1

    async def live_number(self, session: AsyncSession, conversation_id: uuid.UUID) -> str | None:
        """The number of the live ticket."""
        ticket = await repository.get_live(session, conversation_id)
        return ticket.number if ticket else None

    async def withdraw(self, session: AsyncSession, conversation: Conversation) -> str | None:
        """The resident no longer wants a person: close the waiting ticket, give the conversation back to the bot."""
        ticket = await repository.get_live(session, conversation.id)
        if ticket is not None and ticket.state == "active":
            raise Conflict("an agent is at work on it", code="ticket_taken")
        if ticket is not None:
            ticket.state, ticket.outcome, ticket.closed_at = "closed", "withdrawn", clock.now()
            ticket.closed_seq = conversation.next_seq - 1
            await repository.add_event(session, ticket, "withdrawn", actor_kind="resident")
            self.ring_after(session, ticket.number)
        await self.give_back(session, conversation)
        return ticket.number if ticket else None

    async def give_back(self, session: AsyncSession, conversation: Conversation) -> None:
        """The locked conversation is the bot's again, and its tracker is told what was settled."""
        await record.change_owner(session, conversation, "bot")
        await self.house.jobs.settle(session, conversation.id)

    async def heard(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        entities: list[dict[str, Any]],
    ) -> None:
        """A message of the human stretch: note its facts. It is unread by its `seq` alone."""
        ticket = await repository.get_live(session, conversation.id)
        if ticket is None:
            return
        text = disarm(message.text)  # what the bot's spans point into
        found = [
            (
                str(entity["entity"]),
                text[entity["start"] : entity["end"]]
                if entity["entity"] in AS_WRITTEN and {"start", "end"} <= entity.keys()
                else entity.get("value"),
            )
            for entity in entities
            if entity.get("entity") in FACTS and isinstance(entity.get("value"), str | int | float)
        ]
        await self._note(session, ticket, found)
        await self._not_solved(session, ticket, message.text)
        self.ring_after(session, ticket.number)

    @staticmethod
    async def _not_solved(session: AsyncSession, ticket: Ticket, text: str) -> None:
        """The first thing said to people after a bad rating is what was not solved."""
        if ticket.reason != "dissatisfied" or wordless(text):
            return
        survey = await session.get(Survey, str(ticket.facts.get("ticket_number", "")), with_for_update=True)
        if survey is not None and not survey.comment:
            survey.comment = text.strip()[:COMMENT_LIMIT]

    async def raise_alarm(
        self, session: AsyncSession, conversation_id: uuid.UUID, why: str
    ) -> RaisedTicket | None:
        """Make the live ticket urgent and ring; None if there is none. `why`: a reason, as of a handoff."""
        await record.lock_conversation(session, conversation_id)
        ticket = await repository.get_live(session, conversation_id)
        if ticket is None:
            return None
        await self._raise(session, ticket, why)
        self.ring_after(session, ticket.number)
        return RaisedTicket(ticket.number, place_known=self._place_known(ticket))

    @staticmethod
    def _place_known(ticket: Ticket) -> bool:
        return not PLACES.isdisjoint(ticket.facts)

    async def settled(self, session: AsyncSession, conversation_id: uuid.UUID) -> list[dict[str, Any]]:
        """Rasa events that tell the tracker what the last human stretch settled; nothing while one lasts.

        The bot is awake again, whatever it was asking for is over, and the `slots` that it knows are set.
        Telling twice does no harm.
        """
        conversation = await record.lock_conversation(session, conversation_id)
        ticket = await repository.last_closed(session, conversation_id)
        if conversation.owner != "bot" or ticket is None:
            return []
        told = {"ticket_number": ticket.number, "ticket_outcome": ticket.outcome, **ticket.facts}
        return [
            {"event": "resume"},
            {"event": "active_loop", "name": None},
            *(
                {"event": "slot", "name": name, "value": told[name]}
                for name in sorted(self.slots & told.keys())
            ),
        ]
