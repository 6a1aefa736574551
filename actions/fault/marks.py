"""What a conversation told about people and access that matters to a crew, and what is done where a life hangs on power."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.fault import rules
from actions.turn import Event, Turn
from backends.contracts import Mark

LOOKED_BACK = 12  # turns in which a mark may have been said
MACHINE = "medical_device"


def heard(turn: Turn) -> list[str]:
    """The resident's messages of this conversation, this one first."""
    turns = [turn.events, *turn.earlier][:LOOKED_BACK]
    return [turn.text, *(str(one[0].get("text") or "") for one in turns if one)]


def marks(turn: Turn) -> frozenset[Mark]:
    return rules.marks_in(heard(turn))


def lifeline(turn: Turn) -> list[Event]:
    """Somebody lives by a machine where no crew need be sent, since why it is dark is known: 120 is named, and a
    person follows it up. The action that hands over is left to the caller; nothing if there is no such machine.
    """
    if MACHINE not in marks(turn):
        return []
    turn.say("utter_outage_machine")
    return [SlotSet("handoff_reason", MACHINE)]
