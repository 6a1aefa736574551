"""Outages of a street, a district or a city, for whoever names no more: how many places, and the first of them."""

from __future__ import annotations

from actions import measures
from actions.turn import Turn
from backends.contracts import Outage, OutageAnswer
from kit import clock

# Somebody's own disconnection is no news for whoever asks about the address.
PRIVATE = frozenset({"arrears", "violation"})
LISTED = 3


async def say(turn: Turn, answer: OutageAnswer) -> None:
    """What runs there, or what is announced if that was the question."""
    status = "announced" if turn.matter == "query_planned_outage" else "running"
    there = [one for one in await _as_measures_leave_it(turn, answer) if one.status == status]
    region = turn.spoken(answer.region)
    if not there:
        turn.say(f"utter_outage_region_none_{status}", region=region)
        return
    listed = turn.piece("part_list_pause").join(_line(turn, outage) for outage in there[:LISTED])
    more = "_more" if len(there) > LISTED else ""
    turn.say(f"utter_outage_region_{status}{more}", region=region, count=len(there), listed=listed)


async def _as_measures_leave_it(turn: Turn, answer: OutageAnswer) -> list[Outage]:
    told = []
    for outage in answer.outages:
        place = outage.place
        known = await measures.in_force(turn, place.province, place.city, place.district)
        told += known.called_off([outage])
    return [outage for outage in told if outage.kind not in PRIVATE]


def _line(turn: Turn, outage: Outage) -> str:
    """The place and its time; an end that has passed is not told."""
    until = outage.expected_end if outage.expected_end and outage.expected_end > clock.now() else None
    key = f"part_outage_region_{outage.status}" + ("" if until else "_no_time")
    return turn.piece(key, place=turn.spoken(outage.place.name), starts=outage.starts_at, until=until)
