"""Values as residents read them, or hear them: money, energy, times, digits.

Written: 128.50元, 今天18:30, 3100 0000 0001 8. Spoken: 一百二十八元五角, 今天晚上六点半, 三幺零零，零零零零….
The words themselves are in `data/lookups/units.yml`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import cn2an  # numbers to Chinese numerals: the library made for it
import yaml

from kit import clock
from kit.settings import ROOT

MOBILE = 11  # digits of a mobile number, read three, four, four
UNITS = ROOT / "data" / "lookups" / "units.yml"


@lru_cache(maxsize=1)
def _units() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(UNITS.read_text("utf-8"))
    return loaded


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:  # astimezone() would take it for the machine's own zone
        raise ValueError(f"{value.isoformat()} has no time zone")
    return value.astimezone(clock.SHANGHAI)


class Speaker:
    """Renders one value by kind; `spoken` chooses the telephone's form."""

    def __init__(self, *, spoken: bool) -> None:
        self.spoken = spoken
        self.words = _units()

    def render(self, value: Any, kind: str) -> str:
        """`kind`: yuan, kwh, number, digits, year, time, day or date. Raises `ValueError` for any other."""
        renderer = getattr(self, f"_{kind}", None)
        if renderer is None:
            raise ValueError(f"unknown kind of value {kind!r}")
        return str(renderer(value))

    def _number(self, value: Any) -> str:
        plain = f"{Decimal(str(value)).normalize():f}"
        return str(cn2an.an2cn(plain, "low")) if self.spoken else plain

    def _yuan(self, value: Any) -> str:
        amount = (
            Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP) + 0
        )  # + 0: no minus before a zero
        if not self.spoken:
            return str(self.words["yuan"].format(amount=f"{amount:.2f}"))
        whole, cents = divmod(int(abs(amount) * 100), 100)
        parts = self.words["yuan_spoken"]
        said = parts["minus"] if amount < 0 else ""
        if whole or not cents:
            said += self._number(whole) + parts["yuan"]
        jiao, fen = divmod(cents, 10)
        if jiao:
            said += self._number(jiao) + parts["jiao"]
        elif fen and whole:
            said += self.words["zero"]
        if fen:
            said += self._number(fen) + parts["fen"]
        return str(said)

    def _kwh(self, value: Any) -> str:
        return str(self.words["kwh"].format(amount=self._number(value)))

    def _digits(self, value: Any) -> str:
        digits = str(value)
        first = 3 if len(digits) == MOBILE and digits[0] == "1" else 4
        groups = [digits[:first], *(digits[at : at + 4] for at in range(first, len(digits), 4))]
        if not self.spoken:
            return " ".join(groups)
        names = self.words["digits_spoken"]
        return str(self.words["pause"]).join("".join(names.get(d, d) for d in group) for group in groups)

    def _year(self, value: int) -> str:
        return str(cn2an.an2cn(str(value), "direct")) if self.spoken else str(value)

    def _day(self, value: date | datetime) -> str:
        day = _local(value).date() if isinstance(value, datetime) else value
        distance = (day - clock.now().date()).days
        if near := self.words["near_days"].get(distance):
            return str(near)
        return str(self.words["day"].format(month=self._number(day.month), day=self._number(day.day)))

    def _date(self, value: date) -> str:
        """A day with its year, for what is long over or far ahead."""
        year = (
            "".join(self.words["digits_of_year"][d] for d in str(value.year)) if self.spoken else value.year
        )
        month, day = self._number(value.month), self._number(value.day)
        return str(self.words["date"].format(year=year, month=month, day=day))

    def _time(self, value: datetime) -> str:
        local = _local(value)
        if not self.spoken:
            return f"{self._day(local)}{local:%H:%M}"
        part = next(name for until, name in self.words["parts_of_day"] if local.hour < until)
        hour = local.hour - 12 if local.hour > 12 else local.hour
        said = f"{self._day(local)}{part}{self.words['two'] if hour == 2 else self._number(hour)}{self.words['hour']}"
        if local.minute == 30:
            return said + str(self.words["half"])
        if local.minute:
            zero = self.words["zero"] if local.minute < 10 else ""
            said += f"{zero}{self._number(local.minute)}{self.words['minute']}"
        return said
