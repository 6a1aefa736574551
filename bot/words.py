"""What a turn said and did, read off the conversation's events; so a replay cannot differ from the first answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered

# Marks events that came through `/events`: a person's words, a resume. No turn said them.
OUTSIDE = "outside"


def is_outside(event: Event) -> bool:
    """Whether the event was appended from outside, not by a turn."""
    return bool(event.metadata.get(OUTSIDE))


def is_said(event: Event) -> bool:
    """Whether the resident hears or sees something by this event."""
    return isinstance(event, BotUttered) and bool(event.text or any(event.data.values()))


def as_message(event: BotUttered) -> dict[str, Any]:
    """`text`, `buttons`, and in `data` whatever else the utterance carries: a response's `custom` fields laid out
    flat, `image`, `attachment`, `elements`, `quick_replies`, and `utter_action`, the response's name."""
    rest = {key: value for key, value in event.data.items() if value and key not in ("buttons", "custom")}
    if rest.get("attachment") == rest.get("image"):
        rest.pop("attachment", None)  # Rasa repeats the image as the attachment
    custom = event.data.get("custom") or {}
    rest.update(custom if isinstance(custom, dict) else {"custom": custom})
    if event.metadata.get("utter_action"):
        rest.setdefault("utter_action", event.metadata["utter_action"])
    return {"text": event.text or "", "buttons": event.data.get("buttons") or [], "data": rest}


def last_turn(events: Sequence[Event]) -> tuple[UserUttered, list[Event]] | None:
    """The last message that came through the door, and the events of its turn: those since its session began, if it
    began with this message (a greeting), and those after it. `None` where there is no message.

    An action may have given the message back to the rules, with one of its demands: the turn began with the first of
    its appearances, and what it means now is the last one's.
    """
    position, message = None, None
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, UserUttered) and event.message_id and not is_outside(event):
            position, message = index, event
            break
    if position is None or message is None:
        return None
    for index in range(position - 1, -1, -1):
        earlier = events[index]
        if isinstance(earlier, UserUttered) and not is_outside(earlier):
            if earlier.message_id != message.message_id:
                break
            position = index
    opening: list[Event] = []
    for event in reversed(events[:position]):
        if isinstance(event, UserUttered):
            opening = []
            break
        opening.insert(0, event)
        if isinstance(event, SessionStarted):
            break
    else:
        opening = []
    turn = [*opening, *events[position + 1 :]]
    return message, [event for event in turn if not is_outside(event)]


def report(message: UserUttered, turn: Sequence[Event]) -> dict[str, Any]:
    """`messages`, `intent`, `entities` and `actions` of a turn, as the door answers them."""
    skipped = (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME)
    return {
        "messages": [as_message(event) for event in turn if isinstance(event, BotUttered) and is_said(event)],
        "intent": {"name": message.intent.get("name"), "confidence": message.intent.get("confidence")},
        "entities": message.entities,
        "actions": [
            event.action_name or event.action_text
            for event in turn
            if isinstance(event, ActionExecuted) and (event.action_name or event.action_text) not in skipped
        ],
    }
