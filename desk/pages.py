"""How the console's pages are made: templates, labels, the words of an error, security headers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.errors import BadMeasure, Taken
from desk.labels import Labels
from desk.schemas import TicketRow
from kit import clock
from kit.errors import HotlineError, Unauthorized

HERE = Path(__file__).parent
STATIC = HERE / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Pages:
    """Templates with the labels and helpers that they use."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.templates.globals.update(
            label=self.labels,
            group=self.labels.group,
            order=self._order,
            about=self._about,
            static=self._static,
            has_measures=False,
        )
        self.templates.filters.update(
            clock=lambda at: f"{at:%H:%M:%S}",
            day_time=self._day_time,
            waited=self._waited,
            grouped=self._grouped,
        )

    def _order(self, facts: Mapping[str, Any]) -> list[str]:
        """Names of facts, those with a label first and in the labels' order."""
        known = list(self.labels.group("fact"))
        return sorted(facts, key=lambda name: known.index(name) if name in known else len(known))

    def _about(self, ticket: TicketRow) -> str:
        """What a ticket is about, '' where its reason says as much."""
        about = self.labels.group("intent").get(ticket.intent, "")
        asked = ticket.reason == "resident_asked" and ticket.intent == "request_agent"
        return "" if asked or about == self.labels("reason", ticket.reason) else about

    @staticmethod
    def _static(name: str) -> str:
        """A file's address, which changes with its content."""
        return f"/desk/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"

    @staticmethod
    def _day_time(at: datetime | str) -> str:
        moment = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(clock.SHANGHAI)
        return f"{moment:%H:%M}" if moment.date() == clock.now().date() else f"{moment:%m-%d %H:%M}"

    @staticmethod
    def _waited(seconds: int) -> str:
        minutes, rest = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

    @staticmethod
    def _grouped(number: str) -> str:
        """As residents are told it."""
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4))

    def render(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page or fragment."""
        html = self.templates.get_template(name).render(**values)
        return HTMLResponse(html, status_code=status)

    def words(self, error: HotlineError) -> str:
        """An error as an agent reads it."""
        known = self.labels.group("error")
        words = known.get(error.code, known["error"])
        if isinstance(error, Taken):
            return words.format(by=error.by, since=f"{error.since:%H:%M:%S}")
        if isinstance(error, BadMeasure):
            return words.format(fields="、".join(self.labels("measure_field", one) for one in error.fields))
        return words

    def refuse(self, request: Request, error: HotlineError) -> Response:
        """An error as a notice beside what was typed, a page, or the way to the login."""
        by_htmx = "hx-request" in request.headers
        if isinstance(error, Unauthorized) and error.code == "login_needed":
            where = "/desk/login"
            if request.method == "GET" and not by_htmx:
                where += "?" + urlencode({"next": request.url.path})
            return (
                Response(status_code=401, headers={"HX-Redirect": where})
                if by_htmx
                else RedirectResponse(where, 303)
            )
        if not by_htmx:
            return self.render("error.html", status=error.status, words=self.words(error))
        # Status as it is, so that what was typed stays where it is; the words go to the notice.
        response = self.render("_notice.html", status=error.status, words=self.words(error), code=error.code)
        response.headers.update({"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"})
        return response
