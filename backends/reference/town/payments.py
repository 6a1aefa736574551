"""What an account paid, as its bills and its credit have it; and one payment on its way or returned, for some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from backends.reference.town.sources import chance, read
from backends.reference.town.use import fixed
from kit.clock import SHANGHAI

PENDING_SHARE, RETURNED_SHARE = 0.2, 0.2  # of the accounts that have an unpaid bill
WAYS = ("app", "wechat", "alipay", "direct_debit", "hall", "terminal")


class Billed(Protocol):
    """What is looked at of a bill."""

    month: str
    amount: Decimal
    issued_on: date
    paid_on: date | None


@dataclass(frozen=True)
class Paid:
    """As the contract's `Payment`."""

    payment_id: str
    paid_at: datetime
    amount: Decimal
    way: str
    status: str = "credited"
    months: list[str] = field(default_factory=list)
    reason: str = ""


def payments(number: str, bills: Sequence[Billed], credit: Decimal, now: datetime) -> list[Paid]:
    """Every payment, newest first; none lies in the future."""
    way = chance(number, "way").choice(WAYS)
    found = [
        Paid(f"{number[-6:]}{bill.month.replace('-', '')}", _moment(number, bill.paid_on, now), bill.amount, way,
             months=[bill.month])
        for bill in bills
        if bill.paid_on and bill.amount
    ]  # fmt: skip
    if credit and bills:
        day = max(bill.issued_on for bill in bills)
        found.append(Paid(f"{number[-6:]}{day:%Y%m}90", _moment(number, day, now), credit, way))
    if attempt := _attempt(number, bills, way, now):
        found.append(attempt)
    return sorted(found, key=lambda paid: paid.paid_at, reverse=True)


def _attempt(number: str, bills: Sequence[Billed], way: str, now: datetime) -> Paid | None:
    owed = [bill for bill in bills if bill.paid_on is None and bill.amount]
    if not owed:
        return None
    newest = max(owed, key=lambda bill: bill.month)
    wanted = (fixed(number) or {}).get("attempt", "" if fixed(number) else None)
    if wanted is None:
        drawn = chance(number, newest.month, "attempt").random()
        wanted = (
            "pending"
            if drawn < PENDING_SHARE
            else "returned"
            if drawn < PENDING_SHARE + RETURNED_SHARE
            else ""
        )
    if not wanted:
        return None
    day = max(newest.issued_on, now.date() - timedelta(days=1))
    returned = wanted == "returned"
    return Paid(
        f"{number[-6:]}{newest.month.replace('-', '')}77", _moment(number, day, now), newest.amount,
        "direct_debit" if returned else way, str(wanted), [newest.month],
        read("accounts")["returned_reason"] if returned else "",
    )  # fmt: skip


def _moment(number: str, day: date, now: datetime) -> datetime:
    chosen = chance(number, day.isoformat(), "moment")
    moment = datetime.combine(day, time(chosen.randrange(7, 22), chosen.randrange(60)), SHANGHAI)
    return min(moment, now.replace(second=0, microsecond=0))
