"""Finding the place that is meant, by parts if need be: nothing rather than the wrong estate."""

from __future__ import annotations

from actions.fault.reading import door_in, scope_in
from actions.fault.state import Fault
from actions.places import Sought, seek
from actions.reading import plain
from actions.turn import Turn


async def find(turn: Turn, fault: Fault, known: str = "") -> bool:
    """Whether the place is surely meant; else what was told of it is kept to be asked about. `known`: spoken of before."""
    _, answer = await seek(turn, fault, known=known)
    if answer.match != "exact":
        return False
    fault.take_place(answer.places[0])
    fault.take_door(door_in(turn.text, fault.place))
    return True


async def replaced(turn: Turn, fault: Fault) -> bool:
    """Whether the message surely means another place, which then takes the place of the one in hand."""
    _, answer = await seek(turn, Sought())
    if answer.match != "exact" or answer.places[0].place_id == fault.place_id:
        return False
    fault.take_place(answer.places[0])
    fault.scope = scope_in(turn.text) or fault.scope
    fault.door, fault.door_asked = door_in(turn.text, fault.place), 0
    return True


def names_another(turn: Turn, fault: Fault) -> bool:
    """Whether the message names an address that is more than a door of the place in hand."""
    said = plain(turn.address).replace(" ", "")
    return bool(said.replace(door_in(said, fault.place), "")) and fault.place not in said
