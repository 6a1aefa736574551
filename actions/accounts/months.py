"""Months and days as people say them."""

from __future__ import annotations

from datetime import date

from actions.turn import Turn
from kit import clock


def name(turn: Turn, month: str) -> str:
    """`2026-05` as people say it: with its year only where that is not the present one."""
    year, number = (int(part) for part in month.split("-"))
    age = clock.now().year - year
    near = {0: "part_month", 1: "part_month_last_year", 2: "part_month_before_last"}
    return turn.piece(near.get(age, "part_month_of_year"), month=number, year=year)


def year_before(month: str) -> str:
    """The same month of the year before."""
    return f"{int(month[:4]) - 1}{month[4:]}"


def first_day(day: date, back: int = 0) -> date:
    """The first day of the month `back` months before that of `day`."""
    serial = day.year * 12 + day.month - 1 - back
    return date(serial // 12, serial % 12 + 1, 1)
