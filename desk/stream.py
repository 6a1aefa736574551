"""Live updates: says which ticket changed, never what is in it; the reader fetches what it may see."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator

from fastapi.sse import ServerSentEvent

from desk import repository
from desk.service import DeskService
from kit.logging import get

log = get(__name__)

LIFE_SECONDS = (
    600.0  # then the browser comes back: a forgotten tab or a logged-out agent holds no stream for ever
)
RETRY_MS = 2000


async def changes(desk: DeskService) -> AsyncIterator[ServerSentEvent]:
    """Events `hello` once, then `ticket` with `{number, state, priority}`; the framework adds a comment every 15 s.

    What happened before `hello` is not told: the reader fetches anew whenever it (re)connects.
    """
    deadline = time.monotonic() + LIFE_SECONDS
    async with desk.house.bell.listen("desk") as listener:
        yield ServerSentEvent(event="hello", data={}, retry=RETRY_MS)
        while (left := deadline - time.monotonic()) > 0:
            ring = await listener.wait(left)
            if ring is None:
                break
            changed = await _changed(desk, ring[1])
            if changed:
                yield ServerSentEvent(event="ticket", data=changed)


async def _changed(desk: DeskService, text: str) -> dict[str, str] | None:
    """The ticket that a ring is about: the desk rings with its number, conversations with their id."""
    async with desk.house.db.work() as session:
        if len(text) == 14 and text.isdecimal():
            found = await repository.standing_of_number(session, text)
        else:
            try:
                found = await repository.standing_of_conversation(session, uuid.UUID(text))
            except ValueError:
                log.warning("strange_ring")
                return None
    return dict(zip(("number", "state", "priority"), found, strict=True)) if found else None
