"""What each kind of voice asks for and becomes: `data/knowledge/voice.yml`, read again when it changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml
from rasa_sdk.events import SlotSet

from actions.gathering import mentions
from actions.turn import Event, Turn
from backends.contracts import OrderKind
from kit.errors import MisconfiguredError
from kit.settings import ROOT
from kit.watched import Watched

FILE = ROOT / "data" / "knowledge" / "voice.yml"
SLOT = "voice"
_WHERE = re.compile(r"在.{0,8}?(?:小区|楼|门口|家|厅|村|路|街|单位|站|院|店)")


@dataclass(frozen=True)
class Voice:
    """`anonymous`: the kind of order where no telephone is left; `clock`: whether it is told by when.

    `limit`: the dated fact that says after how many days it is taken as an anonymous one is; '' without limit.
    """

    order: OrderKind
    anonymous: OrderKind
    facts: tuple[str, ...]
    clock: bool
    limit: str = ""


@dataclass(frozen=True)
class Voices:
    kinds: dict[str, Voice]
    words: dict[str, list[str]]

    def says(self, name: str, text: str) -> bool:
        """Whether the text holds a word of that list."""
        return mentions(text, self.words[name])

    def content(self, text: str) -> str:
        """What the text says beyond wanting to complain, praise, suggest."""
        for word in sorted(self.words["bare"], key=len, reverse=True):
            text = text.replace(word, "")
        return "".join(character for character in text if character.isalnum())


@dataclass
class State:
    """`start`: id of the message that began it; `facts`: by name, '' for one that is not told; `order`: its number, once written.

    `heard`: a telephone number that was spoken and waits for a yes. `moment`: the earliest time named, ISO 8601.
    """

    intent: str
    start: str
    facts: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    address: str = ""
    order: str = ""
    heard: str = ""
    moment: str = ""

    def hears(self, turn: Turn) -> None:
        """Keeps what was said; when and where it was is not asked for any more, if both are told."""
        self.said.append(turn.text)
        self.address = turn.address or self.address
        if moment := turn.moment:
            self.moment = min(self.moment or moment.isoformat(), moment.isoformat())
        where = turn.entities("address") or turn.entities("business_hall") or _WHERE.search(turn.text)
        if where and turn.entities("time"):
            self.stands()

    def stands(self) -> None:
        """When and where stands in the words: it is not asked for."""
        self.facts = {"when_where": "", "where": ""} | self.facts

    @classmethod
    def of(cls, turn: Turn) -> State | None:
        kept = turn.slot(SLOT)
        return cls(**kept) if kept else None

    def kept(self) -> Event:
        event: Event = SlotSet(SLOT, asdict(self))
        return event


def load(files: Sequence[Path]) -> Voices:
    """Raises `MisconfiguredError`, naming the reason."""
    try:
        written = yaml.safe_load(files[0].read_text("utf-8"))
        kinds = {intent: _voice(intent, row) for intent, row in written["voices"].items()}
        return Voices(kinds, dict(written["words"]))
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise MisconfiguredError(f"{FILE.name} cannot be used: {error!r}") from error


VOICES: Watched[Voices] = Watched(lambda: [FILE], load)


def _voice(intent: str, row: dict[str, Any]) -> Voice:
    anonymous = row.get("anonymous", {"order": row["order"], "source": "-"})
    for kind in (row["order"], anonymous["order"]):
        if kind not in get_args(OrderKind):
            raise ValueError(f"{intent}: {kind!r} is no kind of order")
    if not str(anonymous["source"]).strip():
        raise ValueError(f"{intent}: the rule about anonymous voices has no source")
    return Voice(
        row["order"], anonymous["order"], tuple(row["facts"]), bool(row["clock"]), str(row.get("limit", ""))
    )
