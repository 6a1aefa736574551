"""The questions of an application, and the sentence that sums it up before it is written."""

from __future__ import annotations

from collections.abc import Sequence

from actions.applications.collect import missing
from actions.applications.guide import GUIDES, Variant
from actions.applications.state import State
from actions.applications.tell import in_force
from actions.gathering import GATHERING
from actions.turn import Turn

TAIL = 4  # digits of a number read back: enough to notice a slip, no use to a listener


def question(turn: Turn, state: State, *, again: bool, options: Sequence[str]) -> None:
    """Ask what stands next. `again`: in other words; `options`: the places that an address may be."""
    guide = GUIDES.get()[state.intent]
    variant = guide.variant(state.variant)
    if variant is None:
        turn.choose("utter_apply_which", [one.label for one in guide.labelled])
    elif state.stage == "consent":
        if not again and turn.channel != "ivr":
            for term in in_force(turn, state, variant, ["online"]):
                turn.say("utter_apply_term", text=term.text)
        turn.say("utter_apply_offer_again" if again else "utter_apply_offer")
    elif state.stage == "facts" and options:
        turn.choose("utter_apply_which_place", list(options))
    elif state.stage == "facts":
        turn.say(f"utter_apply_ask_{missing(state, variant)}{'_again' if again else ''}")
    elif state.stage == "which":
        turn.say("utter_apply_which_wrong")
    else:
        turn.say("utter_apply_confirm", title=variant.title, facts=_told(turn, state, variant))


def _told(turn: Turn, state: State, variant: Variant) -> str:
    known = [name for name in variant.facts if state.facts.get(name)]
    return turn.piece("part_apply_pause").join(_fact(turn, name, state.facts[name]) for name in known)


def _fact(turn: Turn, name: str, value: str) -> str:
    fact = GATHERING.get().facts[name]
    if fact.reader == "choice":
        return turn.piece(f"part_apply_{name}_{value}")
    if fact.reader in ("phone", "account"):
        return turn.piece(f"part_apply_{name}", value=value[-TAIL:])
    return turn.piece(f"part_apply_{name}", value=turn.spoken(value))
