"""Cases: the desk's tickets and the utility's work orders, which residents do not tell apart; both have 14 digits."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import yaml

from actions.reading import plain
from actions.turn import Turn
from backends.client import BackendError, BackendRefused
from backends.contracts import OPEN, Order
from backends.desk import DeskRefused, TicketState
from kit import clock
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "lookups" / "tickets.yml"
LENGTH = 14
_RUN = re.compile(r"\d(?:[ \-,，、.。]*\d)*")
_MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True)
class Case:
    """One of the two; `phone_last4` is what proved it, '' where the conversation itself did."""

    ticket: TicketState | None = None
    order: Order | None = None
    phone_last4: str = ""

    @property
    def number(self) -> str:
        return self._either.number

    @property
    def _either(self) -> TicketState | Order:
        either = self.ticket or self.order
        assert either is not None
        return either

    @property
    def open(self) -> bool:
        """Whether something is still to come: work, an answer, a promised call."""
        if self.ticket:
            return self.ticket.state != "closed" or self.ticket.call_at is not None
        return self.order is not None and self.order.state in OPEN

    @property
    def urgent(self) -> bool:
        return self._either.urgent

    @property
    def opened_at(self) -> datetime:
        return self.order.created_at if self.order else self.ticket.opened_at if self.ticket else clock.now()

    @property
    def due(self) -> datetime | None:
        """The next moment by which something was promised."""
        if self.ticket:
            return self.ticket.call_at
        if self.order is None or not self.open:
            return None
        waits_for_people = self.order.state in ("received", "dispatched")
        return (self.order.contact_by if waits_for_people else None) or self.order.answer_by

    @property
    def overdue(self) -> bool:
        return self.due is not None and self.due <= clock.now()

    def subject(self, turn: Turn) -> str:
        """What it is about, in the resident's terms."""
        wish = f"wish_{self.order.subject if self.order else self.ticket.intent if self.ticket else ''}"
        known = f"utter_{wish}" in turn.clients.wording.keys()  # noqa: SIM118 (a method, no mapping)
        return turn.piece(wish) if known else turn.piece("part_ticket_subject")


class Untold(Exception):
    """A case that may not be told: `why` is what stands against it."""

    def __init__(self, why: Literal["unknown", "not_proved", "locked"]) -> None:
        super().__init__(why)
        self.why = why


async def own(turn: Turn) -> list[Case]:
    """What this resident may ask about without a number, open ones first. Raises when nobody could be asked."""
    tickets, orders = await asyncio.gather(
        turn.clients.desk.tickets(conversation=turn.conversation),
        turn.clients.orders.open(conversation=turn.conversation),
        return_exceptions=True,
    )
    if isinstance(tickets, BaseException):
        raise tickets
    if isinstance(orders, BaseException) and not (isinstance(orders, BackendError) and tickets):
        raise orders
    found = [Case(order=order) for order in ([] if isinstance(orders, BaseException) else orders)]
    found += [Case(ticket=ticket) for ticket in tickets]
    return sorted(found, key=lambda case: (not case.open, -case.opened_at.timestamp()))


async def find(turn: Turn, number: str, phone_last4: str = "") -> Case:
    """The case of this number. Raises `Untold`; a wrong telephone is noted, since it may be tried three times a day."""
    desk, conversation = turn.clients.desk, turn.conversation
    try:
        return Case(
            ticket=await desk.ticket(number, conversation=conversation, phone_last4=phone_last4), phone_last4=phone_last4
        )  # fmt: skip
    except DeskRefused as refusal:
        if refusal.code == "too_many_proofs":
            raise Untold("locked") from refusal
        if refusal.code == "not_proved":
            raise await _unproved(turn, number, phone_last4) from refusal
        if refusal.code != "unknown_ticket":
            raise
    try:
        order = await turn.clients.orders.find(number, conversation=conversation, phone_last4=phone_last4)
    except BackendRefused as refusal:
        if refusal.code == "not_proved":
            raise await _unproved(turn, number, phone_last4) from refusal
        if refusal.code != "unknown_order":
            raise
        raise Untold("unknown") from refusal
    return Case(order=order, phone_last4=phone_last4)


async def _unproved(turn: Turn, number: str, phone_last4: str) -> Untold:
    if phone_last4:
        await turn.clients.desk.wrong_phone(number, conversation=turn.conversation, key=turn.message_id)
    return Untold("not_proved")


def digits_in(text: str) -> str:
    """The longest run of digits, spoken or written, pauses taken out; '' if there is none of at least four."""
    runs = [re.sub(r"\D", "", run) for run in _RUN.findall(plain(text))]
    longest = max(runs, key=len, default="")
    return longest if len(longest) >= 4 else ""


def number_in(text: str) -> str:
    """The 14 digits of a ticket or order, '' if the text holds no such number."""
    digits = digits_in(text)
    return digits if len(digits) == LENGTH else ""


def phone_end_in(text: str) -> str:
    """The last four digits of a telephone number, given alone or with the whole number."""
    written = plain(text)
    if mobile := _MOBILE.search(written):
        return mobile[0][-4:]
    four = _FOUR.findall(written)
    return four[-1] if four else ""


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    loaded: dict[str, Any] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return {name: [str(word) for word in words] for name, words in loaded.items()}


def says(turn: Turn, what: Literal["withdraw", "forgotten", "anew", "number"]) -> bool:
    """Whether the message holds one of the words of that kind."""
    return any(word in turn.text for word in _words()[what])
