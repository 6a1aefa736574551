"""Figures in a question about prices: capacity, demand, lengths of time, people, the month that is spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import cn2an

from kit import clock
from kit.clock import months_later

LONGEST = {"天": 3650, "周": 520, "星": 520, "礼": 520, "月": 120, "年": 10}  # more is another number
KVA = range(10, 100_000)  # of one transformer
SEASON = 3  # months
NUMERAL = r"(?:\d+(?:\.\d+)?|(?:[零〇一二两俩仨三四五六七八九十百万]|千(?![伏瓦]))+)"
_N = rf"({NUMERAL}|半)"
_UNITS = "天|个?半?月|周|星期|礼拜|年|号|日|块|元|万元|度|千瓦|kw|kv(?!a)|户|人|口|点|%"
_COUNT = r"([1-9]\d?|[一二两俩仨三四五六七八九十]+)\s*台(?!区)"
_KIND = "(?:变压器|专变|主变|箱变)"
_SIZE = re.compile(
    rf"(?:{_COUNT}{_KIND}?[，, ]*(?:每一?台)?[都均各]?[是为]?的?[，, ]*)?(?<![\d.])({NUMERAL})"
    rf"(个?\s*(?:千伏安|kva)|的?\s*{_KIND})?(?!\s*(?:{_UNITS}))"
    rf"(?:[的，, ]*{_KIND}?[，, ]*(?:一共|总共)?有?{_COUNT}(?!{_KIND}?[，, 每台都均各是为的]*\d))?",
    re.I,
)
_STOPPED = re.compile(rf"停[用掉了止]?(?:其中)?(?:的)?{_COUNT}")
_ANY_COUNT = re.compile(_COUNT)
_KW = re.compile(rf"{_N}个?\s*(?:千瓦|kw)(?!\s*(?:时|小时|·?h))", re.I)
_LENGTH = re.compile(
    rf"{_N}\s*个?(?P<and_half>半)?(?P<unit>天|月(?!份)|周|星期|礼拜|年(?!\d|月|[前后初底末]))(?P<half>半)?"
)
_PEOPLE = re.compile(rf"{_N}\s*(?:口人|个人|口|人)")
_MONTH_ALONE = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?")
_SEASONS = {
    "春天": 3,
    "春季": 3,
    "夏天": 6,
    "夏季": 6,
    "暑假": 7,
    "秋天": 9,
    "秋季": 9,
    "冬天": 12,
    "冬季": 12,
}
_PAST = re.compile("用了|用掉|花了|走了|当时|那时|那会|过去|交了")
_AHEAD = re.compile("如果|要是|假如|假设|打算|准备|预计|估计会|将|到时|等到|会[用要交]|快到|再用")


def figure(written: str) -> Decimal | None:
    """315, 三百一十五, 两千, 两千九, 半."""
    if written == "半":
        return Decimal("0.5")
    try:
        return (
            Decimal(written)
            if written.isascii()
            else Decimal(str(cn2an.cn2an(written.translate(str.maketrans("〇俩仨", "零两三")), "smart")))
        )
    except (ValueError, InvalidOperation):
        return None


@dataclass(frozen=True)
class Length:
    """So many months and days."""

    months: int
    days: int

    def after(self, day: date) -> date:
        return months_later(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        return months_later(day, -self.months) - timedelta(days=self.days)


def length_of(text: str) -> Length | None:
    """The first length of time in the text: 30天, 两个月, 半年, 一个半月; None if there is none."""
    for match in _LENGTH.finditer(text):
        number = figure(match[1])
        if number is None or not 0 < number <= LONGEST[match["unit"][0]]:
            continue
        if match["unit"] == "月" and "个" not in match[0] and match[1] not in "两俩仨半":  # of a date
            continue
        number += Decimal("0.5") if match["half"] or match["and_half"] else 0
        whole, part = divmod(number, 1)
        match match["unit"]:
            case "天":
                return Length(0, int(number))
            case "月":
                return Length(int(whole), 15 if part else 0)
            case "年":
                return Length(int(number * 12), 0)
            case _:
                return Length(0, int(number * 7))
    return None


@dataclass(frozen=True)
class Capacity:
    """Transformers as they are named: how many, of how many kVA each."""

    parts: tuple[tuple[int, Decimal], ...]

    @property
    def kva(self) -> Decimal:
        """Of all together."""
        return sum((count * each for count, each in self.parts), Decimal(0))

    @property
    def count(self) -> int:
        return sum(count for count, _ in self.parts)


def capacity_in(texts: Sequence[str], bare: Sequence[bool] = ()) -> Capacity | None:
    """What the texts (latest first) name, one adding to the other: 315千伏安, 两台630, 400的变压器; then 三台.

    `bare`: in which of them a number without any unit is a capacity, too: asked for one, people say 630.
    """
    count: int | None = None
    for text, alone in zip(texts, [*bare, *[False] * len(texts)], strict=False):
        parts = _sizes(text, alone)
        stopped = _counted(_STOPPED, text)
        if parts:
            chosen = count or stopped
            return Capacity(((chosen, parts[0][1]),) if chosen and len(parts) == 1 else tuple(parts))
        count = count or stopped or _counted(_ANY_COUNT, text)
    return None


def capacity_of(text: str) -> Decimal | None:
    """kVA that one text names."""
    found = capacity_in([text])
    return found.kva if found else None


def _sizes(text: str, bare: bool) -> list[tuple[int, Decimal]]:
    found = []
    for match in _SIZE.finditer(text):
        before, written, unit, after = match.groups()
        size = figure(written)
        if size is not None and int(size) in KVA and (unit or before or after or bare):
            count = figure(before or after or "1")
            found.append((int(count or 1), size))
    return found


def _counted(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    number = figure(match[1]) if match else None
    return int(number) if number else None


def demand_of(text: str) -> Decimal | None:
    """kW of contract demand, where the message speaks of demand."""
    match = _KW.search(text) if "需量" in text else None
    return figure(match[1]) if match else None


def people_of(text: str) -> int:
    """How many live there; 1 where nothing is said."""
    match = _PEOPLE.search(text)
    number = figure(match[1]) if match else None
    return int(number) if number and 1 <= number <= 99 else 1


def month_of(text: str, times: Sequence[dict[str, Any]]) -> date | None:
    """The first day of the month, or of the season, that the text speaks of; None if of none.

    A month without its year is the last one of what was used, the next one of what will be, else this year's.
    """
    for time in times:
        words = text[int(time.get("start") or 0) : int(time.get("end") or 0)]
        try:
            first = datetime.fromisoformat(str(time.get("from"))).date()
            until = datetime.fromisoformat(str(time.get("to"))).date()
        except ValueError:
            continue
        if first.day != 1 or until.day != 1 or not first < until <= months_later(first, SEASON):
            continue
        return _year_by_tense(text, first.month) if _MONTH_ALONE.fullmatch(words) else first
    season = next((month for word, month in _SEASONS.items() if word in text), None)
    return _year_by_tense(text, season) if season else None


def _year_by_tense(text: str, month: int) -> date:
    today = clock.now().date().replace(day=1)
    named = today.replace(month=month)
    if _AHEAD.search(text):
        return named if named >= today else months_later(named, 12)
    if _PAST.search(text):
        return named if named <= today else months_later(named, -12)
    return named


def first_day_of(text: str, times: Sequence[dict[str, Any]]) -> date | None:
    """The day that something begins on, if the text names one from today on."""
    for time in times:
        try:
            start = datetime.fromisoformat(str(time.get("from")))
        except ValueError:
            continue
        words = text[int(time.get("start") or 0) : int(time.get("end") or 0)]
        if start.tzinfo and start.date() >= clock.now().date() and not _LENGTH.fullmatch(words):
            return start.date()
    return None
