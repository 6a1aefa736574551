"""What a named time means against a reference: half-open spans in Asia/Shanghai."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.components.numerals import number

ZONE = ZoneInfo("Asia/Shanghai")

_N = "[0-9零一二三四五六七八九〇两十百半几]+"
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1}
_DAYS = {
    "大前天": -3, "前天": -2, "前晚": -2, "昨天": -1, "昨日": -1, "昨": -1, "今天": 0, "今日": 0, "当天": 0, "今儿": 0, "今": 0,
    "明天": 1, "明日": 1, "明儿": 1, "明": 1, "大后天": 3, "后天": 2,
}  # fmt: skip
# Hours a part of the day reaches from and to; from noon on, a clock's hour below twelve is an afternoon hour.
_PARTS = {
    "凌晨": (0, 6), "半夜": (0, 6), "清晨": (5, 8), "清早": (5, 8), "一早": (5, 9), "早上": (6, 9), "早晨": (6, 9), "早": (6, 9),
    "上午": (8, 12), "中午": (11, 14), "下午": (12, 18), "傍晚": (17, 19), "晚上": (18, 24), "夜里": (18, 24), "夜间": (18, 24),
    "晚间": (18, 24), "深夜": (22, 24), "晚": (18, 24), "夜": (18, 24),
}  # fmt: skip
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_SHIFTS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2, "": 0}
_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year"}
_UNITS |= {"小时": "hour", "钟头": "hour", "分钟": "minute", "分": "minute", "季度": "quarter"}


def _choice(words: object) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_UNIT = f"(?P<unit>{_choice(_UNITS)})"
_OF = "(?:个|(?!月)|(?<=半))"  # three months have a measure word, March has none
_SPAN = re.compile(
    f"(?:最近|近|过去|这|前|连续|已经|都)?(?:的|了)?(?P<n>{_N}){_OF}(?P<half>半)?{_UNIT}(?:半)?(?:了|多|以来|内|左右)*"
)
_AGO = re.compile(f"(?P<n>{_N}){_OF}(?P<half>半)?{_UNIT}(?:多)?(?P<way>之前|以前|前|之后|以后|后)")
_CALENDAR = re.compile(
    f"(?:(?P<year>{_choice(_YEARS)})|(?P<y>\\d{{4}}|\\d{{2}}|[二两一][零〇九][零〇一二三四五六七八九]{{2}})(?:年|-|/|\\.))?的?"
    f"(?:(?P<month>上上|上|这|本|当|下)个?月份?|(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九正])(?:月份?|-|/))?的?"
    f"(?:(?P<day>{_choice(_DAYS)})|(?P<d>[0-3]?\\d|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?:日|号|$))?"
    f"(?P<week>(?P<shift>上上|上|这|本|下下|下)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])?)?的?"
    f"(?P<part>{_choice(_PARTS)})?的?"
    f"(?:(?P<h>{_N})(?:点钟?|时|:)(?:(?P<fraction>半|一刻|三刻)|(?P<min>{_N})分?(?::\\d\\d)?)?)?(?:左右|前后|多|的时候|时候)*"
)
_QUARTER = re.compile(
    f"(?:(?P<year>{_choice(_YEARS)}))?(?:(?P<shift>上|本|这)个?|第?(?P<n>[1-4一二三四]))季度"
)
_HALF = re.compile(f"(?:(?P<year>{_choice(_YEARS)}))?(?P<half>[上下])半年")
_JUST = {"刚才", "刚刚", "刚", "方才"}
_NOW = {"现在", "目前", "当前", "这会儿", "此刻", "这时候"}
_RANGE = re.compile("到|至|~|—|－")


@dataclass(frozen=True)
class Span:
    """From `start`, until before `end`."""

    start: datetime
    end: datetime


def resolve(text: str, now: datetime) -> Span | None:
    """The span that `text` (a reading) names at `now`; `None` if that cannot be told.

    A point is as long as it is exact: an hour, or a minute where minutes are named. A bare month is the last one that
    has begun, a bare date the nearest, at most sixty days ahead. Hours of an `N hours ago` are not rounded.

    >>> resolve("昨晚八点", datetime(2022, 4, 5, 12, tzinfo=ZONE)).start.isoformat()
    '2022-04-04T20:00:00+08:00'
    """
    now = now.astimezone(ZONE)
    text = text.replace(" ", "")
    halves = _RANGE.split(text, maxsplit=1)
    try:
        if len(halves) == 2 and all(halves):
            return _range(halves[0], halves[1], now)
        return _single(text, now)
    except (ValueError, OverflowError):  # the thirtieth of February, the year ten thousand
        return None


def _range(first: str, second: str, now: datetime) -> Span | None:
    until = None if second in _NOW else _single(second, now)
    start = _single(first, now)
    if start is None and until and (bare := number(first)) is not None and re.search("[点月号日]", second):
        unit = re.search("[点月号日]", second)
        start = _single(first + unit.group(), now) if unit and bare else None
    if start is None or (until is None and second not in _NOW):
        return None
    if second in _NOW:
        return Span(start.start, now) if start.start < now else None
    assert until is not None
    clock = _CALENDAR.fullmatch(second)
    if clock and clock["h"] and not (clock["day"] or clock["d"] or clock["week"]):
        # The second clock means the first one's day, and its half of the day.
        on_day = _single(second, start.start)
        end = on_day.end if on_day else until.end
        if end <= start.start and not clock["part"]:
            end += timedelta(hours=12)
        until = Span(end - timedelta(hours=1), end) if not clock["min"] else Span(end, end)
        return Span(start.start, until.start if clock["min"] is None else until.end)
    return Span(start.start, until.end) if start.start < until.end else None


def _single(text: str, now: datetime) -> Span | None:
    if text in _JUST:
        return Span(now - timedelta(hours=1), now)
    if text in _NOW:
        return Span(now, now + timedelta(minutes=1))
    if match := _AGO.fullmatch(text):
        return _ago(match, now)
    if match := _HALF.fullmatch(text):
        start = _start(now, "year").replace(year=now.year + _YEARS.get(match["year"] or "", 0))
        start = start if match["half"] == "上" else _plus(start, "month", 6)
        return Span(start, _plus(start, "month", 6))
    if match := _QUARTER.fullmatch(text):
        return _quarter(match, now)
    match = _CALENDAR.fullmatch(text)
    if match and any(match.groupdict().values()):
        return _calendar(match, now)
    if match := _SPAN.fullmatch(text):
        return _lately(match, now)
    return None


def _amount(match: re.Match[str]) -> float | None:
    value = number(match["n"].replace("几", "三"))
    return None if value is None else float(value) + (0.5 if match["half"] else 0)


def _lately(match: re.Match[str], now: datetime) -> Span | None:
    amount, unit = _amount(match), _UNITS[match["unit"]]
    if amount is None:
        return None
    if unit in ("hour", "minute"):
        return Span(now - timedelta(**{f"{unit}s": amount}), now)
    end = _plus(_start(now, "day"), "day", 1)
    return Span(_plus(end, unit, -amount), end)


def _ago(match: re.Match[str], now: datetime) -> Span | None:
    amount, unit = _amount(match), _UNITS[match["unit"]]
    if amount is None:
        return None
    amount = amount if match["way"].endswith("后") else -amount
    if unit in ("hour", "minute"):
        start = now + timedelta(**{f"{unit}s": amount})
        return Span(start, start + timedelta(**{f"{unit}s": 1}))
    start = _plus(_start(now, "day"), unit, amount)
    return Span(start, _plus(start, "day", 1))


def _quarter(match: re.Match[str], now: datetime) -> Span:
    start = _start(now, "year").replace(year=now.year + _YEARS.get(match["year"] or "", 0))
    if match["n"]:
        start = _plus(start, "month", 3 * (int(number(match["n"]) or 1) - 1))
    else:
        start = _plus(start, "month", 3 * ((now.month - 1) // 3 + _SHIFTS[match["shift"]]))
    return Span(start, _plus(start, "month", 3))


def _calendar(match: re.Match[str], now: datetime) -> Span:
    day, unit = _start(now, "day"), "day"
    if match["year"] or match["y"]:
        day, unit = _start(now, "year").replace(year=_year(match, now)), "year"
    if match["month"]:
        day, unit = _plus(_start(now, "month"), "month", _SHIFTS[match["month"]]), "month"
    elif match["m"]:
        month = 1 if match["m"] == "正" else int(number(match["m"]) or 0)
        day, unit = day.replace(month=month, day=1), "month"
    if match["day"]:
        day, unit = _plus(_start(now, "day"), "day", _DAYS[match["day"]]), "day"
    elif match["d"]:
        day, unit = day.replace(day=int(number(match["d"]) or 0)), "day"
    elif match["week"]:
        day = _plus(_start(now, "day"), "day", -now.weekday() + 7 * _SHIFTS[match["shift"] or ""])
        weekday = match["weekday"]
        if weekday == "末":
            day = _plus(day, "day", 5)
            return Span(day, _plus(day, "day", 2))
        day, unit = (_plus(day, "day", _WEEKDAYS[weekday]), "day") if weekday else (day, "week")
    if match["m"] and not (match["year"] or match["y"]):
        ahead = timedelta(days=60) if match["d"] else timedelta(0)
        if day > now + ahead:
            day = day.replace(year=day.year - 1)
        elif match["d"] and _plus(day, "year", 1) <= now + ahead:
            day = day.replace(year=day.year + 1)
    return _clock(match, day) or Span(day, _plus(day, unit, 1))


def _clock(match: re.Match[str], day: datetime) -> Span | None:
    low, high = _PARTS.get(match["part"] or "", (0, 24))
    if not match["h"]:
        return Span(day + timedelta(hours=low), day + timedelta(hours=high)) if match["part"] else None
    hour, minutes = float(number(match["h"]) or 0), 0
    if match["min"]:
        minutes = int(number(match["min"]) or 0)
    elif match["fraction"]:
        minutes = {"半": 30, "一刻": 15, "三刻": 45}[match["fraction"]]
    if hour > 24 or minutes > 59:
        raise ValueError("no such clock")
    if low >= 11 and hour < 12 and not (low == 11 and hour == 11):
        hour += 12
    elif low >= 17 and hour == 12:
        hour = 24
    elif high <= 6 and hour == 12:
        hour = 0
    start = day + timedelta(hours=hour, minutes=minutes)
    exact = match["min"] or match["fraction"]
    return Span(start, start + (timedelta(minutes=1) if exact else timedelta(hours=1)))


def _year(match: re.Match[str], now: datetime) -> int:
    if match["year"]:
        return now.year + _YEARS[match["year"]]
    written = int(number(match["y"].replace("两", "二")) or 0)
    return written + 2000 if written < 100 else written


def _start(moment: datetime, unit: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day if unit == "day" else day.replace(day=1) if unit == "month" else day.replace(day=1, month=1)


def _plus(moment: datetime, unit: str, amount: float) -> datetime:
    if unit in ("day", "week"):
        return moment + timedelta(days=amount * (7 if unit == "week" else 1))
    months = (
        moment.year * 12 + moment.month - 1 + round(amount * {"month": 1, "quarter": 3, "year": 12}[unit])
    )
    year, month = divmod(months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
