"""The fast lane: open only while a measure in force says so for this kind of project."""

from __future__ import annotations

from actions.applications.guide import Variant
from actions.applications.state import State
from actions.gathering import GATHERING
from actions.turn import Turn
from backends.client import BackendError
from kit.logging import get

log = get(__name__)


def subjects(state: State) -> list[str]:
    """Which kinds of project the resident's words name: the keys of `green` in `gathering.yml`."""
    return GATHERING.get().which("green", " ".join([*state.said, *state.facts.values()]))


async def opened(turn: Turn, state: State, variant: Variant) -> bool:
    """Whether a measure opens the lane today. Measures that cannot be asked open nothing: no promise is made of silence."""
    named = subjects(state)
    if not named:
        return False
    try:
        measures = await turn.clients.measures.in_force(state.province)
    except BackendError as error:
        log.warning("measures_not_known", error=type(error).__name__)
        return False
    customer = "resident" if variant.customer == "resident" else "firm"
    return any(
        customer in measure.customers and measure.effects.green_channel & set(named) for measure in measures
    )
