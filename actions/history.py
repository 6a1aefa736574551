"""Reading a tracker's events, as Rasa sends them: turns, what was said and done in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Event = dict[str, Any]

# Run by Rasa itself in every turn; they say nothing about what the assistant did.
_ROUTINE = frozenset({"action_listen", "action_session_start", "action_extract_slots"})


def turns(events: Sequence[Event]) -> list[list[Event]]:
    """Events cut at the resident's messages, latest turn first; each begins with its message."""
    cut: list[list[Event]] = []
    current: list[Event] = []
    for event in reversed(events):
        current.append(event)
        if event.get("event") == "user":
            cut.append(current[::-1])
            current = []
    return cut


def of_message(events: Sequence[Event], message_id: str) -> list[Event]:
    """The events since the message first came: an action may have given it back to the rules, demand by demand."""
    own = [n for n, e in enumerate(events) if e.get("event") == "user" and e.get("message_id") == message_id]
    return list(events[own[0] :]) if own else []


def words(events: Sequence[Event]) -> list[dict[str, Any]]:
    """What the assistant said: `[{"text", "buttons", "data"}]`, as the desk takes it; pictures and cards come last."""
    said = []
    for event in events:
        if event.get("event") != "bot" or not event.get("text"):
            continue
        data = event.get("data") or {}
        custom = data.get("custom") or {}
        said.append({"text": event["text"], "buttons": data.get("buttons") or [], "data": dict(custom)})
    return sorted(said, key=lambda one: bool(one["data"]))


def done(events: Sequence[Event]) -> list[str]:
    """Names of the actions that ran, Rasa's routine left out."""
    names = [str(event.get("name")) for event in events if event.get("event") == "action"]
    return [name for name in names if name not in _ROUTINE]


def rejected(events: Sequence[Event]) -> bool:
    """Whether a form gave the message away."""
    return any(event.get("event") == "action_execution_rejected" for event in events)


def slot_set(events: Sequence[Event], name: str) -> Any:
    """The value the slot was last given in these events; None if it was not."""
    values = [e.get("value") for e in events if e.get("event") == "slot" and e.get("name") == name]
    return values[-1] if values else None
