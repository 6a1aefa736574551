"""What a named time means against a reference: half-open spans in Asia/Shanghai."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.components.numerals import number
from bot.components.spoken import plain
from bot.components.time_grammar import Named, time_at
from bot.components.time_lengths import Span, length_of, midnight, nearest, plus, start_of
from bot.components.time_words import DAYS, FESTIVALS, PARTS, SEASONS, SHIFTS, WEEKDAYS, YEARS

ZONE = ZoneInfo("Asia/Shanghai")

_LEADING = re.compile("^(?:已经|连续|整整|都|从|自|在|到)+(?=.)|(?:的时候|时候|之间|的)$")
_LUNAR = ("正", "腊", "冬")
_LUNAR_DAYS = ("初", "廿")
_TENTHS = {"上": (1, 11), "中": (11, 21), "下": (21, 0), "底": (21, 0), "末": (21, 0), "尾": (21, 0), "初": (1, 11), "头": (1, 11)}  # fmt: skip


def resolve(text: str, now: datetime) -> Span | None:
    """The span that `text` (a reading) names at `now`; `None` if that cannot be told.

    A point is as long as it is exact: an hour, or a minute where minutes are named. A length of time ends now, to the
    hour or to the end of the day. A bare month is the last one that has begun, a bare date the nearest, at most sixty
    days ahead. `After` a time that is past means from then until now. Days of the lunar calendar, habits (every evening)
    and vague words have no span.

    >>> resolve("昨晚八点", datetime(2022, 4, 5, 12, tzinfo=ZONE)).start.isoformat()
    '2022-04-04T20:00:00+08:00'
    """
    now = now.astimezone(ZONE)
    text = _LEADING.sub("", plain(text)[0])
    named = time_at(text, 0)
    if named is None or named.end < len(text):
        return None
    try:
        return _range(named, now) if named.kind == "range" else _point(named, now)
    except (ValueError, OverflowError, KeyError):  # the thirtieth of February, the year ten thousand
        return None


def _range(named: Named, now: datetime) -> Span | None:
    second = named.second
    if second is None or second.match is None:
        return None
    if named.first is None:
        return _from_number(named.bare, second, now)
    start, until = _point(named.first, now), _point(second, now)
    if start is None or until is None or named.first.kind == "duration":
        return None
    if second.kind == "simple":
        return Span(start.start, now) if start.start < now else None
    groups = second.match.groupdict()
    clock = groups.get("h") and not any(
        groups.get(name) for name in ("day", "d", "dl", "week", "m", "month", "year", "y")
    )
    if clock:
        # The second clock means the first one's day, and its half of the day; an earlier one is the next day's.
        on_day = _calendar(second.match, now, midnight(start.start))
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
        on_day = _calendar(second.match, now, midnight(start.start))
        end = on_day.end if on_day else until.end
        return Span(start.start, end if end > start.start else end + timedelta(days=1))
    if groups.get("h"):
        return Span(start.start, until.start) if start.start < until.start else None
    first = named.first.match
    if first and groups.get("week") and not groups.get("shift") and first.groupdict().get("shift"):
        # The second weekday is in the first one's week.
        week = timedelta(days=7 * SHIFTS[first["shift"]])
        until = Span(until.start + week, until.end + week)
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


def _from_number(bare: str, second: Named, now: datetime) -> Span | None:
    match = second.match
    if match is None or second.kind != "calendar":
        return None
    until, low = _point(second, now), number(bare)
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


def _point(named: Named, now: datetime) -> Span | None:
    match = named.match
    if match is None:
        return None
    if named.kind == "duration":
        return length_of(match, named.way, now)
    span = {
        "simple": _simple,
        "half": _half,
        "quarter": _quarter,
        "season": _season,
        "festival": _festival,
        "calendar": _calendar,
    }[named.kind](match, now)
    if span is None or not named.way or named.way in ("内", "以内", "之内"):
        return span
    if named.way in ("后", "以后", "之后", "以来"):
        start = span.start if named.way == "以来" else span.end
        return Span(start, now) if start < now else None
    return None


def _simple(match: re.Match[str], now: datetime) -> Span | None:
    if match["just"]:
        return Span(now - timedelta(hours=1), now)
    return Span(now, now + timedelta(minutes=1)) if match["now"] else None


def _half(match: re.Match[str], now: datetime) -> Span:
    start = start_of(now, "year").replace(year=_year(match, now))
    start = start if match["half"] in "上前" else plus(start, "month", 6)
    return Span(start, plus(start, "month", 6))


def _quarter(match: re.Match[str], now: datetime) -> Span:
    start = start_of(now, "year").replace(year=_year(match, now))
    if match["n"]:
        start = plus(start, "month", 3 * (int(number(match["n"]) or 1) - 1))
    else:
        start = plus(start, "month", 3 * ((now.month - 1) // 3 + SHIFTS[match["shift"]]))
    return Span(start, plus(start, "month", 3))


def _season(match: re.Match[str], now: datetime) -> Span | None:
    if not (match["year"] or match["y"]):
        return None
    month, months = SEASONS[match["season"]]
    start = start_of(now, "year").replace(year=_year(match, now), month=month)
    return Span(start, plus(start, "month", months))


def _festival(match: re.Match[str], now: datetime) -> Span | None:
    if not match["solar"] or match["part"]:
        return None
    month, first, days = FESTIVALS[match["solar"]]
    start = start_of(now, "year").replace(month=month, day=first)
    named = match["year"] or match["y"]
    start = start.replace(year=_year(match, now)) if named else nearest(start, now, 60)
    return Span(start, start + timedelta(days=days))


def _calendar(match: re.Match[str], now: datetime, today: datetime | None = None) -> Span | None:
    if match["every"] or match["dl"] or (match["m"] or "") in _LUNAR or "闰" in (match["m"] or ""):
        return None
    day, unit = today or midnight(now), "day"
    if match["year"] or match["y"]:
        day, unit = start_of(now, "year").replace(year=_year(match, now)), "year"
    if match["month"]:
        shift = SHIFTS[match["month"]]
        day, unit = plus(start_of(now, "month"), "month", shift), "month"
    elif match["m"]:
        day, unit = day.replace(month=_month(match["m"]), day=1), "month"
    elif match["bare"] and unit == "day":
        day, unit = (
            (start_of(now, "month"), "month") if match["bare"] == "月" else (start_of(now, "year"), "year")
        )
    if match["day"]:
        day, unit = midnight(now) + timedelta(days=DAYS[match["day"]]), "day"
    elif match["d"] or match["dbare"]:
        day, unit = day.replace(day=int(number(match["d"] or match["dbare"]) or 0)), "day"
    elif match["week"]:
        day = midnight(now) + timedelta(days=7 * SHIFTS[match["shift"] or ""] - now.weekday())
        weekday = match["weekday"]
        if weekday == "末":
            return Span(day + timedelta(days=5), day + timedelta(days=7))
        day, unit = (day + timedelta(days=WEEKDAYS[weekday]), "day") if weekday else (day, "week")
    if match["m"] and not (match["year"] or match["y"]):
        day = nearest(day, now, 60 if unit == "day" else 0)
    if match["mpart"] and unit in ("month", "year"):
        return _within(match["mpart"], day, unit)
    end = plus(day, unit, 1)
    if (
        match["m"]
        and len(match["m"]) == 2
        and unit == "month"
        and not match["m"].isdigit()
        and "十" not in match["m"]
    ):
        end = plus(day, "month", 2)
    return _clock(match, day) or Span(day, end)


def _month(written: str) -> int:
    if len(written) == 2 and not written.isdigit() and "十" not in written:  # July, August
        written = written[0]
    return int(number(written) or 0)


def _within(part: str, start: datetime, unit: str) -> Span:
    end = plus(start, unit, 1)
    if unit == "year":
        months = {"初": (0, 2), "头": (0, 2), "中": (5, 7)}.get(part[0], (10, 12))
        return Span(plus(start, "month", months[0]), plus(start, "month", months[1]))
    first, last = _TENTHS[part[0]]
    return Span(start.replace(day=first), start.replace(day=last) if last else end)


def _clock(match: re.Match[str], day: datetime) -> Span | None:
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


def _year(match: re.Match[str], now: datetime) -> int:
    if match["year"]:
        return now.year + YEARS[match["year"]]
    if not match["y"]:
        return now.year
    written = int(number(match["y"].replace("两", "二")) or 0)
    return written + 2000 if written < 100 else written
