"""Whether a message answers the question that stands, part by part."""

from __future__ import annotations

from typing import Literal

from actions.fault import places, reading, rules
from actions.fault.state import NO_PHONE, Fault
from actions.turn import Turn

ENOUGH = 2  # asked so often, the door is left to the crew
Verdict = Literal["yes", "changed", "wrong", ""]


async def take(turn: Turn, fault: Fault, part: str, *, elsewhere: bool) -> bool:
    """Takes the answer. `elsewhere`: the message is clearly about something else."""
    if part == "place":
        return (
            False if elsewhere and not places.names_another(turn, fault) else await places.find(turn, fault)
        )
    if part == "scope":
        # Of "the estate has a gate" the estate is no answer.
        short = not elsewhere and not rules.tells(turn.text)
        fault.scope = reading.scope_in(turn.text, asked=short) or fault.scope
        return bool(fault.scope)
    if part == "phone":
        if not fault.phone and not elsewhere and (reading.declines_phone(turn.text) or turn.no):
            fault.phone = NO_PHONE
        return bool(fault.phone)
    if part == "door":
        return _door(turn, fault, elsewhere)
    if elsewhere:
        return False
    setattr(fault, part, getattr(fault, part) or reading.bare(turn.text, 100))
    return True


async def moved(turn: Turn, fault: Fault, *, elsewhere: bool) -> bool:
    """Whether another place is meant than the one in hand: one that is named replaces it, else it is asked for."""
    if not fault.place_id:
        return False
    if places.names_another(turn, fault) and not elsewhere and not reading.of_neighbours(turn.text):
        return await places.replaced(turn, fault)
    if reading.other_place(turn.text):
        _void(fault, "place")
        return True
    return False


async def judge(turn: Turn, fault: Fault, before: Fault) -> Verdict:
    """What becomes of what was read back. `before`: as it was read back; `fault`: with what the message gave unasked."""
    if places.names_another(turn, fault) and await places.find(turn, fault):
        return "changed"
    if (fault.door, fault.phone, fault.scope) != (before.door, before.phone, before.scope):
        return "changed"
    part = reading.doubted(turn.text, fault.wish.parts)
    if part and (reading.says_no(turn.text) or before.wrong or turn.no):
        _void(fault, part)
        return "changed"
    if reading.says_no(turn.text) or turn.no:
        return "wrong"
    if turn.yes:
        return "yes"
    return ""


def _door(turn: Turn, fault: Fault, elsewhere: bool) -> bool:
    if reading.door_in(turn.text, fault.place):
        return True
    if elsewhere:
        return False
    if reading.cannot_tell(turn.text) or reading.says_no(turn.text) or turn.no:
        fault.door_asked = ENOUGH
        return True
    said = reading.bare(turn.text)
    if not any(character.isdigit() for character in said) and fault.kind != "village":
        return False
    fault.take_door(
        turn.piece("part_building", number=said) if said.isdigit() and fault.scope == "building" else said
    )
    return bool(said)


def _void(fault: Fault, part: str) -> None:
    """What was wrong is asked for again, and nothing else."""
    if part == "place":
        fault.place_id = fault.place = fault.full = fault.door = ""
        fault.scope = fault.own_scope
        fault.found()
        fault.checked, fault.door_asked = False, 0
    elif part == "door":
        fault.door, fault.door_asked = "", 0
    else:
        setattr(fault, part, "")
