"""Prices of the made-up town, and what a month costs by them.

`prices.yml` holds rows with province, dates and source; no figure is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from backends.reference.town.sources import read
from kit.errors import MisconfiguredError

FEN = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Price:
    """One row of prices, in force from `valid_from` to `valid_to` (both inclusive)."""

    province: str
    valid_from: date
    valid_to: date | None
    period: str
    limits: tuple[tuple[frozenset[int], tuple[Decimal, Decimal]], ...]
    prices: tuple[Decimal, Decimal, Decimal]
    time_of_use: dict[str, Any] | None

    def upto(self, month: int) -> tuple[Decimal, Decimal]:
        """Upper ends of tiers 1 and 2 in kWh, of the year or of this month of it."""
        return next(upto for months, upto in self.limits if month in months)


@dataclass(frozen=True)
class Line:
    """kWh at a price, as in the contract's `BillLine`."""

    kind: str
    kwh: Decimal
    price: Decimal

    @property
    def amount(self) -> Decimal:
        return self.kwh * self.price

    def row(self) -> dict[str, str]:
        return {
            "kind": self.kind, "kwh": str(self.kwh), "price": str(self.price), "amount": str(self.amount),
        }  # fmt: skip


@lru_cache(maxsize=1)
def prices() -> tuple[Price, ...]:
    every = frozenset(range(1, 13))
    return tuple(
        Price(
            row["province"], row["valid_from"], row["valid_to"], row["period"],
            tuple(
                (frozenset(part.get("months", every)), (Decimal(part["upto"][0]), Decimal(part["upto"][1])))
                for part in row["limits"]
            ),
            (Decimal(row["prices"][0]), Decimal(row["prices"][1]), Decimal(row["prices"][2])),
            row["time_of_use"],
        )
        for row in read("prices")["prices"]
    )  # fmt: skip


@lru_cache(maxsize=1024)
def price_of(province: str, day: date) -> Price:
    """The row in force; `province` with or without its ending. Raises if the data file holds none."""
    for row in prices():
        if (
            province.startswith(row.province)
            and row.valid_from <= day
            and (row.valid_to is None or day <= row.valid_to)
        ):
            return row
    raise MisconfiguredError(f"data/knowledge/town/prices.yml holds no price of {province} for {day}")


def tiers(price: Price, month: int, used: Decimal, kwh: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """`kwh` split over the tiers, after `used` kWh of the same year (not counted where tiers are monthly)."""
    start = used if price.period == "year" else ZERO
    first, second = price.upto(month)
    one = max(ZERO, min(start + kwh, first) - start)
    two = max(ZERO, min(start + kwh, second) - max(start, first))
    return one, two, kwh - one - two


def lines(price: Price, month: int, used: Decimal, kwh: Decimal, night: Decimal | None = None) -> list[Line]:
    """What a month's `kwh` is made of, `night` of it in the cheap hours (time-of-use accounts only).

    Time of use first, tiers second: all kWh at the base price of their hours, a surcharge on tiers 2 and 3.
    """
    split = tiers(price, month, used, kwh)
    if night is None:
        pairs = zip(("tier1", "tier2", "tier3"), split, price.prices, strict=True)
        found = [Line(kind, part, rate) for kind, part, rate in pairs if part]
        return found or [Line("tier1", ZERO, price.prices[0])]
    rule = price.time_of_use
    if rule is None:
        raise MisconfiguredError(f"no time-of-use price of {price.province}")
    found = [
        Line(rule["day"], kwh - night, Decimal(rule["day_price"])),
        Line("valley", night, Decimal(rule["night_price"])),
    ]
    added = zip(("tier2_added", "tier3_added"), split[1:], rule["added"], strict=True)
    return found + [Line(kind, part, Decimal(rate)) for kind, part, rate in added if part]


def total(parts: list[Line]) -> Decimal:
    """The amount in yuan, rounded once, at the end."""
    return sum((part.amount for part in parts), ZERO).quantize(FEN, ROUND_HALF_UP)
