"""Days of the lunar calendar, which older residents count by: 正月十五, 腊月二十三, 中秋."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.components.numerals import number
from bot.components.time_lengths import Span

MONTHS = {"正": 1, "冬": 11, "腊": 12}
"""Months that only the lunar calendar has."""
# Month, first day and days; the eve of the new year is the day before its first.
_FESTIVALS = {
    "春节": (1, 1, 7), "过年": (1, 1, 7), "过新年": (1, 1, 7), "过大年": (1, 1, 7), "大年": (1, 1, 1), "新年": (1, 1, 7), "元宵": (1, 15, 1),
    "灯节": (1, 15, 1), "端午": (5, 5, 1), "五月节": (5, 5, 1), "七夕": (7, 7, 1), "中秋": (8, 15, 1), "八月节": (8, 15, 1), "重阳": (9, 9, 1),
    "腊八": (12, 8, 1), "小年": (12, 23, 1), "小年夜": (12, 23, 1), "除夕": (1, 0, 1), "大年三十": (1, 0, 1), "大年夜": (1, 0, 1), "年三十": (1, 0, 1),
}  # fmt: skip


def festival(name: str, now: datetime, ahead: int, year: int | None = None) -> Span | None:
    """The days of a festival of the lunar calendar; `None` of a name without a fixed day there (寒假, 入冬)."""
    if name[:-1] in ("大年初", "年初"):
        month, day, days = 1, int(number(name[-1]) or 1), 1
    elif name in _FESTIVALS:
        month, day, days = _FESTIVALS[name]
    else:
        return None
    return _nearest(month, day, days, now, ahead, year)


def lunar_day(month: int | None, day: int | None, now: datetime, ahead: int, year: int | None = None) -> Span:
    """A day of a lunar month (`None`: of the present one), or the whole month; the last or the next as of dates.

    Raises ValueError for a day that the month has not.
    """
    from borax.calendars.lunardate import LCalendars, LunarDate

    if month is None:
        month = int(LunarDate.from_solar_date(now.year, now.month, now.day).month)
    if day is None:
        first = _nearest(month, 1, 1, now, ahead, year).start
        lunar = LunarDate.from_solar_date(first.year, first.month, first.day)
        return Span(first, first + timedelta(days=int(LCalendars.ndays(lunar.year, month))))
    return _nearest(month, day, 1, now, ahead, year)


def _nearest(month: int, day: int, days: int, now: datetime, ahead: int, year: int | None) -> Span:
    """`day` 0 is the one before the month's first. Of several years the latest that is not too far ahead counts."""
    from borax.calendars.lunardate import LunarDate

    years = [year] if year else [now.year + 1, now.year, now.year - 1, now.year - 2]
    for candidate in years:
        solar: date = LunarDate(candidate, month, max(day, 1), 0).to_solar_date()
        start = datetime(solar.year, solar.month, solar.day, tzinfo=now.tzinfo)
        start -= timedelta(days=0 if day else 1)
        if year or start <= now + timedelta(days=ahead):
            return Span(start, start + timedelta(days=days))
    raise ValueError("no such day of the lunar calendar")
