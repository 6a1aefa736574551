"""The desk over HTTP: the inner door for actions, and the agents' JSON API under `/api`.

`ROUTES` is the access policy; whose ticket it is, `DeskService` asks on top.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import SecretStr

from conversations.ports import HandoffRequest, Said
from desk import agents, calls, repository, stream, survey
from desk.doors import By, Permission, Route, address, check_origin, clear_cookie, guard, set_cookie
from desk.inner import ticket_routes
from desk.schemas import (
    Call,
    Closing,
    Credentials,
    Draft,
    Error,
    Handoff,
    HandoffAnswer,
    Line,
    LoggedIn,
    Me,
    Reply,
    TicketPage,
    TicketRow,
)
from desk.service import DeskService
from kit.http import png, require_bearer

ANYONE, AGENT = Permission.ANYONE, Permission.AGENT


ROUTES = (
    Route("POST", "/login", "log_in", ANYONE),
    Route("POST", "/logout", "log_out", AGENT, 204),
    Route("GET", "/me", "me", AGENT),
    Route("GET", "/events", "events", AGENT, stream=True),
    Route("GET", "/tickets", "list_tickets", AGENT),
    Route("POST", "/tickets/next", "take_next", AGENT),
    Route("GET", "/tickets/{number}", "get_ticket", AGENT),
    Route(
        "GET", "/tickets/{number}/pictures/{picture}", "picture", AGENT
    ),  # the assignee's: no veil covers it
    Route("POST", "/tickets/{number}/claim", "claim", AGENT),
    Route("POST", "/tickets/{number}/release", "release", AGENT),  # supervisors: anybody's
    Route("POST", "/tickets/{number}/heartbeat", "heartbeat", AGENT),
    Route("POST", "/tickets/{number}/replies", "reply", AGENT, 201),
    Route("POST", "/tickets/{number}/close", "close", AGENT),
    Route("POST", "/tickets/{number}/calls/take", "take_call", AGENT),
    Route("POST", "/tickets/{number}/calls", "record_call", AGENT),
)

Number = Annotated[str, Path(pattern=r"^\d{14}$", description="the ticket's number")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Error, "description": "a field is wrong; the reason names it"},
    401: {"model": Error, "description": "no login, or it is over"},
    403: {
        "model": Error,
        "description": "the CSRF token is missing or wrong; a picture is its assignee's only",
    },
    404: {"model": Error, "description": "no such ticket, or nobody waits (`queue_empty`)"},
    409: {
        "model": Error,
        "description": "`ticket_taken`, `ticket_lost`, `ticket_closed`, `read_only`, `token_reused`, `no_call_due`, `call_not_yours`, "
        "`call_too_soon`",
    },
    429: {"model": Error, "description": "too many logins tried"},
}


async def page_of(desk: DeskService, number: str, by: By, *, earlier: bool = False) -> TicketPage:
    """A ticket as this agent may see it. Raises `NotFound`."""
    async with desk.house.db.work() as session:
        listed = await desk.get_ticket(session, number)
        return TicketPage.build(
            listed, by.agent, reachable=desk.can_reply(listed[1]),
            events=await repository.events(session, listed[0]),
            transcript=await desk.transcript(session, listed[0], earlier=earlier),
            rating=await survey.of(session, number),
        )  # fmt: skip


class Api:
    """The handlers; each is one unit of work."""

    def __init__(self, desk: DeskService, *, secure: bool) -> None:
        self.desk, self.db, self.secure = desk, desk.house.db, secure

    async def log_in(self, credentials: Credentials, request: Request, response: Response) -> LoggedIn:
        """Log in; answers with a bearer token and sets the same as a cookie."""
        check_origin(request)
        async with self.db.work() as session:
            token, login, agent = await agents.log_in(
                session, self.desk.house.bell, username=credentials.username,
                password=credentials.password, address=address(request),
            )  # fmt: skip
        set_cookie(response, token, secure=self.secure)
        return LoggedIn(token=token, **Me.of(agent, login).model_dump())

    async def log_out(self, by: By, response: Response) -> None:
        """End this login."""
        async with self.db.work() as session:
            await agents.log_out(session, by.login)
        clear_cookie(response, secure=self.secure)

    async def me(self, by: By) -> Me:
        """Who is logged in."""
        return Me.of(by.agent, by.login)

    async def events(self, by: By) -> AsyncIterator[ServerSentEvent]:
        """Server-sent events: `hello`, then `ticket` with `{number, state, priority}` for every change."""
        async for event in stream.changes(self.desk):
            yield event

    async def list_tickets(
        self, by: By, state: Literal["open", "queued", "active", "closed", "calls"] = "open"
    ) -> list[TicketRow]:
        """Tickets of a view: urgent first, then who waits longest; closed ones latest first."""
        async with self.db.work() as session:
            return [TicketRow.of(row, by.agent) for row in await self.desk.list_tickets(session, state=state)]

    async def get_ticket(self, number: Number, by: By, earlier: bool = False) -> TicketPage:
        """A ticket with facts, log and transcript; `earlier`: also what was said long before it."""
        return await page_of(self.desk, number, by, earlier=earlier)

    async def picture(self, number: Number, picture: uuid.UUID, by: By) -> Response:
        """A picture of the transcript; 404 after its day."""
        async with self.db.work() as session:
            ticket = await self.desk.ticket_with_picture(
                session, number=number, agent=by.agent, picture=picture
            )
        return png(await self.desk.house.pictures.get(picture, conversation_id=ticket.conversation_id))

    async def _row(self, number: str, by: By) -> TicketRow:
        async with self.db.work() as session:
            return TicketRow.of(await self.desk.get_ticket(session, number), by.agent)

    async def take_next(self, by: By) -> TicketRow:
        """Claim the first in line."""
        async with self.db.work() as session:
            ticket = await self.desk.take_next(session, agent=by.agent)
        return await self._row(ticket.number, by)

    async def claim(self, number: Number, by: By) -> TicketRow:
        """Claim a queued ticket; of two who try, one gets it."""
        async with self.db.work() as session:
            await self.desk.claim(session, number=number, agent=by.agent)
        return await self._row(number, by)

    async def release(self, number: Number, by: By) -> TicketRow:
        """Give a ticket back to the line, in its old place."""
        async with self.db.work() as session:
            await self.desk.release(session, number=number, agent=by.agent)
        return await self._row(number, by)

    async def heartbeat(self, number: Number, draft: Draft, by: By) -> TicketRow:
        """Renew the lease (90 s) and keep the draft; 409 tells that the ticket is lost."""
        async with self.db.work() as session:
            await self.desk.heartbeat(
                session, number=number, agent=by.agent, draft=draft.draft, read_seq=draft.read_seq
            )
        return await self._row(number, by)

    async def reply(self, number: Number, reply: Reply, by: By) -> Line:
        """Say something to the resident; delivery is shown in the transcript."""
        async with self.db.work() as session:
            message = await self.desk.reply(
                session, number=number, agent=by.agent, text=reply.text, client_token=reply.client_token
            )
            outbox = await repository.outbox_of(session, message)
        return Line.of(message, outbox, veiled=False, read_seq=message.seq)

    async def close(self, number: Number, closing: Closing, by: By) -> TicketRow:
        """Close with an outcome; the bot is back."""
        async with self.db.work() as session:
            await self.desk.close(
                session, number=number, agent=by.agent, outcome=closing.outcome, note=closing.note,
                callback=closing.callback.kept() if closing.callback else None,
            )  # fmt: skip
        return await self._row(number, by)

    async def take_call(self, number: Number, by: By) -> TicketRow:
        """Make a promised call one's own."""
        async with self.db.work() as session:
            await calls.take(session, self.desk, number=number, agent=by.agent)
        return await self._row(number, by)

    async def record_call(self, number: Number, call: Call, by: By) -> TicketRow:
        """Note a promised call that was made."""
        async with self.db.work() as session:
            await calls.record(
                session, self.desk, number=number, agent=by.agent, reached=call.reached, note=call.note, answer=call.answer
            )  # fmt: skip
        return await self._row(number, by)


def api_router(desk: DeskService, *, secure: bool = True) -> APIRouter:
    """`/api/…`; `secure`: the cookie leaves over HTTPS only (off in the demo, which has none)."""
    routes = APIRouter(prefix="/api", tags=["desk"])
    api = Api(desk, secure=secure)
    for route in ROUTES:
        options: dict[str, Any] = {"response_class": EventSourceResponse} if route.stream else {}
        routes.add_api_route(
            route.path, getattr(api, route.handler), methods=[route.method], name=route.handler,
            status_code=route.status, dependencies=[Depends(guard(desk, route.permission))], responses=REFUSALS, **options,
        )  # fmt: skip
    return routes


def inner_router(desk: DeskService, token: SecretStr) -> APIRouter:
    """`POST /inner/handoff`: an action asks for a person; `/inner/tickets`: what became of it. Private network, inner token."""
    routes = APIRouter(prefix="/inner", dependencies=[Depends(require_bearer(token))])

    @routes.post("/handoff")
    async def hand_over(handoff: Handoff) -> HandoffAnswer:
        async with desk.house.db.work() as session:
            result = await desk.hand_over(
                session,
                HandoffRequest(
                    conversation_id=handoff.conversation, key=handoff.key, epoch=handoff.epoch,
                    reason=handoff.reason, intent=handoff.intent, urgent=handoff.urgent,
                    say_first=[Said(w.text, w.buttons, w.data) for w in handoff.say_first],
                    facts=handoff.facts, turn_id=handoff.turn,
                ),
            )  # fmt: skip
        return HandoffAnswer(number=result.number, created=result.created)

    routes.include_router(ticket_routes(desk))
    return routes
