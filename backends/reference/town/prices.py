"""What a month costs in the made-up town: by the prices of `data/knowledge/tariffs`, as everybody's estimate is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from backends.reference.tariffs import residential, rows
from backends.reference.tariffs.book import book
from backends.reference.tariffs.lines import Line, total
from backends.reference.tariffs.refusal import Refusal
from kit.errors import MisconfiguredError

__all__ = ["lines", "price_of", "row", "tiers", "total"]


@lru_cache(maxsize=1024)
def price_of(province: str, day: date) -> rows.Residential:
    """The row in force; `province` with or without its ending. Raises if the data files hold none."""
    try:
        return book().price(province, day)
    except Refusal as refusal:
        raise MisconfiguredError(
            f"data/knowledge/tariffs holds no price of {province} for {day}"
        ) from refusal


def tiers(
    price: rows.Residential, month: int, used: Decimal, kwh: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """`kwh` split over the tiers, after `used` kWh of the same year (not counted where tiers are monthly)."""
    return residential.split(price.period, price.upto(month), used, kwh)


def lines(
    price: rows.Residential, month: int, used: Decimal, kwh: Decimal, night: Decimal | None = None
) -> list[Line]:
    """What a month's `kwh` is made of, `night` of it in the cheap hours (time-of-use accounts only)."""
    hours: dict[rows.Hours, Decimal] | None = None
    if night is not None:
        if price.time_of_use is None or price.time_of_use.added is None:
            raise MisconfiguredError(f"no time-of-use price of {price.province} that fits every month")
        dear = next(kind for kind in price.time_of_use.prices if kind != "valley")
        hours = {dear: kwh - night, "valley": night}
    return residential.tiered(price, price.upto(month), used, kwh, hours)


def row(line: Line) -> dict[str, str]:
    """As in the contract's `BillLine`."""
    return {
        "kind": line.kind, "kwh": str(line.quantity), "price": str(line.price), "amount": str(line.amount),
    }  # fmt: skip
