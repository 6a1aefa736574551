"""First words: held-out utterances (`tests/nlu`), with the resident's own account, place and names in them."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import yaml

from benchmarks.knowledge import questions
from benchmarks.residents.goals import Goal
from benchmarks.residents.questions import wording
from benchmarks.residents.town import Who
from kit.settings import ROOT

LAST_MONTH = frozenset(
    {"query_bill", "query_usage"}
)  # whatever month they ask about: the rows are of this one
HELD_OUT = ("exam.yml", "faults.yml", "general.yml")
_ENTITY = re.compile(r"\[([^\]]*)\](?:\((\w+)\)|(\{[^}]*\}))")


@dataclass(frozen=True)
class Opening:
    """The words, and what they told already."""

    text: str
    entities: frozenset[str]
    who: Who
    right: tuple[str, ...] = ()


def _named(found: re.Match[str]) -> tuple[str, str]:
    """Entity and value of an annotation."""
    if found[2]:
        return found[2], found[1]
    given = json.loads(found[3])
    return given["entity"], given.get("value", found[1])


@lru_cache(maxsize=1)
def held_out() -> dict[str, list[str]]:
    """Annotated utterances by intent."""
    found: dict[str, list[str]] = {}
    for name in HELD_OUT:
        for group in yaml.safe_load((ROOT / "tests" / "nlu" / name).read_text("utf-8"))["nlu"]:
            lines = [line.removeprefix("- ") for line in group.get("examples", "").splitlines()]
            found.setdefault(group.get("intent", ""), []).extend(lines)
    return found


def names(text: str) -> frozenset[str]:
    """The entities annotated in an utterance."""
    return frozenset(_named(found)[0] for found in _ENTITY.finditer(text))


@lru_cache(maxsize=1)
def told_from_knowledge() -> frozenset[str]:
    """The intents that the rules give to knowledge; the others' entries serve flows of their own."""
    steps = [
        step
        for rule in yaml.safe_load((ROOT / "data" / "rules" / "knowledge.yml").read_text("utf-8"))["rules"]
        if any(step.get("action") == "action_answer" for step in rule["steps"])
        for step in rule["steps"]
    ]
    return frozenset(one["intent"] for step in steps for one in step.get("or", [step]) if "intent" in one)


def opening(goal: Goal, who: Who, rng: random.Random) -> Opening:
    """One that fits the goal; whatever reach it names is the resident's from then on."""
    if goal.own == "questions":
        asked = rng.choice(
            [
                one
                for one in questions()["reported"]
                if one["entries"] and one["intent"] in told_from_knowledge()
            ]
        )
        return Opening(asked["ask"], frozenset(), who, tuple(asked["entries"]))
    if goal.own:
        return Opening(rng.choice(wording()["openings"][goal.own]).format(**who.facts()), frozenset(), who)
    fitting = [text for text in held_out()[goal.intent] if not names(text) & goal.without]
    text = rng.choice(fitting)
    own = {
        "account_number": who.account, "address": f"{who.district}{who.place}", "phone_number": who.phone,
        "business_hall": f"{who.hall}营业厅", "person_name": who.holder,
    }  # fmt: skip
    if goal.intent in LAST_MONTH:
        own["time"] = "上个月"

    told = set(names(text)) - {"scope"}

    def exchanged(found: re.Match[str]) -> str:
        nonlocal who
        name, value = _named(found)
        if name == "scope" and value in ("household", "building", "estate", "area"):
            who = replace(who, scope=value)
            told.add("scope")
        return own.get(name, found[1])

    said = _ENTITY.sub(exchanged, text)
    return Opening(said, frozenset(told), who)
