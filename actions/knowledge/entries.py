"""Entries of `data/knowledge/answers/*.yml`: what residents ask, and what may be said to it, by province and day.

entries:
- id: pay_at_home                    unique in all files
  title: 在家怎么交电费                what the entry is about, as one of several to choose from
  intents: [ask_payment_method]      the intents it may answer
  questions: [在家怎么缴费, …]          two or more, as residents write them
  computed: true                    left out mostly; `action_estimate` tells the same with the resident's own figures
  registers: waive                  left out mostly; the request that is offered to be taken down afterwards:
                                    waive (a late fee) or defer (a payment)
  answers:                           a row a province and time
  - province: 上海                    left out: everywhere
    valid_from: 2024-06-01
    valid_to: 2026-12-31             left out: until further notice; the last day it holds
    source: …                        where the row is from
    text: …                          for the eye; figures and links may stand here, for the row is dated; a link is
                                     https and leads to a domain of data/knowledge/domains.yml
    ivr: …                           for the ear, without digits, links and lists; left out where `text` is such already
    buttons: [{title: …, payload: …}]
    page: …                          a page of data/knowledge/pages.yml, shown as a card where there is a screen
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kit.dated import days, in_force, latest
from kit.errors import MisconfiguredError
from kit.links import LOOKUP, links_in, may_be_said

_UNSPEAKABLE = re.compile(r"[0-9０-９a-z@#*_<>{}\[\]\n·•/%‰]|[A-Z]{4,}", re.ASCII)
ENTRY_KEYS = {"id", "title", "intents", "questions", "computed", "registers", "answers"}
REGISTERS = ("", "waive", "defer")
ANSWER_KEYS = {"province", "valid_from", "valid_to", "source", "text", "ivr", "buttons", "page"}


@dataclass(frozen=True)
class Answer:
    """What may be said from `valid_from` to `valid_to` (inclusive), in `province` ('': everywhere)."""

    text: str
    ivr: str
    buttons: tuple[tuple[str, str], ...]
    province: str
    valid_from: date
    valid_to: date | None
    source: str
    page: str = ""

    def words(self, channel: str) -> str:
        return self.ivr if channel == "ivr" else self.text


@dataclass(frozen=True)
class Entry:
    """One matter that residents ask about."""

    id: str
    title: str
    intents: frozenset[str]
    questions: tuple[str, ...]
    answers: tuple[Answer, ...]
    registers: str = ""
    computed: bool = False

    def answer(self, province: str, day: date) -> Answer | None:
        """What is true there on that day; a province's own row before one for all, the newer before the older."""
        return in_force(self.answers, province, day)

    def ended(self, province: str, day: date) -> Answer | None:
        """What was true there last, if nothing is any more."""
        return None if self.answer(province, day) else latest(self.answers, province, day)


def speakable(text: str) -> bool:
    """Whether a voice can read it: no digits, links, lists or markup."""
    return not _UNSPEAKABLE.search(text)


def read(file: Path) -> list[Entry]:
    """The entries of one file. Raises `MisconfiguredError` with file, entry and reason."""
    try:
        written = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MisconfiguredError(f"{file.name}: cannot be read: {error}") from error
    if not isinstance(written, dict) or not isinstance(written.get("entries"), list):
        raise MisconfiguredError(f"{file.name}: must hold `entries:` with a list")
    found: dict[str, Entry] = {}
    for place, row in enumerate(written["entries"], 1):
        name = row.get("id") if isinstance(row, dict) else None
        try:
            entry = _entry(row)
            if entry.id in found:
                raise ValueError("this id is used twice")
        except ValueError as error:
            raise MisconfiguredError(f"{file.name}: entry {name or f'number {place}'}: {error}") from error
        found[entry.id] = entry
    return list(found.values())


def _entry(row: Any) -> Entry:
    _keys(row, ENTRY_KEYS)
    name, title = _text(row, "id"), _text(row, "title")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError("id: must be lower-case letters, digits and _")
    intents, questions = _texts(row, "intents", 1), _texts(row, "questions", 2)
    answers = row.get("answers")
    if not isinstance(answers, list) or not answers:
        raise ValueError("answers: must be a list of one or more rows")
    registers = row.get("registers", "")
    if registers not in REGISTERS:
        raise ValueError(f"registers: must be one of {', '.join(filter(None, REGISTERS))}")
    computed = row.get("computed", False)
    if not isinstance(computed, bool):
        raise ValueError("computed: must be true or left out")
    told = tuple(_answer(a) for a in answers)
    return Entry(name, title, frozenset(intents), tuple(questions), told, registers, computed)


def _answer(row: Any) -> Answer:
    _keys(row, ANSWER_KEYS)
    first, last = days(row)
    text = _text(row, "text")
    if forged := [link for link in links_in(text) if not may_be_said(link)]:
        raise ValueError(f"text: {forged[0]} is no https link to a domain of {LOOKUP.name}")
    ivr = _text(row, "ivr") if "ivr" in row else text
    if not speakable(ivr):
        raise ValueError(
            "ivr: must be speakable, without digits, Latin words, links, lists and markup (write 九五五九八)"
        )
    buttons = row.get("buttons") or []
    try:
        pairs = tuple((str(b["title"]), str(b["payload"])) for b in buttons)
    except (TypeError, KeyError) as error:
        raise ValueError("buttons: each needs title and payload") from error
    province = str(row.get("province") or "")
    page = _text(row, "page") if "page" in row else ""
    return Answer(text, ivr, pairs, province, first, last, _text(row, "source"), page)


def _keys(row: Any, known: set[str]) -> None:
    if not isinstance(row, dict):
        raise ValueError("must be a mapping")
    if unknown := set(row) - known:
        raise ValueError(f"unknown keys {sorted(map(str, unknown))}; known are {sorted(known)}")


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key}: must be a text")
    return value.strip()


def _texts(row: dict[str, Any], key: str, least: int) -> list[str]:
    values = row.get(key)
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise ValueError(f"{key}: must be a list of texts (quote what looks like a number or a mapping)")
    if len(set(values)) < max(least, len(values)):
        raise ValueError(f"{key}: needs {least} or more, none of them twice")
    return values
