"""Which place several wordings of an address mean, taken together."""

from __future__ import annotations

from collections.abc import Iterable

from actions.outage import RANK
from actions.turn import Turn
from backends.contracts import PlaceAnswer


async def look_up(turn: Turn, wordings: Iterable[str]) -> tuple[str, PlaceAnswer]:
    """The first wording that surely means one place, else the one that says most, with what it may mean; '' if none does."""
    best, answer = "", PlaceAnswer(match="none", places=[])
    for words in dict.fromkeys(filter(None, wordings)):
        found = await turn.clients.outages.place(words)
        if RANK[found.match] > RANK[answer.match]:
            best, answer = words, found
        if answer.match == "exact":
            break
    return best, answer
