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


async def opened(turn: Turn, state: State, variant: Variant) -> bool:
    """Whether a measure opens the lane today: where it is to be built, else where the message, the account or the house is.

    Measures that cannot be asked open nothing: no promise is made of silence."""
    named = subjects(state)
    if not named:
        return False
    customer = "resident" if variant.customer == "resident" else "firm"
    if state.city or state.district:
        known = await measures.in_force(turn, state.province, state.city, state.district, customer)
    else:
        known = await measures.here(turn, customer)
    return any(known.green_channel(subject) for subject in named)
