"""Whose prices are asked for, and what is known of the resident's year: text, verified account, house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actions.province import where
from actions.tariff_talk import earlier_texts
from actions.turn import Turn
from backends.client import BackendError
from backends.contracts import Bill
from kit import clock
from kit.logging import get

log = get(__name__)
MONTHS = 12


@dataclass(frozen=True)
class Place:
    """`province` without its ending. `bills`: of the verified account, newest first, where it lies in that province.

    `firm`: that account is not a household's.
    """

    province: str
    bills: tuple[Bill, ...] = ()
    firm: bool = False

    def before(self, day: date) -> list[Bill]:
        """The bills of the year of `day` up to its month, newest first; [] where not all of them are at hand."""
        found = [bill for bill in self.bills if f"{day.year}-01" <= bill.month < f"{day:%Y-%m}"]
        whole = day.year == clock.now().year or any(bill.month == f"{day.year}-01" for bill in found)
        return found if whole else []

    def used(self, day: date) -> Decimal:
        """kWh billed of the year of `day` before its month."""
        return sum((bill.kwh for bill in self.before(day)), Decimal(0))

    @property
    def by_hours(self) -> bool:
        """Whether the account is billed by peak and valley."""
        return any(line.kind == "valley" for bill in self.bills[:1] for line in bill.lines)


async def place_of(turn: Turn) -> Place:
    """The province named in this message or the two before; else the verified account's; else as everywhere."""
    found = await where(turn, earlier_texts(turn))
    if found.account is None:
        return Place(found.province)
    firm = found.account.customer != "resident"
    return Place(found.province, await _bills(turn, found.account.account_number), firm)


async def _bills(turn: Turn, number: str) -> tuple[Bill, ...]:
    """Without them an estimate is poorer, not impossible."""
    try:
        return tuple(await turn.clients.accounts.bills(number, MONTHS))
    except BackendError as error:
        log.warning("bills_unknown_to_estimate", error=type(error).__name__)
        return ()
