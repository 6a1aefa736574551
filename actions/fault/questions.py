"""What is asked for each part, and the sentence that reads everything back."""

from __future__ import annotations

import re

from actions import places
from actions.fault.marks import marks
from actions.fault.state import NO_PHONE, UNKNOWN, Fault
from actions.turn import Turn
from kit.spoken import Speaker

_ROOM = re.compile(r"\d{3,}")


def ask(turn: Turn, fault: Fault, part: str, tries: int = 0) -> None:
    """The question for a part; before it, once, what may spare a visit or a life. `tries`: asked so often in vain."""
    _hint(turn, fault, part)
    if part == "place":
        places.ask(turn, fault, tries)
    elif part == "door":
        kind = "house" if fault.kind == "village" else "building" if fault.scope == "building" else "door"
        turn.say(f"utter_fault_ask_{kind}")
    elif part == "what":
        turn.say(f"utter_fault_ask_what_{fault.intent}")
    else:
        turn.say(f"utter_fault_ask_{part}")


def confirm(turn: Turn, fault: Fault) -> None:
    """Matter, place, reach and telephone in one sentence."""
    _hint(turn, fault, "confirmation")
    if fault.phone == NO_PHONE:
        phone = turn.piece("part_fault_no_phone")
    else:
        phone = turn.piece("part_fault_phone", tail=fault.phone[-4:])
    known = "scope" in fault.wish.parts and fault.scope != UNKNOWN
    turn.say(
        "utter_fault_confirm", what=turn.piece(f"part_fault_{fault.intent}"), place=turn.spoken(fault.full) + door(turn, fault),
        scope=turn.piece(f"part_fault_scope_{fault.scope}") if known else "", phone=phone,
    )  # fmt: skip


def door(turn: Turn, fault: Fault) -> str:
    """The door; spoken, a room's number is read digit by digit."""
    if turn.channel != "ivr":
        return fault.door
    speaker = Speaker(spoken=True)
    return turn.spoken(_ROOM.sub(lambda found: speaker.render(found[0], "digits"), fault.door))


def _hint(turn: Turn, fault: Fault, part: str) -> None:
    if fault.hinted or part == "place":
        return
    if "medical_device" in marks(turn):
        turn.say("utter_fault_medical")
    elif fault.intent == "claim_compensation":
        turn.say("utter_fault_claim_hint")
    elif fault.intent == "report_outage" and fault.scope == "household":
        turn.say("utter_fault_switch_hint")
    else:
        return
    fault.hinted = True
