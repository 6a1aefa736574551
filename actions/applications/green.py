"""The fast lane: open only while a measure in force says so for this kind of project."""

from __future__ import annotations

from actions import measures
from actions.applications.guide import Variant
from actions.applications.state import State
from actions.gathering import GATHERING
from actions.turn import Turn


def subjects(state: State) -> list[str]:
    """Which kinds of project the resident's words name: the keys of `green` in `gathering.yml`."""
    return GATHERING.get().which("green", " ".join([*state.said, *state.facts.values()]))


async def known(turn: Turn, state: State, variant: Variant) -> measures.InForce:
    """What is in force where it is to be built, else where the message, the account or the house is."""
    customer = "resident" if variant.customer == "resident" else "firm"
    if state.city or state.district:
        return await measures.in_force(turn, state.province, state.city, state.district, customer)
    return await measures.here(turn, customer)


async def opened(turn: Turn, state: State, variant: Variant) -> bool:
    """Whether a measure opens the lane today. Measures that cannot be asked open nothing: no promise is made of silence."""
    named = subjects(state)
    if not named:
        return False
    found = await known(turn, state, variant)
    return any(found.green_channel(subject) for subject in named)
