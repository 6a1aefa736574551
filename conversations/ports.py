"""What conversations needs of others, and the values that pass through these doors."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Message


@dataclass(frozen=True)
class InboundMessage:
    """A resident's message as a connector understood it. `message_id` is unique within the resident's conversation."""

    channel: str
    account: str
    resident: str
    message_id: str
    text: str
    kind: str = "text"
    identity: str = ""  # who the resident is beyond this visit; the resident if empty
    nbest: list[dict[str, Any]] = field(default_factory=list)  # [{"text", "confidence"}], best first
    confidence: float | None = None
    payload: dict[str, Any] = field(default_factory=dict)  # media ids, coordinates, caller's number


@dataclass(frozen=True)
class Said:
    """Something to be said, before it has a row."""

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether it is a picture or a card: what is read comes before what is looked at."""
        return bool({"picture", "card"} & self.data.keys())


@dataclass(frozen=True)
class Parse:
    """What was understood, without a tracker."""

    intent: str
    confidence: float
    ranking: dict[str, float] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class BotTurn:
    """The words of one turn of the bot."""

    words: list[Said]
    intent: str = ""
    replayed: bool = False


class BotFailed(Exception):
    """The turn failed: the reason is English, for the engineer."""


class Bot(Protocol):
    """The one door into Rasa."""

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        """One turn; the same message twice runs once. Raises `BotFailed`."""
        ...

    async def parse(self, message: Message, channel: str) -> Parse:
        """Understand without touching a tracker. Raises `BotFailed`."""
        ...

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        """Append events to the tracker. Raises `BotFailed`."""
        ...


@dataclass(frozen=True)
class HandoffRequest:
    """Why a person is needed. `key` makes it happen once; `epoch` is the one the asker saw."""

    conversation_id: uuid.UUID
    key: str
    epoch: int
    reason: str  # resident_asked emergency verification_failed bot_failed backend_down fallback
    intent: str = ""
    urgent: bool = False
    say_first: list[Said] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    turn_id: uuid.UUID | None = None


@dataclass(frozen=True)
class HandoffResult:
    """The ticket, and whether this request made it."""

    number: str
    created: bool


@dataclass(frozen=True)
class RaisedTicket:
    """A ticket that is urgent by now, and whether it tells where help is needed."""

    number: str
    place_known: bool


class Desk(Protocol):
    """The people. Every call works inside the given unit of work."""

    async def hand_over(self, session: AsyncSession, request: HandoffRequest) -> HandoffResult:
        """Open a ticket (or find the live one), give the conversation to the queue, write the words."""
        ...

    async def place_in_line(self, session: AsyncSession, conversation_id: uuid.UUID) -> int | None:
        """1 for the next in line; None when nobody waits here."""
        ...

    async def live_number(self, session: AsyncSession, conversation_id: uuid.UUID) -> str | None:
        """The number of the live ticket."""
        ...

    async def withdraw(self, session: AsyncSession, conversation: Conversation) -> str | None:
        """The resident no longer wants a person: close the waiting ticket, give the conversation back to the bot."""
        ...

    async def heard(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        entities: list[dict[str, Any]],
    ) -> None:
        """A message of the human stretch: note facts, mark unread."""
        ...

    async def hurry(self, session: AsyncSession, conversation: Conversation, message: Message) -> bool:
        """The resident urges while waiting: move the live ticket up; False if that was done often, or just now."""
        ...

    def rates(self, text: str) -> bool:
        """Whether the words may answer a survey; without looking whether one is open."""
        ...

    async def rated(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> list[Said] | None:
        """Take the message as a survey's answer, and say so; None if none is open. May hand over in this turn."""
        ...

    async def ask_content(self, session: AsyncSession, conversation_id: uuid.UUID, number: str) -> bool:
        """Ask, once, how content the resident is with a finished work order; False if this is not the moment."""
        ...

    async def raise_alarm(
        self, session: AsyncSession, conversation_id: uuid.UUID, why: str
    ) -> RaisedTicket | None:
        """Make the live ticket urgent and ring; None if there is none. `why`: a reason, as of a handoff."""
        ...

    async def settled(self, session: AsyncSession, conversation_id: uuid.UUID) -> list[dict[str, Any]]:
        """Rasa events that tell the tracker what the last human stretch settled."""
        ...

    async def sweep(self) -> None:
        """Return tickets whose lease lapsed; called every few seconds."""
        ...


@dataclass(frozen=True)
class Delivery:
    """How a send ended. `retry` asks for another try after `after` seconds."""

    state: Literal["sent", "unconfirmed", "parked", "failed", "retry"]
    error: str = ""
    after: float = 0.0


class Channel(Protocol):
    """How words leave. A channel that cannot push is collected at the resident's next request."""

    name: str
    pushes: bool
    remembers: bool  # a person can still write after the visit (WeChat) or not (a call)

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        """Send one message by the platform's API; never raises for what the platform answers."""
        ...
