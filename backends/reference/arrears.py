"""The late fee (违约金) of the made-up town: per day from the day after the due day, up to a part of the bill."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from backends.reference.town.prices import FEN, ZERO
from backends.reference.town.sources import read


def late_fee(amount: Decimal, due_on: date, today: date, customer: str) -> Decimal:
    """Yuan owed on top of `amount`; firms pay more on days of a later year than the bill's."""
    rule = read("prices")["late_fee"]
    days = max(0, (today - due_on).days)
    if customer == "firm":
        later = max(0, (today - max(due_on, date(due_on.year, 12, 31))).days)
        share = (days - later) * Decimal(rule["firm"]) + later * Decimal(rule["firm_earlier_years"])
    else:
        share = days * Decimal(rule["resident"])
    share = min(share, Decimal(rule["most"]))
    return (amount * share).quantize(FEN, ROUND_HALF_UP) if days else ZERO
