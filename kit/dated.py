"""Rows that hold from a day to a day, everywhere or in one province: what may be said today is such a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol, TypeVar


class Row(Protocol):
    """`province` '' means everywhere; `valid_to` is the last day, None: until further notice."""

    @property
    def province(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


R = TypeVar("R", bound=Row)


def in_force(rows: Iterable[R], province: str, day: date) -> R | None:
    """The row that counts there on that day: a province's own before one for all, the newer before the older."""
    return latest((row for row in rows if row.valid_to is None or day <= row.valid_to), province, day)


def latest(rows: Iterable[R], province: str, day: date) -> R | None:
    """As `in_force`, of all that had begun by that day, whether or not it is over."""
    begun = [row for row in rows if row.province in ("", province) and row.valid_from <= day]
    return max(begun, key=lambda row: (bool(row.province), row.valid_from), default=None)


def days(row: Mapping[str, Any]) -> tuple[date, date | None]:
    """`valid_from` and `valid_to` as written. Raises `ValueError`."""
    first, last = row.get("valid_from"), row.get("valid_to")
    if type(first) is not date or not (last is None or type(last) is date):
        raise ValueError("valid_from and valid_to: must be days, as 2024-06-01; valid_to may be left out")
    if last is not None and last < first:
        raise ValueError("valid_from and valid_to: must be in order, and valid_to is before valid_from")
    return first, last
