"""Finding the place that is meant, by parts if need be: nothing rather than the wrong estate."""

from __future__ import annotations

from actions.fault.reading import bare, door_in
from actions.fault.state import Fault
from actions.outage import address_of, full_name
from actions.places import look_up
from actions.reading import chosen, plain
from actions.turn import Turn


async def at_first(turn: Turn, fault: Fault) -> bool:
    """From the message that reports, or from what was talked of before."""
    return await find(turn, fault, [address_of(turn), turn.text, str(turn.slot("address") or "")])


async def in_answer(turn: Turn, fault: Fault) -> bool:
    """From the answer: one of the places asked about, a better address, or what was missing of it."""
    which = chosen(turn.text, fault.options) if fault.options else None
    if which is not None:
        return await find(turn, fault, [fault.options[which]])
    return await find(turn, fault, [address_of(turn), turn.text, fault.partly + bare(turn.text)])


async def find(turn: Turn, fault: Fault, words: list[str]) -> bool:
    """Whether one place is surely meant; places that may be are kept to be asked about."""
    said, answer = await look_up(turn, words)
    fault.partly = said[:60] or fault.partly
    if answer.match == "exact":
        fault.take_place(answer.places[0])
        fault.take_door(door_in(turn.text, fault.place))
        return True
    if answer.match == "candidates":
        fault.options = [full_name(place) for place in answer.places]
    elif words[0]:
        fault.partly = words[0][:60]
    return False


def names_another(turn: Turn, fault: Fault) -> bool:
    """Whether the message names an address that is more than a door of the place in hand."""
    said = plain(address_of(turn)).replace(" ", "")
    return bool(said.replace(door_in(said, fault.place), "")) and fault.place not in said
