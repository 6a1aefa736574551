"""Taking facts out of a message: those asked for, those given unasked, and those corrected."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from actions.applications.guide import Variant
from actions.applications.state import State
from actions.gathering import GATHERING, Fact, Reading, mentions, read
from actions.turn import Turn

# 不对，是李秀英: the new value stands behind the last of these.
_BEFORE_VALUE = re.compile(r"改成|换成|改为|应该是|是|叫")


# Beside an address that no place was found for: for whoever sees to the order.
UNRESOLVED = "address_unresolved"
ADDRESS = "address"


@dataclass(frozen=True)
class Harvest:
    """`told`: the message gave a fact; `heard`: at least an address, though not surely a place; `narrowed`: a part of one."""

    told: bool
    heard: bool = False
    narrowed: bool = False


async def harvest(turn: Turn, state: State, variant: Variant, asked: str = "") -> Harvest:
    """Keep in `state` every missing fact that the message gives; `asked` is the one it should answer.

    A place that the order does not need is kept as well, if it is surely known.
    """
    facts = GATHERING.get().facts
    told, heard, narrowed, taken = False, False, False, ""
    wanted = dict.fromkeys([*variant.facts, ADDRESS])
    names = sorted((name for name in wanted if name not in state.facts), key=lambda name: name != asked)
    for fact in (facts[name] for name in names):
        # One name is not two people's, and a name within free words (宏达机械厂) nobody's in particular.
        if fact.reader == taken or (fact.reader == "name" and taken == "words"):
            continue
        ask = fact.name == asked
        needed, before = fact.name in variant.facts, replace(state)
        found = await read(turn, fact, asked=ask, sought=state if needed else None)
        if fact.reader == "place" and not _settled(state, before, found, needed=needed, asked=ask):
            heard, narrowed = heard or found is not None, state.narrowed(before)
            continue
        if found is None:
            continue
        keep(state, fact, found)
        told, taken = True, fact.reader if ask else taken
    return Harvest(told, heard, narrowed)


def _settled(state: State, before: State, found: Reading | None, *, needed: bool, asked: bool) -> bool:
    """Whether what was read of an address is to be kept; if not, how far it came is in `state` for the next question.

    An address on no list is asked for once more, for most are only misheard. Said again it is taken as it is: new houses
    are on no list.
    """
    if found is None or found.place:
        return found is not None
    again = asked and bool(before.lost and state.lost) and not state.narrowed(before)
    return needed and again


async def recall(turn: Turn, state: State) -> None:
    """Look up the address that was named before it was known what is applied for."""
    if said := state.partly:
        state.found()
        fact = GATHERING.get().facts[ADDRESS]
        found = await read(turn, fact, asked=True, text=said, sought=state)
        if found and found.place:
            keep(state, fact, found)


async def correct(turn: Turn, state: State, variant: Variant) -> list[Fact]:
    """Take over the values that the message sets right; returns the facts that it names."""
    facts = GATHERING.get().facts
    wanted = [facts[name] for name in variant.facts]
    named = [fact for fact in wanted if mentions(turn.text, fact.called)]
    parts = _BEFORE_VALUE.split(turn.text)
    for fact in wanted:
        by_name = fact in named and len(parts) > 1
        before = replace(state)
        found = await read(turn, fact, asked=by_name, text=parts[-1] if by_name else "", sought=state)
        if fact.reader == "place" and not _settled(state, before, found, needed=True, asked=False):
            continue
        if found and (found.value or by_name):
            keep(state, fact, found)
    return named


async def corrected(turn: Turn, state: State, variant: Variant) -> bool:
    """Whether the message sets a fact right that was given before, while another is asked for."""
    given = [name for name in variant.facts if name in state.facts]
    before = dict(state.facts)
    await correct(turn, state, replace(variant, facts=tuple(given)))
    return state.facts != before


def missing(state: State, variant: Variant) -> str:
    """The fact to ask for next; '' if none is missing."""
    return next((name for name in variant.facts if name not in state.facts), "")


def drop(state: State, fact: Fact) -> None:
    """What was wrong is asked for anew."""
    state.facts.pop(fact.name, None)
    if fact.reader == "place":
        state.place_id = ""
        state.facts.pop(UNRESOLVED, None)


def keep(state: State, fact: Fact, found: Reading) -> None:
    """Take the fact over; an address without a place is marked as such."""
    state.facts[fact.name] = found.value
    if fact.reader != "place":
        return
    value = found.value if found.place else state.so_far or found.value
    state.found()
    state.facts[fact.name] = value
    state.facts.pop(UNRESOLVED, None)
    state.place_id = found.place.place_id if found.place else ""
    if found.place is None:
        state.facts[UNRESOLVED] = value
        return
    state.province, state.city, state.district = found.place.province, found.place.city, found.place.district
