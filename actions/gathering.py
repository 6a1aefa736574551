"""Facts that are gathered from what residents say, one reader a kind; which there are: `data/knowledge/gathering.yml`.

Unasked, a reader takes only what plainly is such a fact, so that nothing given once is asked for; asked, also what merely
looks like one. Values are text as the order holds it; '' is a fact that cannot be told, where that is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cn2an
import yaml

from actions.accounts.proof import account_in
from actions.forms import CERTAIN
from actions.identity import name_in
from actions.places import Sought, seek
from actions.reading import phones_in, plain
from actions.turn import SURE, Turn
from backends.contracts import Place
from kit.errors import MisconfiguredError
from kit.settings import ROOT
from kit.watched import Watched

FILE = ROOT / "data" / "knowledge" / "gathering.yml"
READERS = ("place", "name", "phone", "account", "power", "number", "choice", "time", "words")
SLIPPED = 8  # characters in which nothing else is said
OPEN = frozenset({"time", "words"})  # whose facts are kept in the resident's words
# Entities that alone are such a fact.
_TAKES = {"place": ("address",), "name": ("person_name",), "phone": ("phone_number",), "time": ("time",)}
LONGEST = 500  # characters of a fact in the resident's words
# Never an answer in the resident's own words.
_NO_WORDS = frozenset(
    {"affirm", "deny", "greet", "thank", "goodbye", "abuse", "out_of_scope", "bot_challenge"}
)
_NUMERAL = r"(\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)"
_POWER = re.compile(rf"{_NUMERAL}\s*个?\s*(千瓦|千伏安|兆瓦|kva|kw|mw)", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:大概|大约|差不多|约|就|要|有|一共|总共|用|我家|家里)*{_NUMERAL}(?:个|口|人|位|度|的|左右|吧|呢|够了|样子|[，。,.])*"
)
_HEADS = re.compile(rf"{_NUMERAL}\s*口")  # people of a household
_UNITS = {"千瓦": ("千瓦", 1), "kw": ("千瓦", 1), "千伏安": ("千伏安", 1), "kva": ("千伏安", 1), "兆瓦": ("千瓦", 1000),
          "mw": ("千瓦", 1000)}  # fmt: skip
_LETTER = re.compile(r"[\u4e00-\u9fffa-zA-Z0-9]")


@dataclass(frozen=True)
class Fact:
    """A kind of fact; `called`: what residents name it by; `options`: words of each choice.

    `told_by`: intents that a message is taken for which only answers the question (线有点老化: a hazard).
    """

    name: str
    reader: str
    optional: bool = False
    called: tuple[str, ...] = ()
    options: dict[str, list[str]] = field(default_factory=dict)
    affirm: str = ""
    deny: str = ""
    told_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Gathering:
    """Kinds of facts by name, and lists of words by name; a list may be a mapping of lists."""

    facts: dict[str, Fact]
    words: dict[str, Any]

    def says(self, name: str, text: str) -> bool:
        """Whether the text holds a word of that list."""
        return mentions(text, self.words[name])

    def which(self, name: str, text: str) -> list[str]:
        """The lists of the mapping of which the text holds a word."""
        return [key for key, words in self.words[name].items() if mentions(text, words)]


@dataclass(frozen=True)
class Reading:
    """What was read: `value`; of an address also the place, where one is surely meant."""

    value: str
    place: Place | None = None


def mentions(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def load(files: Sequence[Path]) -> Gathering:
    """Raises `MisconfiguredError`, naming the fact and the reason."""
    try:
        written = yaml.safe_load(files[0].read_text("utf-8"))
        facts = {name: _fact(name, row) for name, row in written["facts"].items()}
        return Gathering(facts, dict(written["words"]))
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise MisconfiguredError(f"{FILE.name} cannot be used: {error!r}") from error


GATHERING: Watched[Gathering] = Watched(lambda: [FILE], load)


def _fact(name: str, row: dict[str, Any]) -> Fact:
    if row["reader"] not in READERS:
        raise ValueError(f"{name}: reader must be one of {', '.join(READERS)}")
    options = dict(row.get("options", {}))
    if (row["reader"] == "choice") != bool(options):
        raise ValueError(f"{name}: a choice has options, and nothing else has")
    named = {row[yes] for yes in ("affirm", "deny") if yes in row}
    if not named <= set(options):
        raise ValueError(f"{name}: affirm and deny must be options")
    return Fact(
        name, row["reader"], bool(row.get("optional")), tuple(row.get("called", ())), options,
        str(row.get("affirm", "")), str(row.get("deny", "")), frozenset(row.get("told_by", ())),
    )  # fmt: skip


async def read(
    turn: Turn, fact: Fact, *, asked: bool, text: str = "", sought: Sought | None = None
) -> Reading | None:
    """The fact as the message gives it; None: not at all. Raises `BackendError` where a place is looked up.

    `text`: the part of the message that may hold it, all by default. `sought`: what was told of the address so far;
    brought up to date.
    """
    text = text or turn.text
    if fact.reader == "place":
        found = await _place(turn, text, sought or Sought(), asked=asked)
    else:
        value = _value_of(turn, fact, text, asked=asked)
        found = Reading(value[:LONGEST]) if value else None
    if found is None and asked and fact.optional and GATHERING.get().says("unknown", text):
        return Reading("")
    return found


def _value_of(turn: Turn, fact: Fact, text: str, *, asked: bool) -> str:
    match fact.reader:
        case "phone":
            return _phone(turn, text, asked=asked)
        case "name":
            people = [turn.words_of(entity) for entity in turn.entities("person_name")]
            return people[0] if people else name_in(text, asked=asked)
        case "account":
            number = account_in(turn)
            return number.digits if number and number.is_account else ""
        case "power":
            return power(text, bare=asked)
        case "number":
            found = _HEADS.search(plain(text)) or (_BARE.fullmatch(plain(text)) if asked else None)
            return f"{_value(found[1]):g}" if found else ""
        case "choice":
            return _choice(turn, fact, text) if asked else ""
        case _:
            return _words(turn, fact, text) if asked else ""


def plainly(turn: Turn, fact: Fact) -> bool:
    """Whether the message plainly is the fact that was asked for, whatever it was understood as (6个人: 转人工)."""
    if turn.nothing_but(*_TAKES.get(fact.reader, ())):
        return True
    return fact.reader not in (*OPEN, "place") and bool(_value_of(turn, fact, turn.text, asked=True))


def forgets(text: str) -> bool:
    """Whether somebody says in a word or two that he cannot tell (记不清了), which is an answer."""
    return len(plain(text)) <= SLIPPED and GATHERING.get().says("forgotten", text)


def power(text: str, *, bare: bool = False) -> str:
    """`30千瓦` or `500千伏安` as the text says it, megawatts as kilowatts; '' if it does not. `bare`: a number alone is kW."""
    written = plain(text)
    if found := _POWER.search(written):
        unit, times = _UNITS[found[2].lower()]
        return f"{_value(found[1]) * times:g}{unit}"
    if bare and (found := _BARE.fullmatch(written)):
        return f"{_value(found[1]):g}千瓦"
    return ""


def kva(text: str) -> float:
    """The greatest power the text names, kW taken for kVA; 0 if none."""
    return max((_value(n) * _UNITS[u.lower()][1] for n, u in _POWER.findall(plain(text))), default=0.0)


def _value(numeral: str) -> float:
    try:
        return float(cn2an.cn2an(numeral, "smart"))
    except ValueError:  # 千万千, 十零: no number
        return 0.0


def _phone(turn: Turn, text: str, *, asked: bool) -> str:
    # Last what was spoken in a way only the model could read.
    if asked and turn.caller and GATHERING.get().says("this_number", text):
        return turn.caller
    read = [text, *(str(entity.get("value") or "") for entity in turn.entities("phone_number"))]
    return next((number for words in read for number in phones_in(words, nearby=asked)), "")


def offer_caller(turn: Turn) -> None:
    """Before a telephone is asked for: the one that the call comes from will do."""
    if turn.caller:
        turn.say("utter_caller_known")


def _choice(turn: Turn, fact: Fact, text: str) -> str:
    hits = {
        name: max((len(w) for w in words if w in text), default=0) for name, words in fact.options.items()
    }
    best = max(hits, key=lambda name: hits[name])
    if hits[best]:
        return best
    return fact.affirm if turn.yes else fact.deny if turn.no else ""


def _words(turn: Turn, fact: Fact, text: str) -> str:
    # Names and things that the model never saw are out of scope for it, unless beyond doubt.
    enough = CERTAIN if turn.intent == "out_of_scope" else SURE
    empty = turn.understood and turn.intent in _NO_WORDS and turn.confidence >= enough
    if empty or len(set(_LETTER.findall(text))) < 2:
        return ""
    return "" if fact.optional and GATHERING.get().says("unknown", text) else text.strip()


async def _place(turn: Turn, text: str, sought: Sought, *, asked: bool) -> Reading | None:
    """An address by what the utility knows; what is called an address and is on no list is given back as it was said."""
    named = turn.address
    said = named if text == turn.text or (named and named in text) else text
    if not asked and not said:
        return None
    before = replace(sought)
    words, answer = await seek(turn, sought, said)
    if answer.match == "exact":
        return Reading(words, answer.places[0])
    return Reading(said or words) if said or sought.narrowed(before) else None
