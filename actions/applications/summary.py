"""The questions of an application, and the sentence that sums it up before it is written."""

from __future__ import annotations

from actions import places
from actions.applications.collect import ADDRESS, UNRESOLVED, missing
from actions.applications.guide import GUIDES, Variant
from actions.applications.state import State
from actions.applications.tell import in_force
from actions.gathering import GATHERING, offer_caller
from actions.turn import Turn

TAIL = 4  # digits of a number read back: enough to notice a slip, no use to a listener


def question(turn: Turn, state: State, *, again: bool, tries: int = 0) -> None:
    """Ask what stands next. `again`: in other words. `tries`: answers missed."""
    guide = GUIDES.get()[state.intent]
    variant = guide.variant(state.variant)
    if variant is None:
        turn.choose("utter_apply_which", [one.label for one in guide.labelled])
    elif state.stage == "consent":
        if not again and turn.channel != "ivr":
            for term in in_force(turn, state, variant, ["online"]):
                turn.say("utter_apply_term", text=term.text)
        turn.say("utter_apply_offer_again" if again else "utter_apply_offer")
    elif state.stage == "facts":
        name = missing(state, variant)
        if GATHERING.get().facts[name].reader == "place":
            first = f"utter_apply_ask_{name}"
            places.ask(turn, state, tries, first=first, unknown=f"{first}_again")
        else:
            if GATHERING.get().facts[name].reader == "phone":
                offer_caller(turn)
            turn.say(f"utter_apply_ask_{name}{'_again' if again else ''}")
    elif state.stage == "which":
        turn.say("utter_apply_which_wrong")
    else:
        turn.say("utter_apply_confirm", title=variant.title, facts=_told(turn, state, variant))


def _told(turn: Turn, state: State, variant: Variant) -> str:
    known = [name for name in dict.fromkeys([*variant.facts, ADDRESS]) if state.facts.get(name)]
    told = [
        _fact(turn, UNRESOLVED if name == ADDRESS and UNRESOLVED in state.facts else name, state.facts[name])
        for name in known
    ]
    return turn.piece("part_apply_pause").join(told)


def _fact(turn: Turn, name: str, value: str) -> str:
    if name == UNRESOLVED:
        return turn.piece(f"part_apply_{name}", value=turn.spoken(value))
    fact = GATHERING.get().facts[name]
    if fact.reader == "choice":
        return turn.piece(f"part_apply_{name}_{value}")
    if fact.reader in ("phone", "account"):
        return turn.piece(f"part_apply_{name}", value=value[-TAIL:])
    return turn.piece(f"part_apply_{name}", value=turn.spoken(value))
