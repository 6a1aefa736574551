"""Whose prices are asked for, and what is known of the resident's year: text, verified account, house."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from actions.province import where
from actions.tariff_reading import earlier_texts
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

    @property
    def this_year(self) -> list[Bill]:
        return [bill for bill in self.bills if bill.month.startswith(f"{clock.now().year}-")]

    @property
    def used(self) -> Decimal:
        """kWh billed of this year."""
        return sum((bill.kwh for bill in self.this_year), Decimal(0))

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
