"""The dated rules of reporting: `data/knowledge/rules/{wishes,often,marks,priority}.yml`, read again when a file changes.

Marks are words of the resident that matter to a crew: a breathing machine, a gate with a guard. What a mark does to an
order is a rule with a date and a source; some do something only while a measure in force says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from backends.contracts import Mark, OrderKind
from kit import clock
from kit.errors import MisconfiguredError
from kit.settings import ROOT

FOLDER = ROOT / "data" / "knowledge" / "rules"
IMPORTANT: Mark = "important_user"
# Of "four or five times" the first counts.
_TIMES = "零一二三四五六七八九十"
_COUNT = re.compile(rf"(\d{{1,2}}|[{_TIMES}])(?:[{_TIMES}])?[次回趟]")
NEAR = 3  # characters before a name in which a word of the way there may stand: 去区人民医院


@dataclass(frozen=True)
class Wish:
    """How an intent is taken down: `parts` are asked for in order, `checks` looked up before an order is written."""

    intent: str
    kind: OrderKind
    parts: tuple[str, ...]
    checks: frozenset[str]


@dataclass(frozen=True)
class Priority:
    """`person`: somebody takes over at once."""

    urgent: bool = False
    marks: frozenset[Mark] = frozenset()
    person: bool = False


def wish(intent: str) -> Wish | None:
    """None: this is not ours to take down. Before the days of its first row a matter is taken down as that row says."""
    rows = [row for row in _read("wishes")["wishes"] if row["intent"] == intent]
    row = max(rows, key=_reach, default=None)
    return Wish(intent, row["kind"], tuple(row["parts"]), frozenset(row["checks"])) if row else None


def kind(wish: Wish, text: str) -> OrderKind:
    """What kind of order it becomes by the resident's words: so many outages in so short a time are a complaint."""
    row = next((row for row in _in_force("often") if row["intent"] == wish.intent), None)
    if row is None or not any(word in text for word in row["within"]):
        return wish.kind
    counted = (
        _TIMES.index(found[1]) if found[1] in _TIMES else int(found[1]) for found in _COUNT.finditer(text)
    )
    return row["kind"] if max(counted, default=0) >= row["times"] else wish.kind


def often(intent: str, text: str) -> bool:
    """Whether the words tell of as many outages in as short a time as make it another kind of order."""
    found = wish(intent)
    return found is not None and kind(found, text) != found.kind


def intents() -> frozenset[str]:
    """Every intent that is taken down."""
    return frozenset(row["intent"] for row in _read("wishes")["wishes"])


def marks_in(texts: Iterable[str]) -> frozenset[Mark]:
    """What the resident's words tell about access and people."""
    told = list(texts)
    return frozenset(
        mark
        for mark, words in _read("marks")["marks"].items()
        if any(_said(text, words, named=mark == IMPORTANT) for text in told)
    )


def important_and_dark(text: str) -> bool:
    """Whether the words say, and do not ask whether, an important user's power is gone."""
    rules = _read("marks")
    dark, asked = (any(word in text for word in rules[key]) for key in ("dark", "asked"))
    return dark and not asked and IMPORTANT in marks_in([text])


def dark_now(text: str) -> bool:
    """Whether a complaint about many outages says that the power is gone at this moment."""
    return any(word in text for word in _read("marks")["now"])


def notes_in(texts: Iterable[str]) -> list[str]:
    """Words a crew should read, in the order of the list."""
    told = list(texts)
    return [word for word in _read("marks")["notes"] if any(_said(text, [word]) for text in told)]


def tells(text: str) -> bool:
    """Whether the words tell a crew something, whatever was asked."""
    return bool(marks_in([text]) or notes_in([text]))


def priority(marks: frozenset[Mark], raised: frozenset[Mark]) -> Priority:
    """What the marks come to; those that a measure in force raised go first and are watched over."""
    rows = [row for row in _in_force("priority") if row["mark"] in marks]
    watched: frozenset[Mark] = frozenset({"supervised"})
    return Priority(
        urgent=bool(raised) or any(row.get("urgent") for row in rows),
        marks=marks | watched if raised or any(row.get("supervised") for row in rows) else marks,
        person=any(row.get("person") for row in rows),
    )


def _said(text: str, words: Iterable[str], *, named: bool = False) -> bool:
    """`named`: the words are names, which also tell where something else is."""
    rules = _read("marks")
    denied, beside, towards = (tuple(rules[key]) for key in ("denied", "beside", "towards"))
    return any(
        not text[:at].endswith(denied)
        and not (named and text.startswith(beside, at + len(word)))
        and not (named and any(one in text[max(0, at - NEAR) : at] for one in towards))
        for word in words
        for at in range(len(text))
        if text.startswith(word, at)
    )


def _in_force(name: str) -> list[dict[str, Any]]:
    today = clock.now().date()
    return [row for row in _read(name)[name] if row["valid_from"] <= today <= row.get("valid_to", today)]


def _reach(row: dict[str, Any]) -> tuple[bool, int]:
    """The latest that has begun first, then what begins soonest."""
    begun = (clock.now().date() - row["valid_from"]).days
    return begun >= 0, -abs(begun)


def _read(name: str) -> dict[str, Any]:
    file = FOLDER / f"{name}.yml"
    return _load(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load(file: Path, stamp: int) -> dict[str, Any]:
    """`stamp` is there to read a changed file again. Raises `MisconfiguredError`."""
    try:
        loaded: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        for row in loaded.get(file.stem) or ():
            if isinstance(row, dict) and not (isinstance(row["valid_from"], date) and row["source"]):
                raise ValueError(f"{row}: valid_from must be a day, source must be named")
    except (yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise MisconfiguredError(f"{file.name} is no file of rules: {error!r}") from error
    return loaded
