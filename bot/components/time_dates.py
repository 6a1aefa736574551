"""Parts of a date that is written out: year, month, part of either, clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.components.numerals import number
from bot.components.time_lengths import Span, plus
from bot.components.time_words import PARTS, YEARS

_TENTHS = {"上": (1, 11), "中": (11, 21), "下": (21, 0), "底": (21, 0), "末": (21, 0), "尾": (21, 0), "初": (1, 11), "头": (1, 11)}  # fmt: skip


def year_of(match: re.Match[str], now: datetime) -> int:
    """The year that is named, else the present one."""
    if match["year"]:
        return now.year + YEARS[match["year"]]
    if not match["y"]:
        return now.year
    written = int(number(match["y"].replace("两", "二")) or 0)
    return written + 2000 if written < 100 else written


def month_of(written: str) -> int:
    """The number of a month; of two that are named the first."""
    if len(written) == 2 and not written.isdigit() and "十" not in written:  # July, August
        written = written[0]
    return int(number(written) or 0)


def within(part: str, start: datetime, unit: str) -> Span:
    """Beginning, middle or end of the month or year that begins at `start`."""
    end = plus(start, unit, 1)
    if unit == "year":
        months = {"初": (0, 2), "头": (0, 2), "中": (5, 7)}.get(part[0], (10, 12))
        return Span(plus(start, "month", months[0]), plus(start, "month", months[1]))
    first, last = _TENTHS[part[0]]
    return Span(start.replace(day=first), start.replace(day=last) if last else end)


def clock_of(match: re.Match[str], day: datetime) -> Span | None:
    """The clock or the part of the day that is named; `None` if neither is.

    Raises:
        ValueError: no such clock, or one of two.
    """
    low, high = PARTS.get(match["part"] or "", (0, 24))
    if not match["h"]:
        return Span(day + timedelta(hours=low), day + timedelta(hours=high)) if match["part"] else None
    if re.fullmatch("[一二两三四五六七八九]{2}|十[一二三四五六七八九]{2}", match["h"]):
        raise ValueError("seven or eight o'clock")
    hour, minutes = float(number(match["h"]) or 0), 0
    if match["min"]:
        minutes = int(number(match["min"].removesuffix("分")) or 0)
    elif match["fraction"]:
        minutes = 30 if match["fraction"] == "半" else 15 * (1 if match["fraction"][0] in "一1" else 3)
    if hour > 24 or minutes > 59:
        raise ValueError("no such clock")
    if low >= 11 and hour < 12 and not (low == 11 and hour == 11):
        hour += 24 if low >= 17 and hour < 4 else 12  # two at night is after midnight
    elif low >= 17 and hour == 12:
        hour = 24
    elif high <= 6 and hour == 12:
        hour = 0
    start = day + timedelta(hours=hour, minutes=minutes)
    exact = match["min"] or match["fraction"]
    return Span(start, start + (timedelta(minutes=1) if exact else timedelta(hours=1)))
