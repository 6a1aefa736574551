"""The agents' console: pages and fragments under `/desk`, rendered here, refreshed when the stream says so.

A fragment is always rendered anew from the record, so order and permissions are the server's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError

from desk import agents, calls, repository
from desk.doors import By, Permission, Route, address, check_origin, clear_cookie, guard, set_cookie
from desk.endpoints import Number, page_of
from desk.measures import MEASURE_ROUTES, MeasureBook, MeasurePages
from desk.models import AGENT_OUTCOMES
from desk.pages import HEADERS, STATIC, Pages
from desk.schemas import Callback, TicketPage, TicketRow
from desk.service import DRAFT_LIMIT, REPLY_LIMIT, VIEWS, DeskService
from kit import clock
from kit.errors import BadInput, HotlineError

CALL_BACK_IN = timedelta(hours=1)  # what the form proposes

ANYONE, AGENT = Permission.ANYONE, Permission.AGENT


ROUTES = (
    Route("GET", "", "home", ANYONE),
    Route("GET", "/login", "login_page", ANYONE),
    Route("POST", "/login", "log_in", ANYONE),
    Route("POST", "/logout", "log_out", AGENT),
    Route("GET", "/tickets", "list_page", AGENT),
    Route("GET", "/fragments/tickets", "list_fragment", AGENT),
    Route("POST", "/tickets/next", "take_next", AGENT),
    Route("GET", "/tickets/{number}", "ticket_page", AGENT),
    Route("GET", "/tickets/{number}/transcript", "transcript_fragment", AGENT),
    Route("GET", "/tickets/{number}/side", "side_fragment", AGENT),
    Route("POST", "/tickets/{number}/claim", "claim", AGENT),
    Route("POST", "/tickets/{number}/release", "release", AGENT),
    Route("POST", "/tickets/{number}/heartbeat", "heartbeat", AGENT),
    Route("POST", "/tickets/{number}/replies", "reply", AGENT),
    Route("POST", "/tickets/{number}/close", "close", AGENT),
    Route("POST", "/tickets/{number}/calls/take", "take_call", AGENT),
    Route("POST", "/tickets/{number}/calls", "record_call", AGENT),
)


class Console:
    """The handlers; each is one unit of work."""

    def __init__(self, desk: DeskService, pages: Pages, *, secure: bool) -> None:
        self.desk, self.pages, self.secure, self.db = desk, pages, secure, desk.house.db

    async def home(self) -> Response:
        return RedirectResponse("/desk/tickets", 303)

    async def login_page(self, next: str = "") -> Response:
        return self.pages.render("login.html", next=next, words="", username="")

    async def log_in(
        self,
        request: Request,
        username: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=200)] = "",
        next: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        try:
            check_origin(request)
            async with self.db.work() as session:
                token, _, _ = await agents.log_in(
                    session, self.desk.house.bell, username=username, password=password, address=address(request)
                )  # fmt: skip
        except HotlineError as error:
            return self.pages.render(
                "login.html",
                status=error.status,
                next=next,
                words=self.pages.words(error),
                username=username,
            )
        ours = next.startswith("/desk/") and "\\" not in next
        response = RedirectResponse(next if ours else "/desk/tickets", 303)
        set_cookie(response, token, secure=self.secure)
        return response

    async def log_out(self, by: By) -> Response:
        async with self.db.work() as session:
            await agents.log_out(session, by.login)
        response = Response(status_code=204, headers={"HX-Redirect": "/desk/login"})
        clear_cookie(response, secure=self.secure)
        return response

    async def _rows(self, by: By, state: str) -> dict[str, Any]:
        if state not in VIEWS:
            raise BadInput(f"state: one of {', '.join(VIEWS)}")
        async with self.db.work() as session:
            rows = [TicketRow.of(row, by.agent) for row in await self.desk.list_tickets(session, state=state)]
            waiting = await repository.count_queued(session)
        return {"rows": rows, "state": state, "waiting": waiting[0], "urgent": waiting[1]}

    async def list_page(self, by: By, state: str = "open") -> Response:
        return self.pages.render("tickets.html", by=by, views=VIEWS, **await self._rows(by, state))

    async def list_fragment(self, by: By, state: str = "open") -> Response:
        return self.pages.render("_tickets.html", **await self._rows(by, state))

    def _side(self, ticket: TicketPage, by: By) -> dict[str, Any]:
        known = ticket.facts
        return {
            "ticket": ticket, "by": by, "outcomes": AGENT_OUTCOMES,
            "call_phone": known.get("phone_number") or known.get("caller") or "",
            "call_at": f"{clock.now() + CALL_BACK_IN:%Y-%m-%dT%H:00}",
        }  # fmt: skip

    async def ticket_page(self, number: Number, by: By, earlier: bool = False) -> Response:
        ticket = await page_of(self.desk, number, by, earlier=earlier)
        return self.pages.render(
            "ticket.html", earlier=earlier, token=str(uuid.uuid4()), limit=REPLY_LIMIT, **self._side(ticket, by)
        )  # fmt: skip

    async def transcript_fragment(self, number: Number, by: By, earlier: bool = False) -> Response:
        ticket = await page_of(self.desk, number, by, earlier=earlier)
        return self.pages.render("_transcript.html", ticket=ticket, earlier=earlier)

    async def side_fragment(self, number: Number, by: By) -> Response:
        return self.pages.render("_side.html", **self._side(await page_of(self.desk, number, by), by))

    @staticmethod
    def _go(path: str) -> Response:
        return Response(status_code=204, headers={"HX-Redirect": path})

    async def take_next(self, by: By) -> Response:
        async with self.db.work() as session:
            ticket = await self.desk.take_next(session, agent=by.agent)
        return self._go(f"/desk/tickets/{ticket.number}")

    async def claim(self, number: Number, by: By) -> Response:
        async with self.db.work() as session:
            await self.desk.claim(session, number=number, agent=by.agent)
        return self._go(f"/desk/tickets/{number}")

    async def release(self, number: Number, by: By) -> Response:
        async with self.db.work() as session:
            await self.desk.release(session, number=number, agent=by.agent)
        return self._go("/desk/tickets")

    async def heartbeat(
        self,
        number: Number,
        by: By,
        draft: Annotated[str | None, Form(max_length=DRAFT_LIMIT)] = None,
        read_seq: Annotated[int | None, Form()] = None,
    ) -> Response:
        async with self.db.work() as session:
            await self.desk.heartbeat(session, number=number, agent=by.agent, draft=draft, read_seq=read_seq)
        return Response(status_code=204)

    async def reply(
        self, number: Number, by: By, client_token: Annotated[str, Form(min_length=8, max_length=64)],
        text: Annotated[str, Form()] = "",
    ) -> Response:  # fmt: skip
        # Browsers send line breaks of forms as CR LF.
        text = text.replace("\r\n", "\n")
        async with self.db.work() as session:
            await self.desk.reply(
                session, number=number, agent=by.agent, text=text, client_token=client_token
            )
        ticket = await page_of(self.desk, number, by)
        response = self.pages.render(
            "_composer.html", ticket=ticket, token=str(uuid.uuid4()), limit=REPLY_LIMIT
        )
        response.headers["HX-Trigger-After-Settle"] = "replied"
        return response

    async def close(
        self,
        number: Number,
        by: By,
        outcome: Annotated[str, Form()] = "",
        note: Annotated[str, Form(max_length=4000)] = "",
        phone: Annotated[str, Form(max_length=30)] = "",
        at: Annotated[str, Form(max_length=30)] = "",
    ) -> Response:
        callback = self._callback(phone, at) if outcome == "callback_promised" else None
        async with self.db.work() as session:
            await self.desk.close(
                session, number=number, agent=by.agent, outcome=outcome, note=note, callback=callback
            )
        return self._go(f"/desk/tickets/{number}")

    async def take_call(self, number: Number, by: By) -> Response:
        async with self.db.work() as session:
            await calls.take(session, self.desk, number=number, agent=by.agent)
        return self._go(f"/desk/tickets/{number}")

    async def record_call(
        self, number: Number, by: By, reached: Annotated[bool, Form()],
        note: Annotated[str, Form(max_length=1000)] = "", answer: Annotated[str, Form(max_length=12)] = "",
    ) -> Response:  # fmt: skip
        async with self.db.work() as session:
            await calls.record(
                session, self.desk, number=number, agent=by.agent, reached=reached, note=note,
                answer=answer if reached else "",
            )  # fmt: skip
        return self._go(f"/desk/tickets/{number}")

    @staticmethod
    def _callback(phone: str, at: str) -> dict[str, Any]:
        """From the form's fields; a browser gives the time without an offset: Shanghai's."""
        try:
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=clock.SHANGHAI)
            return Callback(phone=phone, at=moment).kept()
        except (ValueError, ValidationError) as error:
            raise BadInput("callback: phone and time", code="bad_callback") from error


def _route_class(pages: Pages) -> type[APIRoute]:
    """Routes whose errors are pages and whose answers carry our headers."""

    class ConsoleRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    response = await handler(request)
                except HotlineError as error:
                    response = pages.refuse(request, error)
                except RequestValidationError:
                    response = pages.refuse(request, BadInput("a field is wrong"))
                response.headers.update(HEADERS)
                return response

            return handle

    return ConsoleRoute


def console_router(
    desk: DeskService, *, secure: bool = True, measures: MeasureBook | None = None
) -> APIRouter:
    """`/desk/…`; `secure` as in `api_router`. Needs `mount_static` on the application."""
    pages = Pages()
    handled: list[tuple[Route, object]] = [(route, Console(desk, pages, secure=secure)) for route in ROUTES]
    if measures is not None:
        pages.templates.globals["has_measures"] = True
        handled += [(route, MeasurePages(measures, pages)) for route in MEASURE_ROUTES]
    routes = APIRouter(prefix="/desk", route_class=_route_class(pages), include_in_schema=False)
    for route, handler in handled:
        routes.add_api_route(
            route.path, getattr(handler, route.handler), methods=[route.method], name=f"desk_{route.handler}",
            response_class=HTMLResponse, response_model=None, dependencies=[Depends(guard(desk, route.permission))],
        )  # fmt: skip
    return routes


def mount_static(app: FastAPI) -> None:
    """Style, script and the vendored library at `/desk/static`."""
    app.mount("/desk/static", StaticFiles(directory=STATIC), name="desk_static")
