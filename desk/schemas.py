"""What the API says and the console shows. Times are ISO 8601 with offset, in Asia/Shanghai."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, field_validator

from conversations.models import Message, Outbox
from conversations.pictures import shown_in
from desk.models import Agent, AgentLogin, Ticket, TicketEvent
from desk.privacy import veil, veil_fact
from desk.repository import Listed
from desk.service import DRAFT_LIMIT, REPLY_LIMIT
from kit import clock

Local = Annotated[datetime, AfterValidator(lambda at: at.astimezone(clock.SHANGHAI))]
Outcome = Literal["resolved", "callback_promised", "not_reachable", "duplicate", "other"]
TicketNumber = Annotated[str, Field(pattern=r"^\d{14}$", description="14 digits: the day, and six more")]


class Error(BaseModel):
    """How every refusal looks: `{"error": {"code", "reason"}}`."""

    error: dict[str, str]


class Credentials(BaseModel):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class Me(BaseModel):
    """Who is logged in; `csrf` goes into the header `X-CSRF-Token` of every POST made with the cookie."""

    username: str
    display_name: str
    role: Literal["agent", "supervisor"]
    csrf: str
    expires_at: Local

    @classmethod
    def of(cls, agent: Agent, login: AgentLogin) -> Me:
        return cls.model_validate(
            {
                "username": agent.username, "display_name": agent.display_name, "role": agent.role,
                "csrf": login.csrf, "expires_at": login.expires_at,
            }
        )  # fmt: skip


class LoggedIn(Me):
    """`token` is shown once; send it as `Authorization: Bearer …` where there is no cookie."""

    token: str


class Draft(BaseModel):
    """A heartbeat: what is in the reply box now, and up to where the transcript was shown."""

    draft: str | None = Field(default=None, max_length=DRAFT_LIMIT)
    read_seq: int | None = Field(default=None, ge=0)


class Reply(BaseModel):
    text: str = Field(min_length=1, max_length=REPLY_LIMIT)
    client_token: str = Field(
        min_length=8, max_length=64, description="made by the caller; the same one says it once"
    )


class Callback(BaseModel):
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]
    at: AwareDatetime = Field(description="when the resident will be called")

    def kept(self) -> dict[str, Any]:
        """As the ticket keeps it."""
        return {"phone": self.phone, "at": self.at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")}


class Closing(BaseModel):
    outcome: Outcome
    note: str = Field(default="", max_length=4000)
    callback: Callback | None = Field(default=None, description="for `callback_promised`, and only there")


class Call(BaseModel):
    """A promised call that was made; `answer`: how content the resident was, if reached and asked."""

    reached: bool
    note: str = Field(default="", max_length=1000)
    answer: Literal["", "satisfied", "neutral", "dissatisfied"] = ""


class Words(BaseModel):
    text: str = Field(min_length=1)
    buttons: list[dict[str, str]] = []
    data: dict[str, Any] = {}


class Handoff(BaseModel):
    """What an action asks of the desk."""

    conversation: uuid.UUID
    epoch: int
    key: str = Field(min_length=1, max_length=200)
    turn: uuid.UUID | None = None
    reason: str = Field(min_length=1, max_length=64)
    intent: str = Field(default="", max_length=64)
    urgent: bool = False
    say_first: list[Words] = []
    facts: dict[str, Any] = {}

    @field_validator("turn", mode="before")
    @classmethod
    def _no_turn(cls, value: Any) -> Any:
        return value or None


class HandoffAnswer(BaseModel):
    number: TicketNumber
    created: bool


class TicketRow(BaseModel):
    """A ticket in a list: nothing that would identify the resident, but the number that the agent promised to call."""

    number: TicketNumber
    state: Literal["queued", "active", "closed"]
    priority: Literal["normal", "urgent"]
    reason: str
    intent: str
    channel: str
    account_number: str = Field(description="all but the last two digits hidden; empty if unknown")
    assignee: str
    mine: bool
    unread: int = Field(description="messages of the resident that the assignee has not been shown")
    queued_at: Local
    waiting_seconds: int = Field(description="in the line so far; 0 when not queued")
    claimed_at: Local | None
    closed_at: Local | None
    outcome: str | None
    urges: int = Field(description="how often the resident asked to hurry")
    callback: dict[str, Any] | None = Field(
        description="a promised call: phone and at; the phone is veiled from all but who makes the call"
    )
    version: int

    @classmethod
    def of(cls, listed: Listed, agent: Agent) -> TicketRow:
        return cls.model_validate(_row(listed, agent))


def _row(listed: Listed, agent: Agent) -> dict[str, Any]:
    ticket, conversation, assignee, unread = listed
    mine = ticket.assignee_id == agent.id
    call = ticket.callback
    waited = int((clock.now() - ticket.queued_at).total_seconds()) if ticket.state == "queued" else 0
    return {
        "number": ticket.number, "state": ticket.state, "priority": ticket.priority, "reason": ticket.reason,
        "intent": ticket.intent, "channel": conversation.channel,
        "account_number": veil(str(ticket.facts.get("account_number", ""))),
        "assignee": assignee.display_name if assignee else "", "unread": unread,
        "mine": mine, "queued_at": ticket.queued_at, "waiting_seconds": max(0, waited),
        "claimed_at": ticket.claimed_at, "closed_at": ticket.closed_at, "outcome": ticket.outcome,
        "urges": ticket.urges, "callback": call if mine or not call else call | {"phone": veil(call["phone"])},
        "version": ticket.version,
    }  # fmt: skip


class Line(BaseModel):
    """One thing said. `delivery` is empty for what residents said; `suppressed` words never left.

    `text` is what the resident typed; where that was the number of a choice, `choice` is what it stood for. `picture`: of
    `/api/tickets/{number}/pictures/{picture}`, for a day and for the assignee; `text` is its words.
    """

    seq: int
    author: Literal["resident", "bot", "agent", "system"]
    author_name: str
    kind: str
    text: str
    choice: str
    buttons: list[dict[str, str]]
    picture: uuid.UUID | None
    at: Local
    delivery: str
    via: str
    error: str
    suppressed: bool
    unread: bool

    @classmethod
    def of(cls, message: Message, outbox: Outbox | None, *, veiled: bool, read_seq: int) -> Line:
        typed = str(message.payload.get("typed") or message.text)
        text, choice = typed, message.text if typed != message.text and typed.isdecimal() else ""
        return cls.model_validate({
            "seq": message.seq, "author": message.author, "author_name": message.author_name or "",
            "kind": message.kind, "text": veil(text) if veiled else text,
            "choice": veil(choice) if veiled else choice,
            "buttons": message.payload.get("buttons", []), "picture": None if veiled else shown_in(message),
            "at": message.created_at,
            "delivery": outbox.state if outbox else "", "via": (outbox.via or "") if outbox else "",
            "error": (outbox.error or "") if outbox else "",
            "suppressed": bool(outbox and outbox.state == "suppressed"),
            "unread": message.author == "resident" and message.seq > read_seq,
        })  # fmt: skip


class LogEntry(BaseModel):
    """One event of a ticket."""

    seq: int
    kind: str
    actor_kind: str
    actor: str
    data: dict[str, Any]
    at: Local

    @classmethod
    def of(cls, event: TicketEvent, *, veiled: bool) -> LogEntry:
        data = event.data
        if event.kind == "fact" and veiled:
            told = {when: data[when] for when in ("value", "before") if data.get(when) is not None}
            data = data | {when: veil_fact(data["name"], value) for when, value in told.items()}
        if "note" in data and veiled:
            data = data | {"note": veil(data["note"])}
        return cls.model_validate({
            "seq": event.seq, "kind": event.kind, "actor_kind": event.actor_kind, "actor": event.actor,
            "data": {k: v for k, v in data.items() if k != "key"}, "at": event.at,
        })  # fmt: skip


class TicketPage(TicketRow):
    """A ticket with all that was said. `veiled`: phone and account numbers are hidden from all but the assignee."""

    veiled: bool
    reachable: bool = Field(description="whether words can still reach the resident")
    can_reply: bool = Field(description="whether an agent may say them: until the ticket is closed")
    facts: dict[str, Any] = Field(description="the latest of each")
    told_before: dict[str, list[Any]] = Field(
        description="what was told of a fact earlier and is no part of the latest, oldest first"
    )
    draft: str
    lease_until: Local | None
    note: str
    rating: dict[str, Any] | None = Field(description="source, answer (null: asked, not answered), comment")
    last_seq: int = Field(description="of the last line shown; send it back as `read_seq`")
    events: list[LogEntry]
    transcript: list[Line]

    @classmethod
    def build(
        cls, listed: Listed, agent: Agent, *, reachable: bool,
        events: Sequence[TicketEvent], transcript: Sequence[tuple[Message, Outbox | None]], rating: dict[str, Any] | None,
    ) -> TicketPage:  # fmt: skip
        ticket = listed[0]
        mine = ticket.assignee_id == agent.id

        def shown(name: str, value: Any) -> Any:
            return value if mine else veil_fact(name, value)

        return cls.model_validate(_row(listed, agent) | {
            "veiled": not mine, "reachable": reachable, "can_reply": reachable and ticket.state != "closed",
            "facts": {name: shown(name, value) for name, value in ticket.facts.items()},
            "told_before": {
                name: [shown(name, value) for value in values] for name, values in _told_before(ticket, events).items()
            },
            "draft": ticket.draft if mine else "", "lease_until": ticket.lease_until,
            "note": ticket.note if mine else veil(ticket.note),
            "rating": rating if mine or not rating else rating | {"comment": veil(rating["comment"])},
            "last_seq": transcript[-1][0].seq if transcript else ticket.last_seq,
            "events": [LogEntry.of(event, veiled=not mine) for event in events],
            "transcript": [
                Line.of(message, outbox, veiled=not mine, read_seq=ticket.last_read_seq) for message, outbox in transcript
            ],
        })  # fmt: skip


def _told_before(ticket: Ticket, events: Sequence[TicketEvent]) -> dict[str, list[Any]]:
    """Earlier values of each fact, once each, but for those that the latest repeats or completes."""
    told: dict[str, list[Any]] = {}
    for event in events:
        if event.kind == "fact" and (before := event.data.get("before")) is not None:
            name = event.data["name"]
            if before not in told.get(name, []) and str(before) not in str(ticket.facts.get(name)):
                told.setdefault(name, []).append(before)
    return told
