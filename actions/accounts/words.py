"""What words alone say about accounts, by the lists of `data/lookups/accounts.yml`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml

from actions.reading import plain
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "lookups" / "accounts.yml"


@lru_cache(maxsize=1)
def _lists() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return loaded


def says(text: str, name: str) -> bool:
    """Whether the text holds a word of the list."""
    written = plain(text)
    return any(word in written for word in _lists()[name])


def way_of(text: str) -> str:
    """How something was paid, as the contract names it; '' if the text does not say."""
    written = plain(text)
    return next((way for way, named in _lists()["ways"].items() if any(w in written for w in named)), "")


def about_bindings(text: str) -> bool:
    """Whether the text asks for what we remember, not for what some other place has bound."""
    return says(text, "bindings") and not says(text, "elsewhere")
