"""The console's page of special measures: what is in force, what is over; supervisors add and withdraw.

The measures are the utility's. The program plugs in who keeps them (`MeasureBook`); without one there is no page.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Protocol

from fastapi import Form, Response

from desk.doors import By, Permission, Route
from desk.pages import Pages
from kit import clock
from kit.logging import get

log = get(__name__)

STATES = ("in_force", "coming", "over", "withdrawn")
CUSTOMERS = ("resident", "firm", "important")
MARKS = ("closed_estate", "medical_device", "online_class", "elderly", "important_user")
ARREARS = ("", "no_cut", "no_cut_no_fee")
_BETWEEN = re.compile(r"[\s,，、;；]+")

MEASURE_ROUTES = (
    Route("GET", "/measures", "measures_page", Permission.AGENT),
    Route("POST", "/measures", "add_measure", Permission.SUPERVISOR),
    Route("POST", "/measures/{measure_id}/withdraw", "withdraw_measure", Permission.SUPERVISOR),
)
Line = Annotated[str, Form(max_length=400)]
Choice = Annotated[list[str], Form(max_length=20)]


@dataclass(frozen=True)
class MeasureRow:
    """A measure as the page shows it. `valid_to`: the last day, None where no end is known."""

    measure_id: str
    title: str
    text: str
    region: str
    customers: Sequence[str]
    valid_from: date
    valid_to: date | None
    withdrawn_on: date | None
    source: str
    arrears: str = ""
    planned_work: str = ""
    raises: Sequence[str] = field(default=())
    green_channel: Sequence[str] = field(default=())
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """One of `STATES`, today."""
        today = clock.now().date()
        if self.withdrawn_on is not None and self.withdrawn_on <= today:
            return "withdrawn"
        if self.valid_to is not None and self.valid_to < today:
            return "over"
        return "in_force" if self.valid_from <= today else "coming"


class MeasureBook(Protocol):
    """Who keeps the measures. Every call raises `Unavailable` when they cannot be reached."""

    async def all(self) -> Sequence[MeasureRow]: ...

    async def add(self, written: Mapping[str, Any]) -> None:
        """By the contract's names; the same twice is one. Raises `BadMeasure`, `Conflict` (`measure_exists`)."""

    async def withdraw(self, measure_id: str) -> None:
        """No longer in force from now on. Raises `NotFound` (`unknown_measure`)."""


class MeasurePages:
    """The handlers of `MEASURE_ROUTES`."""

    def __init__(self, book: MeasureBook, pages: Pages) -> None:
        self.book, self.pages = book, pages

    async def measures_page(self, by: By) -> Response:
        rows = await self.book.all()
        groups = {state: [row for row in rows if row.state == state] for state in STATES}
        today = clock.now().date()
        # The new measure's id is made here, so that a form sent twice enters one measure.
        new_id = f"desk-{today:%Y%m%d}-{secrets.token_hex(4)}"
        return self.pages.render(
            "measures.html", by=by, groups=groups, new_id=new_id, today=today, customers=CUSTOMERS,
            marks=MARKS, arrears=ARREARS, may_change=by.agent.role == "supervisor",
        )  # fmt: skip

    async def add_measure(
        self, by: By, measure_id: Line = "", title: Line = "", text: Annotated[str, Form(max_length=2000)] = "",
        words: Line = "", province: Line = "", city: Line = "", districts: Line = "",
        customers: Choice = [], arrears: Line = "", planned_work: Line = "", raises: Choice = [],  # noqa: B006
        green_channel: Line = "", valid_from: Line = "", valid_to: Line = "", source: Line = "",
    ) -> Response:  # fmt: skip
        await self.book.add({
            "measure_id": measure_id, "title": title, "text": " ".join(text.split()), "words": _parts(words),
            "province": province, "city": city, "districts": _parts(districts), "customers": customers,
            "effects": {
                "arrears": arrears, "planned_work": planned_work, "raises": raises,
                "green_channel": _parts(green_channel),
            },
            "valid_from": valid_from, "valid_to": valid_to or None, "source": source,
        })  # fmt: skip
        log.info("measure_added", measure=measure_id, by=by.agent.username)
        return _again()

    async def withdraw_measure(self, measure_id: str, by: By) -> Response:
        await self.book.withdraw(measure_id)
        log.info("measure_withdrawn", measure=measure_id, by=by.agent.username)
        return _again()


def _parts(line: str) -> list[str]:
    return [part for part in _BETWEEN.split(line) if part]


def _again() -> Response:
    return Response(status_code=204, headers={"HX-Redirect": "/desk/measures"})
