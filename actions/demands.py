"""Several demands in one message: the one that leads is dealt with first, then each that waits is given to the rules.

    resident     "我家停电了，牡丹路60弄，另外花木营业厅几点关门"      understanding finds two demands (`message.demands`)
    assistant    answers the outage, then, in the same turn, the hall

What waits is kept in the slot `waiting` while a form is open or a person is offered, and forgotten with the next message
that belongs to neither. A person who takes over sees the message itself.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActionExecuted, SlotSet, UserUttered

from actions.turn import Event, Turn

SLOT = "waiting"
NEXT = "action_next_demand"


def noticed(turn: Turn, alike: frozenset[str]) -> list[Event]:
    """Events that remember what the message wants beside its own intent; `alike`: intents that one answer serves."""
    others = [
        {
            "intent": demand["intent"],
            "text": turn.text[demand["start"] : demand["end"]],
            "entities": _inside(turn, demand),
        }
        for demand in turn.message.get("demands") or []
        if demand["intent"] != turn.intent and demand["intent"] not in alike
    ]
    if others:
        return [SlotSet(SLOT, others)]
    over = turn.slot(SLOT) and not turn.loop and not turn.standing
    return [SlotSet(SLOT, None)] if over else []


def later(turn: Turn, intent: str, text: str, entities: list[dict[str, Any]]) -> list[Event]:
    """Events that keep one more demand for when the matter in hand is done; the same one waits once."""
    kept = list(turn.slot(SLOT) or [])
    if any(one["intent"] == intent for one in kept):
        return []
    return [SlotSet(SLOT, [*kept, {"intent": intent, "text": text, "entities": entities}])]


def waits(turn: Turn, events: list[Event]) -> bool:
    """Whether something is to be taken up after these events: not while they ask whether a person is wanted."""
    asks = any(e.get("name") == "offer" and e.get("value") for e in events)
    return bool(turn.slot(SLOT)) and not asks


def next_one(turn: Turn) -> list[Event]:
    """Events that take up the first demand that waits."""
    first, *rest = turn.slot(SLOT) or [None]
    if first is None:
        return [SlotSet(SLOT, None)]
    return [SlotSet(SLOT, rest or None), *given_back(turn, first["text"], first["intent"], first["entities"])]


def given_back(turn: Turn, text: str, intent: str, entities: list[dict[str, Any]]) -> list[Event]:
    """Events that give `text` to the rules as meaning `intent` for certain, under this message's id and epoch."""
    certain = {"name": intent, "confidence": 1.0}
    message: dict[str, Any] = {
        "text": text, "intent": certain, "intent_ranking": [certain], "entities": entities,
        "message_id": turn.message_id, "metadata": turn.metadata,
    }  # fmt: skip
    meant = UserUttered(text, message, input_channel=turn.tracker.get_latest_input_channel())
    meant |= {"message_id": turn.message_id, "metadata": turn.metadata}
    return [ActionExecuted("action_listen"), meant]


def _inside(turn: Turn, demand: dict[str, Any]) -> list[dict[str, Any]]:
    first, last = demand["start"], demand["end"]
    return [
        {**entity, "start": entity["start"] - first, "end": entity["end"] - first}
        for entity in turn.message.get("entities") or []
        if first <= entity["start"] and entity["end"] <= last
    ]
