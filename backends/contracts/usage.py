"""Energy used, by day or by month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from backends.contracts.base import AccountNumber, Contract, Energy

By = Literal["day", "month"]


class UsageRow(Contract):
    """Energy used from `starts` to `ends`, both inclusive."""

    starts: date
    ends: date
    kwh: Energy
    estimated: bool = Field(default=False, description="the meter was not read")


class Usage(Contract):
    """Rows in order without a gap: days, or months of which the first and the last may be cut.

    The days of a bill's period add up to its kWh. Nothing is known after `read_until`, at best yesterday.
    """

    account_number: AccountNumber
    by: By
    first: date
    last: date
    rows: list[UsageRow]
    kwh: Energy = Field(description="sum of the rows")
    read_until: date | None = Field(default=None, description="null: no reading yet")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.last < self.first:
            raise ValueError("ends before it begins")
        for row in self.rows:
            if row.ends < row.starts or row.starts < self.first or row.ends > self.last:
                raise ValueError("a row lies outside of what was asked for")
            whole = (row.ends == row.starts) if self.by == "day" else _same_month(row.starts, row.ends)
            if not whole:
                raise ValueError(f"a row is longer than a {self.by}")
        if any(
            b.starts - a.ends != timedelta(days=1) for a, b in zip(self.rows, self.rows[1:], strict=False)
        ):
            raise ValueError("the rows leave a gap or overlap")
        if sum(row.kwh for row in self.rows) != self.kwh:
            raise ValueError("the rows do not add up")
        if self.rows and (self.read_until is None or self.rows[-1].ends > self.read_until):
            raise ValueError("use is told that was never read")
        return self


def _same_month(first: date, last: date) -> bool:
    return (first.year, first.month) == (last.year, last.month)
