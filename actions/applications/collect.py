"""Taking facts out of a message: those asked for, those given unasked, and those corrected."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.applications.guide import Variant
from actions.applications.state import State
from actions.gathering import GATHERING, Fact, Reading, mentions, read
from actions.turn import Turn

# 不对，是李秀英: the new value stands behind the last of these.
_BEFORE_VALUE = re.compile(r"改成|换成|改为|应该是|是|叫")


@dataclass(frozen=True)
class Harvest:
    """`told`: the message gave a fact; `candidates`: the places an address may be."""

    told: bool
    candidates: tuple[str, ...] = ()


async def harvest(
    turn: Turn, state: State, variant: Variant, asked: str = "", options: tuple[str, ...] = ()
) -> Harvest:
    """Keep in `state` every missing fact that the message gives; `asked` is the one it should answer."""
    facts = GATHERING.get().facts
    told, taken = False, ""
    candidates: tuple[str, ...] = ()
    names = sorted(
        (name for name in variant.facts if name not in state.facts), key=lambda name: name != asked
    )
    for fact in (facts[name] for name in names):
        # One name is not two people's, and a name within free words (宏达机械厂) nobody's in particular.
        if fact.reader == taken or (fact.reader == "name" and taken == "words"):
            continue
        found = await read(
            turn, fact, asked=fact.name == asked, options=options if fact.name == asked else ()
        )
        if found is None:
            continue
        if found.candidates:
            candidates = found.candidates
            continue
        keep(state, fact, found)
        told, taken = True, fact.reader if fact.name == asked else taken
    return Harvest(told, candidates)


async def correct(turn: Turn, state: State, variant: Variant) -> list[Fact]:
    """Take over the values that the message sets right; returns the facts that it names."""
    facts = GATHERING.get().facts
    wanted = [facts[name] for name in variant.facts]
    named = [fact for fact in wanted if mentions(turn.text, fact.called)]
    parts = _BEFORE_VALUE.split(turn.text)
    for fact in wanted:
        by_name = fact in named and len(parts) > 1
        found = await read(turn, fact, asked=by_name, text=parts[-1] if by_name else "")
        if found and not found.candidates and (found.value or by_name):
            keep(state, fact, found)
    return named


def missing(state: State, variant: Variant) -> str:
    """The fact to ask for next; '' if none is missing."""
    return next((name for name in variant.facts if name not in state.facts), "")


def keep(state: State, fact: Fact, found: Reading) -> None:
    state.facts[fact.name] = found.value
    if fact.reader == "place":
        state.place_id = found.place.place_id if found.place else ""
        if found.place:
            state.province, state.city, state.district = (
                found.place.province,
                found.place.city,
                found.place.district,
            )
