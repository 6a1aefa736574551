"""Figures that may be said: promises, prices, limits, distances. Each is a dated row with its source.

`data/knowledge/facts/*.yml` hold `facts: {name: [row, …]}`; a row has `value`, `valid_from` and `source`, optionally `unit`,
`province` (empty: everywhere) and `valid_to` (inclusive). A province's own row wins over one for all. Reloaded when a file
changes; a broken file is named with its reason, and the last good rows stay in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from kit import clock
from kit.dated import days, in_force, latest
from kit.errors import MisconfiguredError
from kit.settings import ROOT
from kit.watched import Watched

FACTS = ROOT / "data" / "knowledge" / "facts"


@dataclass(frozen=True)
class Fact:
    """One figure. `value` is a decimal; `unit` as residents say it."""

    name: str
    value: Decimal
    unit: str
    province: str
    valid_from: date
    valid_to: date | None
    source: str


class Facts:
    """The figures under one folder."""

    def __init__(self, folder: Path = FACTS) -> None:
        self._rows = Watched(lambda: sorted(folder.glob("*.yml")), _read, what="facts")

    def names(self) -> list[str]:
        """Every name there is, sorted."""
        return sorted(self._rows.get())

    def rows(self, name: str) -> list[Fact]:
        """Every row of that name, lapsed ones too."""
        return list(self._rows.get().get(name, ()))

    def get(self, name: str, province: str = "", day: date | None = None) -> Fact:
        """The row in force on `day` (today) in `province`. Raises `LookupError` when there is none."""
        on = day or clock.now().date()
        found = in_force(self.rows(name), province, on)
        if found is None:
            raise LookupError(f"no fact {name!r} is in force on {on} in {province or 'all provinces'}")
        return found

    def limit(self, name: str, province: str = "") -> Decimal:
        """A figure that only decides and is not said: there always is one, before and after the days of its rows the nearest.

        Raises `LookupError` for a name without rows there.
        """
        rows = [row for row in self.rows(name) if row.province in ("", province)]
        day = clock.now().date()
        found = in_force(rows, province, day) or latest(rows, province, day)
        found = found or min(rows, key=lambda row: row.valid_from, default=None)
        if found is None:
            raise LookupError(f"there is no fact {name!r}")
        return found.value


def _read(files: Sequence[Path]) -> dict[str, list[Fact]]:
    rows: dict[str, list[Fact]] = {}
    for file in files:
        try:
            named = yaml.safe_load(file.read_text("utf-8"))["facts"].items()
            for name, written in named:
                if name in rows:
                    raise MisconfiguredError(f"{file.name}: fact {name!r} exists in another file already")
                rows[name] = [_fact(name, row) for row in written]
        except (
            OSError,
            yaml.YAMLError,
            LookupError,
            TypeError,
            AttributeError,
            ValueError,
            InvalidOperation,
        ) as error:
            raise MisconfiguredError(f"{file.name} is no file of facts: {error!r}") from error
    return rows


def _fact(name: str, row: dict[str, Any]) -> Fact:
    unknown = set(row) - {"value", "unit", "province", "valid_from", "valid_to", "source"}
    if unknown:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    if not str(row["source"]).strip():
        raise ValueError(f"{name}: no source")
    first, last = days(row)
    return Fact(
        name, Decimal(str(row["value"])), str(row.get("unit", "")), str(row.get("province", "")), first, last,
        str(row["source"]),
    )  # fmt: skip
