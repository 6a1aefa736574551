"""How much an account uses: by month, and by day so that a bill's days add up to it.

All of it depends on account and month alone, so that what was told once stays the same as days go by.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from backends.reference.town.sources import chance, read

STEP = Decimal("0.01")  # kWh, as a meter shows them
WEEKEND = 1.15
FIXED_YEARLY = 2400.0


def fixed(number: str) -> Mapping[str, object] | None:
    """What is laid down for an account that is always there."""
    return next((row for row in read("accounts")["fixed"] if row["number"] == number), None)


def yearly(number: str, habit: random.Random) -> float:
    """kWh a year; takes one choice of `habit`, the account's own."""
    chosen = habit.uniform(*read("accounts")["yearly_kwh"])
    return FIXED_YEARLY if fixed(number) else chosen


def of_month(number: str, month: date, by_year: float) -> tuple[Decimal, random.Random]:
    """kWh of a month, and the month's own chance for what else is decided in it."""
    use = chance(number, f"{month:%Y-%m}")
    share = read("accounts")["season"][month.month - 1]
    return Decimal(round(by_year * share * use.uniform(0.8, 1.2))), use


def running(number: str, month: date) -> dict[date, Decimal]:
    """The days of a month that has no bill yet."""
    kwh, _ = of_month(number, month, yearly(number, chance(number)))
    return days(number, month, month.replace(day=monthrange(month.year, month.month)[1]), kwh)


def days(number: str, first: date, last: date, kwh: Decimal) -> dict[date, Decimal]:
    """`kwh` laid out over the days from `first` to `last`; they add up to it exactly."""
    listed = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weights = [
        chance(number, day.isoformat()).uniform(0.6, 1.4) * (WEEKEND if day.weekday() > 4 else 1)
        for day in listed
    ]
    whole, reached, told = sum(weights), 0.0, Decimal(0)
    found: dict[date, Decimal] = {}
    for day, weight in zip(listed, weights, strict=True):
        reached += weight
        upto = kwh if day == last else (kwh * Decimal(reached / whole)).quantize(STEP, ROUND_HALF_UP)
        found[day], told = upto - told, upto
    return found
