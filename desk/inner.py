"""The inner door of tickets for actions: where they stand, hurrying them. Private network, inner token."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from desk import progress
from desk.schemas import Local, TicketNumber
from desk.service import DeskService

Number = Annotated[str, Path(pattern=r"^\d{14}$")]
Last4 = Annotated[str, Field(pattern=r"^(\d{4})?$")]


class TicketAsked(BaseModel):
    """Who asks: the conversation, and what it gave of the ticket's telephone."""

    conversation: uuid.UUID
    phone_last4: Last4 = ""


class TicketWrite(TicketAsked):
    """`key`: the message that causes it; the same one counts once."""

    key: str = Field(min_length=1, max_length=200)


class TicketState(BaseModel):
    """A ticket as its resident may know it."""

    number: TicketNumber
    state: Literal["queued", "active", "closed"]
    outcome: str | None
    urgent: bool
    reason: str
    intent: str
    opened_at: Local
    step: str = Field(
        description="the last thing done: opened, claimed, replied, released, closed, called, …"
    )
    step_at: Local
    place: int | None = Field(description="1 for the next in line; null when not in it")
    call_at: Local | None = Field(description="a promised call that has reached nobody yet")
    calls: int
    urges: int

    @classmethod
    def of(cls, found: progress.Standing) -> Self:
        ticket = found.ticket
        return cls.model_validate({
            "number": ticket.number, "state": ticket.state, "outcome": ticket.outcome, "urgent": ticket.priority == "urgent",
            "reason": ticket.reason, "intent": ticket.intent, "opened_at": ticket.queued_at, "step": found.step,
            "step_at": found.step_at, "place": found.place, "call_at": found.call_at, "calls": found.calls,
            "urges": ticket.urges,
        })  # fmt: skip


class TicketStates(BaseModel):
    """Live ones first, newest first."""

    tickets: list[TicketState]


def ticket_routes(desk: DeskService) -> APIRouter:
    """`/tickets…` behind the inner door."""
    routes, work = APIRouter(), desk.house.db.work

    @routes.get("/tickets")
    async def of_resident(conversation: uuid.UUID) -> TicketStates:
        async with work() as session:
            found = await progress.of_resident(session, conversation)
        return TicketStates(tickets=[TicketState.of(one) for one in found])

    @routes.post("/tickets/{number}/state")
    async def state(number: Number, asked: TicketAsked) -> TicketState:
        async with work() as session:
            ticket = await progress.find(session, number, asked.conversation, phone_last4=asked.phone_last4)
            return TicketState.of(await progress.standing(session, ticket))

    @routes.post("/tickets/{number}/failures", status_code=204)
    async def failed(number: Number, asked: TicketWrite) -> None:
        async with work() as session:
            await progress.failed(session, number, asked.conversation, key=asked.key)

    @routes.post("/tickets/{number}/urge")
    async def urge(number: Number, asked: TicketWrite) -> TicketState:
        async with work() as session:
            ticket = await progress.find(session, number, asked.conversation, phone_last4=asked.phone_last4)
            ticket = await progress.urge(session, desk, ticket, key=asked.key)
            return TicketState.of(await progress.standing(session, ticket))

    return routes
