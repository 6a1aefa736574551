"""The data files a town is made of, and the digest of all that decides what it looks like."""

from __future__ import annotations

import hashlib
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from backends.reference.tariffs.book import DATA as TARIFFS
from kit.settings import ROOT

SEED = "95598"
DATA = ROOT / "data" / "knowledge" / "town"


def chance(*parts: str) -> random.Random:
    """The same sequence of choices for the same `parts`, in every process; nothing secret comes from it."""
    return random.Random("/".join((SEED, *parts)))  # noqa: S311


@lru_cache(maxsize=16)
def read(name: str) -> Any:
    """The content of `data/knowledge/town/<name>.yml`."""
    return yaml.safe_load((DATA / f"{name}.yml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def digest() -> str:
    """Changes when the generator, its data, the prices or the tables change."""
    here = Path(__file__).resolve().parent
    prices = here.parent / "tariffs"
    files = [
        *sorted(here.glob("*.py")), *sorted(prices.glob("*.py")), here.parent / "models.py",
        *sorted(DATA.glob("*.yml")), *sorted(TARIFFS.glob("*.yml")),
    ]  # fmt: skip
    joined = hashlib.sha256()
    for file in files:
        joined.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return joined.hexdigest()
