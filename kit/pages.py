"""Pages on the web that residents are sent to: `data/knowledge/pages.yml`, each a dated row with its source.

pages:
  web_hall:
  - title: 网上国网网页版        what its card is called, at most 20 characters
    about: …                    what can be done there, at most 60 characters
    url: https://…              to a domain of `data/knowledge/domains.yml`, by https
    province: 上海               left out: everywhere
    valid_from: 2024-06-01
    valid_to: 2026-12-31         left out: until further notice; the last day it holds
    source: …

Wording, answers and terms of applications name a page (`page: web_hall`); channels with a screen show it as a card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kit import clock
from kit.dated import days, in_force
from kit.errors import MisconfiguredError
from kit.links import LOOKUP, links_in, may_be_said
from kit.settings import ROOT
from kit.watched import Watched

PAGES = ROOT / "data" / "knowledge" / "pages.yml"
TITLE_LIMIT, ABOUT_LIMIT = 20, 60  # characters; a card on a telephone shows no more
_KEYS = {"title", "about", "url", "province", "valid_from", "valid_to", "source"}


@dataclass(frozen=True)
class Page:
    """Where a resident can do something alone."""

    name: str
    title: str
    about: str
    url: str
    province: str
    valid_from: date
    valid_to: date | None
    source: str


class Pages:
    """The pages of one file."""

    def __init__(self, file: Path = PAGES) -> None:
        self._rows = Watched(lambda: [file], _read, what="pages")

    def names(self) -> list[str]:
        """Every name there is, sorted."""
        return sorted(self._rows.get())

    def get(self, name: str, province: str = "") -> Page | None:
        """The page as it is today in `province`; None when there is none any more, or not yet."""
        return in_force(self._rows.get().get(name, ()), province, clock.now().date())


def _read(files: Sequence[Path]) -> dict[str, list[Page]]:
    (file,) = files
    try:
        named = yaml.safe_load(file.read_text("utf-8"))["pages"].items()
        return {str(name): [_page(str(name), row) for row in rows] for name, rows in named}
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise MisconfiguredError(f"{file.name} is no file of pages: {error!r}") from error


def _page(name: str, row: dict[str, Any]) -> Page:
    if unknown := set(row) - _KEYS:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    title, about, url, source = (str(row[key]).strip() for key in ("title", "about", "url", "source"))
    if not 0 < len(title) <= TITLE_LIMIT or not 0 < len(about) <= ABOUT_LIMIT:
        raise ValueError(f"{name}: title has 1 to {TITLE_LIMIT} characters, about 1 to {ABOUT_LIMIT}")
    if links_in(url) != [url] or not may_be_said(url) or set(url) & set("\"'<> "):
        raise ValueError(f"{name}: {url} is no https link to a domain of {LOOKUP.name}")
    if not source:
        raise ValueError(f"{name}: no source")
    first, last = days(row)
    return Page(name, title, about, url, str(row.get("province", "")), first, last, source)
