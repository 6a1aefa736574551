"""Spans of time and how to count with them: days, months, lengths that end now."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.components.numerals import number
from bot.components.time_words import UNITS

_AHEAD = ("未来", "今后", "接下来", "往后")


@dataclass(frozen=True)
class Span:
    """From `start`, until before `end`."""

    start: datetime
    end: datetime


def length_of(match: re.Match[str], way: str, now: datetime) -> Span | None:
    """The span of a length of time (a match of `DURATION`): until now, ahead, or a day that long `way` ago."""
    amount = _amount(match)
    unit = UNITS.get(match["unit"] or "")
    if amount is None or not unit:
        return None
    if match["n2"]:
        rest, small = number(match["n2"]), UNITS.get(match["unit2"])
        sizes = {"day": 24, "hour": 1, "minute": 1 / 60}
        if rest is None or unit not in sizes or small not in sizes:
            return None
        amount, unit = amount * sizes[unit] + float(rest) * sizes[small], "hour"
    ahead = (match["pre"] or "").startswith(_AHEAD)
    if way in ("前", "以前", "之前", "后", "以后", "之后") and not match["pre"]:
        return _ago(amount if way.endswith("后") else -amount, unit, now)
    if unit in ("hour", "minute", "second"):
        length = timedelta(**{f"{unit}s": amount})
        return Span(now, now + length) if ahead else Span(now - length, now)
    today = midnight(now)
    if ahead:
        return Span(today, plus(today, unit, amount))
    end = today + timedelta(days=1)
    return Span(plus(end, unit, -amount), end)


def _ago(amount: float, unit: str, now: datetime) -> Span:
    if unit in ("hour", "minute", "second"):
        start = now + timedelta(**{f"{unit}s": amount})
        return Span(start, start + timedelta(**{f"{unit}s": 1}))
    start = plus(midnight(now), unit, amount)
    return Span(start, start + timedelta(days=1))


def _amount(match: re.Match[str]) -> float | None:
    written = (match["n"] or "").removeprefix("整").removesuffix("整") or "一"
    if match["about"] in ("几", "把") or written[-1:] in ("些", "多", "几"):
        return None
    if written in ("大半", "小半", "老半", "好半"):
        return None
    value = number(written)
    if value is None or re.fullmatch(".*[一二两三四五六七八九]{2,}", written):
        return None  # three or four
    return float(value) + (0.5 if match["half"] == "半" or match["tail"] == "半" else 0)


def nearest(day: datetime, now: datetime, days_ahead: int) -> datetime:
    """The day of this year, the last or the next that is nearest, at most `days_ahead` in the future."""
    ahead = timedelta(days=days_ahead)
    if day > now + ahead:
        return plus(day, "year", -1)
    later = plus(day, "year", 1)
    return later if days_ahead and later <= now + ahead else day


def midnight(moment: datetime) -> datetime:
    """The day's beginning."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def start_of(moment: datetime, unit: str) -> datetime:
    """The beginning of the month or the year."""
    day = midnight(moment)
    return day.replace(day=1) if unit == "month" else day.replace(day=1, month=1)


def plus(moment: datetime, unit: str, amount: float) -> datetime:
    """So many days, weeks, months, quarters or years later; half a month is fifteen days."""
    if unit in ("day", "week"):
        return moment + timedelta(days=amount * (7 if unit == "week" else 1))
    if unit == "month" and amount % 1:
        moment += timedelta(days=15 if amount > 0 else -15)
        amount = int(amount)
    months = (
        moment.year * 12 + moment.month - 1 + round(amount * {"month": 1, "quarter": 3, "year": 12}[unit])
    )
    year, month = divmod(months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
