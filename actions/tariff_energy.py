"""kWh of a message, and whose they are: of the month, of the year before it, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from actions.tariff_figures import NUMERAL, figure

LEAST, MOST = 25, 1_000_000  # kWh where a number stands without its unit: more than any hour of the day
_VALLEY, _DAY, _YEAR = (
    re.compile("谷|夜|晚上"),
    re.compile("峰|平段|平电|白天"),
    re.compile("今年|全年|年初|一年|累计|总共|一共已"),
)
_MONTH = re.compile("这个?月|本月|当月|又用|再用|每月|一个月")
_BEHIND = re.compile("的?(?:高峰|低谷|峰|谷|平段|平电|白天|夜|晚上)")
_UNIT = "天|个?半?月|周|星期|礼拜|年|号|日|块|元|万元|角|毛|分|千瓦|千伏|kv|kw|户|人|口|点|台|%|档|楼|弄|室"
_NUMBER = re.compile(rf"(?<![\d.第]){NUMERAL}(?!{NUMERAL}|\s*(?:{_UNIT}))", re.I)
_BY_HOURS = re.compile(
    rf"(?:高峰|低谷|[峰谷平][段电时]?|白天|夜里|晚上)(?:时段|的)?(?:用电|用了|用|是|大概|大约|：|:|\s)*({NUMERAL})(?!\s*(?:{_UNIT}|{NUMERAL}))", re.I
)  # fmt: skip


@dataclass(frozen=True)
class Energy:
    """None: not named."""

    month: Decimal | None = None
    year: Decimal | None = None
    day: Decimal | None = None
    night: Decimal | None = None

    @property
    def by_hours(self) -> tuple[Decimal, Decimal] | None:
        """By day and by night, if the message parts them."""
        if self.night is None and self.day is None:
            return None
        if self.month is not None and (self.night is None) != (self.day is None):
            rest = max(self.month - (self.night or self.day or Decimal(0)), Decimal(0))
            return (rest, self.night) if self.night is not None else (self.day or Decimal(0), rest)
        return self.day or Decimal(0), self.night or Decimal(0)

    @property
    def kwh(self) -> Decimal | None:
        """Of the month, whichever way it was named."""
        return sum(self.by_hours, Decimal(0)) if self.by_hours else self.month

    @property
    def named(self) -> bool:
        return self != Energy()

    def after(self, before: Energy, *, adds: bool) -> Energy:
        """With what was named in the messages before it: the year's use stays, the month's where this only adds to it."""
        if not self.named:
            return before if adds else self
        if self.kwh is None and adds:
            return replace(before, year=self.year)
        return replace(self, year=before.year) if self.year is None else self


def energies(
    text: str, entities: Sequence[dict[str, Any]], *, bare: bool = False
) -> list[tuple[int, int, Decimal]]:
    """Begin, end and kWh of what the text names: the entities; parted by hours also without a unit (峰400谷200).

    `bare`: if there is nothing else, so is a number without a unit: asked for kWh, people say 两千九.
    """
    found = [
        (int(e.get("start") or 0), int(e.get("end") or 0), value)
        for e in entities
        if e.get("entity") == "energy" and (value := _value(e.get("value"))) is not None
    ]
    alone = [(*match.span(1), match[1]) for match in _BY_HOURS.finditer(text)]
    if bare and not found and not alone:
        alone = [(*match.span(), match[0]) for match in _NUMBER.finditer(text)]
    for begin, end, written in alone:
        value = figure(written)
        if value is not None and LEAST <= value <= MOST and all(end <= b or begin >= e for b, e, _ in found):
            found.append((begin, end, value))
    return sorted(found)


def energy_of(
    text: str, entities: Sequence[dict[str, Any]], *, bare: bool = False, unlabelled: str = "month"
) -> Energy:
    """What a message's kWh are, by the words before them, or behind where none stand before the first.

    `unlabelled`: what they are where no words tell.
    """
    read = energies(text, entities, bare=bare)
    found: dict[str, Decimal] = {}
    ends = [0, *(end for _, end, _ in read)]
    pieces = [
        (text[before:begin], _BEHIND.match(text[end:]))
        for before, (begin, end, _) in zip(ends, read, strict=False)
    ]
    behind = bool(pieces) and not _label(pieces[0][0]) and pieces[0][1] is not None
    for (before, after), (_, _, value) in zip(pieces, read, strict=True):
        found.setdefault(_label(after[0] if behind and after else before) or unlabelled, value)
    return Energy(**found)


def _label(words: str) -> str:
    labels = (("night", _VALLEY), ("day", _DAY), ("month", _MONTH), ("year", _YEAR))
    placed = [(hits[-1].start(), name) for name, at in labels if (hits := list(at.finditer(words)))]
    return max(placed)[1] if placed else ""


def _value(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
