"""What an amount is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from backends.contracts.tariffs import TariffLineKind

FEN = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A quantity at a price; `share` of it where only a part is due (days of a month, days late)."""

    kind: TariffLineKind
    quantity: Decimal
    price: Decimal
    days: int | None = None
    amount: Decimal = ZERO

    @classmethod
    def energy(cls, kind: TariffLineKind, kwh: Decimal, price: Decimal) -> Line:
        """kWh at yuan per kWh, not rounded."""
        return cls(kind, kwh, price, None, kwh * price)


def fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def total(lines: Iterable[Line]) -> Decimal:
    """The amount in yuan, rounded once, at the end."""
    return fen(sum((line.amount for line in lines), ZERO))
