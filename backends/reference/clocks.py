"""By when an order is answered for, and how often it may be urged: dated rows of `data/knowledge/rules/clocks.yml`.

The rows are read again when the file changes; a file that cannot be read is named with its reason, and what is asked of
it then fails: an order without its clock would promise nothing, or something else than the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from backends.contracts import Place
from backends.reference.workdays import working_day
from kit import clock
from kit.errors import MisconfiguredError
from kit.settings import ROOT

FILE = ROOT / "data" / "knowledge" / "rules" / "clocks.yml"
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Due:
    """Moments, aware; None: nothing is promised."""

    contact_by: datetime | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True)
class Urging:
    """`most`: how many urgings an order takes, None for any number."""

    apart: timedelta
    most: int | None


def due(kind: str, place: Place | None, province: str, made: datetime) -> Due:
    """What is promised for an order made at `made`; `province` counts where no place is known."""
    where = place.province if place else province
    rows = _in_force("clocks", kind, where, made.date())
    if place and any("area" in row for row in rows):
        here = area(place)
        rows = [row for row in rows if row.get("area", here) == here]
    contact = [_after(made, row["contact"]) for row in rows if "contact" in row]
    answer = [_after(made, row["answer"]) for row in rows if "answer" in row]
    return Due(max(contact, default=None), max(answer, default=None))


def urging(kind: str, day: date) -> Urging:
    """The rule in force for orders of this kind; before the first began, that one. Raises `MisconfiguredError` if there is none."""
    first = min((row["valid_from"] for row in _load(FILE, _stamp(FILE))["urging"]), default=day)
    rows = _in_force("urging", kind, "", max(day, first))
    if not rows:
        raise MisconfiguredError(f"{FILE.name}: no row of urging is in force on {day}: add one")
    return Urging(timedelta(minutes=rows[0]["apart"]), rows[0].get("most"))


def area(place: Place) -> str:
    """Urban, rural, remote; in Shanghai inner or outer."""
    for row in _load(FILE, _stamp(FILE))["areas"]:
        if (
            not place.province.startswith(row.get("province", ""))
            or row.get("kind", place.kind) != place.kind
        ):
            continue
        if place.street in row.get("streets", [place.street]):
            return str(row["area"])
    raise MisconfiguredError(
        f"{FILE.name}: no row of areas fits {place.place_id}: end with one that fits all"
    )


def _after(made: datetime, promise: dict[str, int]) -> datetime:
    if days := promise.get("working_days"):
        return datetime.combine(working_day(made.date(), days), LAST_MINUTE, made.tzinfo)
    return made + timedelta(**promise)


def _in_force(table: str, kind: str, province: str, day: date) -> list[dict[str, Any]]:
    """The rows that hold; of those only the most particular: by province, then kind, then the newest."""
    rows = [
        row
        for row in _load(FILE, _stamp(FILE))[table]
        if row.get("kind", kind) == kind
        and (not row.get("province") or province.startswith(row["province"]))
        and row["valid_from"] <= day <= row.get("valid_to", day)
    ]

    def rank(row: dict[str, Any]) -> tuple[bool, bool, date]:
        return "province" in row, "kind" in row, row["valid_from"]

    best = max(map(rank, rows), default=None)
    return [row for row in rows if rank(row) == best]


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns


@lru_cache(maxsize=2)
def _load(file: Path, stamp: int) -> dict[str, list[dict[str, Any]]]:
    """`stamp` is there to read a changed file again. Raises `MisconfiguredError`."""
    try:
        loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(file.read_text("utf-8"))
        for row in (*loaded["clocks"], *loaded["urging"]):
            if not isinstance(row["valid_from"], date) or not str(row["source"]).strip():
                raise ValueError(f"{row}: valid_from must be a day, source must be named")
            for promise in (row.get("contact"), row.get("answer")):
                if promise:
                    _after(clock.now(), promise)
        loaded["areas"]
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise MisconfiguredError(f"{file.name} is no file of clocks: {error!r}") from error
    return loaded
