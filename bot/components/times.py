"""What a named time means against a reference: half-open spans in Asia/Shanghai."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.components.lunar import MONTHS, festival, lunar_day
from bot.components.numerals import number
from bot.components.spoken import plain
from bot.components.time_dates import clock_of, month_of, within, year_of
from bot.components.time_grammar import Named, time_at
from bot.components.time_lengths import Span, length_of, midnight, nearest, plus, start_of
from bot.components.time_words import DAYS, FESTIVALS, SEASONS, SHIFTS, WEEKDAYS

ZONE = ZoneInfo("Asia/Shanghai")

_LEADING = re.compile("^(?:已经|连续|整整|都|从|自|在|到)+(?=.)|(?:的时候|时候|之间|的)$")

AHEAD = 60
"""Days a bare date may lie ahead where nothing tells whether past or future is meant."""


@dataclass(frozen=True)
class Reference:
    """The present, and how many days a bare date may lie `ahead`: 0 of a bill, nearly a year of what is planned."""

    now: datetime
    ahead: int = AHEAD


def resolve(text: str, now: datetime, ahead: int = AHEAD) -> Span | None:
    """The span that `text` (a reading) names at `now`; `None` if that cannot be told.

    A point is as long as it is exact: an hour, or a minute where minutes are named. A length of time ends now, to the
    hour or to the end of the day. A bare month is the last one that has begun, a bare date the nearest, at most `ahead`
    days in the future; more than sixty let a bare month lie there too. `After` a time that is past means from then until now. Habits (every evening)
    and vague words have no span.

    >>> resolve("昨晚八点", datetime(2022, 4, 5, 12, tzinfo=ZONE)).start.isoformat()
    '2022-04-04T20:00:00+08:00'
    """
    at = Reference(now.astimezone(ZONE), ahead)
    text = _LEADING.sub("", plain(text)[0])
    named = time_at(text, 0)
    if named is None or named.end < len(text):
        return None
    try:
        return _range(named, at) if named.kind == "range" else _point(named, at)
    except (ValueError, OverflowError, KeyError):  # the thirtieth of February, the year ten thousand
        return None


def _range(named: Named, at: Reference) -> Span | None:
    second = named.second
    if second is None or second.match is None:
        return None
    if named.first is None:
        return _from_number(named.bare, second, at)
    start, until = _point(named.first, at), _point(second, at)
    if start is None or until is None or named.first.kind == "duration":
        return None
    if second.kind == "simple":
        return Span(start.start, at.now) if start.start < at.now else None
    groups = second.match.groupdict()
    clock = groups.get("h") and not any(
        groups.get(name) for name in ("day", "d", "dl", "week", "m", "month", "year", "y")
    )
    if clock:
        # The second clock means the first one's day, and its half of the day; an earlier one is the next day's.
        on_day = _calendar(second.match, at, midnight(start.start))
        end = on_day.start if on_day else until.start
        if end <= start.start and not groups.get("part") and end + timedelta(hours=12) > start.start:
            end += timedelta(hours=12)
        if end <= start.start:
            end += timedelta(days=1)
        return Span(start.start, end)
    if groups.get("part") and not any(
        groups.get(name) for name in ("day", "d", "dl", "week", "m", "month", "year", "y")
    ):
        # A part of the day is that of the first one's day, or of the night that follows.
        on_day = _calendar(second.match, at, midnight(start.start))
        end = on_day.end if on_day else until.end
        return Span(start.start, end if end > start.start else end + timedelta(days=1))
    if groups.get("h"):
        return Span(start.start, until.start) if start.start < until.start else None
    first = named.first.match
    if first and groups.get("week") and not groups.get("shift") and first.groupdict().get("shift"):
        # The second weekday is in the first one's week.
        week = timedelta(days=7 * SHIFTS[first["shift"]])
        until = Span(until.start + week, until.end + week)
    if groups.get("year") == "次年":
        until = Span(
            *(plus(end, "year", start.start.year + 1 - until.start.year) for end in (until.start, until.end))
        )
    if until.end <= start.start and named.first.match and _only_day(named.first.match):
        start = Span(plus(start.start, "month", -1), start.end)
    if until.end <= start.start and not groups.get("year") and not groups.get("y"):
        if groups.get("d") and not groups.get("m") and named.first.match:
            # The second day is in the first one's month.
            day = midnight(start.start).replace(day=int(number(groups["d"]) or 0))
            return Span(start.start, day + timedelta(days=1)) if day >= start.start else None
        until = Span(until.start, plus(until.end, "year", 1))
    elif groups.get("d") and not groups.get("m") and named.first.match and named.first.kind == "calendar":
        first = named.first.match
        if first["m"] or first["month"]:
            day = midnight(start.start).replace(day=int(number(groups["d"]) or 0))
            until = Span(day, day + timedelta(days=1))
    elif groups.get("m") and not groups.get("year") and start.start.year != until.start.year:
        # From January to March of last year: the year is said once.
        shifted = until.end.replace(year=until.end.year + start.start.year - until.start.year)
        if shifted > start.start and named.first.match and not groups.get("y"):
            until = Span(start.start, shifted)
    return Span(start.start, until.end) if start.start < until.end else None


def _only_day(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("d")) and not any(groups.get(name) for name in ("m", "month", "year", "y"))


def _from_number(bare: str, second: Named, at: Reference) -> Span | None:
    match = second.match
    if match is None or second.kind != "calendar":
        return None
    until, low = _point(second, at), number(bare)
    if until is None or low is None:
        return None
    if match["h"]:
        start = until.start.replace(hour=int(low), minute=0)
        end = until.start if until.start > start else until.start + timedelta(hours=12)
        return Span(start, end)
    if match["m"] and not match["d"]:
        start = until.start.replace(month=int(low))
        start = start if start < until.end else plus(start, "year", -1)
        return Span(start, until.end)
    if match["d"]:
        start = until.start.replace(day=int(low))
        return Span(start, until.end) if start < until.end else None
    return None


def _point(named: Named, at: Reference) -> Span | None:
    match = named.match
    if match is None:
        return None
    if named.kind == "duration":
        return length_of(match, named.way, at.now)
    span = {
        "simple": _simple,
        "half": _half,
        "quarter": _quarter,
        "season": _season,
        "festival": _festival,
        "calendar": _calendar,
    }[named.kind](match, at)
    if span is None or not named.way or named.way in ("内", "以内", "之内"):
        return span
    if named.way in ("后", "以后", "之后", "以来"):
        start = span.start if named.way == "以来" else span.end
        return Span(start, at.now) if start < at.now else None
    return None


def _simple(match: re.Match[str], at: Reference) -> Span | None:
    if match["just"]:
        return Span(at.now - timedelta(hours=1), at.now)
    return Span(at.now, at.now + timedelta(minutes=1)) if match["now"] else None


def _half(match: re.Match[str], at: Reference) -> Span:
    start = start_of(at.now, "year").replace(year=year_of(match, at.now))
    start = start if match["half"] in "上前" else plus(start, "month", 6)
    return Span(start, plus(start, "month", 6))


def _quarter(match: re.Match[str], at: Reference) -> Span:
    start = start_of(at.now, "year").replace(year=year_of(match, at.now))
    if match["n"]:
        start = plus(start, "month", 3 * (int(number(match["n"]) or 1) - 1))
    else:
        start = plus(start, "month", 3 * ((at.now.month - 1) // 3 + SHIFTS[match["shift"]]))
    return Span(start, plus(start, "month", 3))


def _season(match: re.Match[str], at: Reference) -> Span | None:
    if not (match["year"] or match["y"]):
        return None
    month, months = SEASONS[match["season"]]
    start = start_of(at.now, "year").replace(year=year_of(match, at.now), month=month)
    return Span(start, plus(start, "month", months))


def _festival(match: re.Match[str], at: Reference) -> Span | None:
    if match["part"]:
        return None
    named = match["year"] or match["y"]
    if match["lunar"]:
        return festival(match["lunar"], at.now, at.ahead, year_of(match, at.now) if named else None)
    if not match["solar"]:
        return None
    month, first, days = FESTIVALS[match["solar"]]
    start = start_of(at.now, "year").replace(month=month, day=first)
    start = start.replace(year=year_of(match, at.now)) if named else nearest(start, at.now, at.ahead)
    return Span(start, start + timedelta(days=days))


def _calendar(match: re.Match[str], at: Reference, today: datetime | None = None) -> Span | None:
    if match["every"] or "闰" in (match["m"] or ""):
        return None
    if match["dl"] or match["m"] in MONTHS:
        return _lunar(match, at)
    day, unit = today or midnight(at.now), "day"
    if match["year"] or match["y"]:
        day, unit = start_of(at.now, "year").replace(year=year_of(match, at.now)), "year"
    if match["month"]:
        shift = SHIFTS[match["month"]]
        day, unit = plus(start_of(at.now, "month"), "month", shift), "month"
    elif match["m"]:
        day, unit = day.replace(month=month_of(match["m"]), day=1), "month"
    elif match["bare"] and unit == "day":
        day, unit = (
            (start_of(at.now, "month"), "month")
            if match["bare"] == "月"
            else (start_of(at.now, "year"), "year")
        )
    if match["day"]:
        day, unit = midnight(at.now) + timedelta(days=DAYS[match["day"]]), "day"
    elif match["d"] or match["dbare"]:
        day, unit = day.replace(day=int(number(match["d"] or match["dbare"]) or 0)), "day"
    elif match["week"]:
        day = midnight(at.now) + timedelta(days=7 * SHIFTS[match["shift"] or ""] - at.now.weekday())
        weekday = match["weekday"]
        if weekday == "末":
            return Span(day + timedelta(days=5), day + timedelta(days=7))
        day, unit = (day + timedelta(days=WEEKDAYS[weekday]), "day") if weekday else (day, "week")
    if match["m"] and not (match["year"] or match["y"]):
        day = nearest(day, at.now, at.ahead if unit == "day" or at.ahead > AHEAD else 0)
    if match["mpart"] and unit in ("month", "year"):
        return within(match["mpart"], day, unit)
    if match["year"] == "当年" and unit == "year":
        return None  # rather the year when it happened than this one
    end = plus(day, unit, 1)
    if (
        match["m"]
        and len(match["m"]) == 2
        and unit == "month"
        and not match["m"].isdigit()
        and "十" not in match["m"]
    ):
        end = plus(day, "month", 2)
    return clock_of(match, day) or Span(day, end)


def _lunar(match: re.Match[str], at: Reference) -> Span | None:
    named = match["dl"] or match["dll"]
    if match["month"] or match["mpart"] or match["week"] or (match["m"] and not named and match["dbare"]):
        return None
    day = (20 if named[0] == "廿" else 0) + int(number(named.lstrip("初廿")) or 0) if named else None
    month = None if match["m"] is None else MONTHS.get(match["m"]) or month_of(match["m"])
    year = year_of(match, at.now) if match["year"] or match["y"] else None
    span = lunar_day(month, day, at.now, at.ahead, year)
    return clock_of(match, span.start) or span
