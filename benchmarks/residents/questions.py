"""Which question the bot put: recognised by its words, as a resident does, and what may be chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

import cn2an
import yaml
from rapidfuzz import fuzz

from benchmarks.residents.record import Words
from kit.settings import ROOT

WORDS = Path(__file__).parent / "words.yml"
_PLACEHOLDER = re.compile(r"\\\{[^{}]+\\\}")
_OPTION = re.compile(r"第[一二三四五六七八九十]+，(.*?)(?=；第|。|$)")


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """What these residents say (`words.yml`)."""
    loaded: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def responses() -> dict[str, list[str]]:
    """Every wording of every response, by its key."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for key, variants in yaml.safe_load(file.read_text("utf-8"))["responses"].items():
            found.setdefault(key, []).extend(one["text"] for one in variants)
    return found


def pattern(text: str) -> re.Pattern[str]:
    """Finds a response whatever its values are."""
    return re.compile(
        _PLACEHOLDER.sub(".*?", re.escape(text.strip().removesuffix("{options}").strip())), re.DOTALL
    )


@lru_cache(maxsize=1)
def _known() -> list[tuple[str, re.Pattern[str]]]:
    known = []
    for name, question in wording()["questions"].items():
        for key, texts in responses().items():
            if any(fnmatch(key, wanted) for wanted in question["keys"]):
                known += [(name, pattern(text)) for text in texts]
    return known


def was_said(key: str, text: str) -> bool:
    """Whether a response of this key is in the text."""
    return any(pattern(one).search(text) for one in responses()[key])


@dataclass(frozen=True)
class Question:
    """`name` as in `words.yml`; `options` that were listed, in order."""

    name: str
    options: tuple[str, ...] = ()


def asked(said: list[Words]) -> Question | None:
    """The last question among what was said; None if nothing is asked that a resident would know."""
    for words in reversed(said):
        ends = [
            (m.end(), m.end() - m.start(), name) for name, one in _known() if (m := _last(one, words.text))
        ]
        if ends:
            options = words.buttons or tuple(_OPTION.findall(words.text))
            return Question(max(ends)[2], options)
    return None


def _last(one: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(reversed(list(one.finditer(text))), None)


def nearest(options: tuple[str, ...], wanted: str) -> int:
    """Which option is most like what is wanted; figures count as numerals, so that 60弄 and 六十弄 are the same."""

    def plain(text: str) -> str:
        return str(cn2an.transform(text, "an2cn")) if re.search(r"\d", text) else text

    scores = [fuzz.partial_ratio(plain(option), plain(wanted)) for option in options]
    return scores.index(max(scores))
