"""The base fee of firms: one part or two, by capacity or by demand, whole months and parts of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from backends.reference.tariffs import rows
from backends.reference.tariffs.book import Book, the
from backends.reference.tariffs.lines import Line, fen
from backends.reference.tariffs.refusal import Refusal

MONTH = 30  # days: a part of a month costs so many thirtieths
Basis = Literal["capacity", "demand"]
Parts = Literal["one", "choice", "two"]


def parts(rule: rows.TwoPart, kva: Decimal) -> Parts:
    """Whether a supply of `kva` is billed in one part, in two, or as the firm chooses."""
    if kva >= rule.two_part_from:
        return "two"
    return "one" if rule.one_part_upto is None or kva <= rule.one_part_upto else "choice"


def two_part(book: Book, day: date) -> rows.TwoPart:
    return the(book.two_part, "", day, code="no_rule", what="rule for the two-part price")


def price(book: Book, province: str, day: date, basis: Basis) -> tuple[Decimal, rows.BaseFee]:
    """Yuan per kVA or kW and month. Raises `Refusal` `unknown_price`."""
    row = the(book.base_fee, province, day, what="base fee")
    return (row.capacity if basis == "capacity" else row.demand), row


def months(first: date, days: int) -> list[tuple[date, int]]:
    """The calendar months that `days` from `first` on lie in, each with its days to bill; a whole month has 30."""
    found, left, day = [], days, first
    while left > 0:
        length = monthrange(day.year, day.month)[1]
        here = min(left, length - day.day + 1)
        found.append((day.replace(day=1), MONTH if here == length else min(here, MONTH)))
        left, day = left - here, day + timedelta(days=here)
    return found


def of_month(
    kind: Literal["capacity", "demand", "demand_over"], size: Decimal, yuan: Decimal, days: int = MONTH
) -> Line:
    """`size` kVA or kW for `days` thirtieths of a month, rounded as the bill of that month is."""
    return Line(kind, size, yuan, days, fen(size * yuan * days / MONTH))


def by_demand(
    rule: rows.TwoPart, yuan: Decimal, *, kva: Decimal, contract: Decimal, actual: Decimal,
    kwh: Decimal | None = None, days: int = MONTH,
) -> list[Line]:  # fmt: skip
    """A month's demand: the contract's, and the excess over 105 % of it doubly.

    With `kwh` the price falls where each kVA carried enough of them. Raises `Refusal` for a contract under its minimum.
    """
    demand = rule.demand
    if demand is None:
        raise Refusal("no_rule", f"no rule for billing by demand before {rule.valid_to}")
    if contract < kva * demand.least_share:
        raise Refusal(
            "no_rule", f"a contract demand under {demand.least_share} of the capacity is not provided for"
        )
    if kwh is not None and kwh / kva >= demand.discount_from_kwh:
        yuan *= demand.discount
    lines = [of_month("demand", contract, yuan, days)]
    if actual > (allowed := contract * demand.over):
        lines.append(of_month("demand_over", actual - allowed, yuan * demand.over_factor, days))
    return lines
