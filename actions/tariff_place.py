"""Whose prices are asked for, and what is known of the resident's year: text, verified account, house."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from actions.province import named_in, province_of
from actions.tariff_reading import earlier_texts
from actions.turn import Turn
from backends.client import BackendError
from backends.contracts import Bill
from backends.desk import StaleEpoch
from kit import clock
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)
MONTHS = 12


@dataclass(frozen=True)
class Place:
    """`province` without its ending. `bills`: of the verified account, newest first, where it lies in that province."""

    province: str
    bills: tuple[Bill, ...] = ()

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
    said = next(filter(None, map(named_in, [turn.text, *earlier_texts(turn)])), "")
    account = await _account(turn)
    if account and (not said or account.province.startswith(said)):
        return Place(named_in(account.province) or account.province, account.bills)
    return Place(said or await province_of(turn))


async def _account(turn: Turn) -> Place | None:
    """Province and bills of the account verified here. Without them an estimate is poorer, not impossible."""
    try:
        standing = await turn.clients.desk.standing(conversation=turn.conversation)
        if not standing.account_number:
            return None
        bills = await turn.clients.accounts.bills(standing.account_number, MONTHS)
        if bills:
            return Place(bills[0].province, tuple(bills))
        return Place((await turn.clients.accounts.balance(standing.account_number)).province)
    except StaleEpoch:
        raise
    except (BackendError, HotlineError) as error:
        log.warning("account_unknown_to_estimate", error=type(error).__name__)
        return None
