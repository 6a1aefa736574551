"""What is still to be done: the other demands of a message, and a form that something else came in between.

    resident     "我家停电了，牡丹路60弄，另外花木营业厅几点关门"      understanding finds two demands (`message.demands`)
    assistant    answers the outage, then, in the same turn, the hall

A question of our own that the resident may leave unanswered comes after all of them (`asked_last`).
What waits is kept in the slot `waiting` while a form is open or a person is offered, and forgotten with the next message
that belongs to neither. A person who takes over sees the message itself.

A form that gives a message away keeps its question in the slot `unfinished` until it asks again. Where the other matter
opened a form of its own, or an offer closed the first, the first is opened again when the other is done; the latest first.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActionExecuted, ActiveLoop, FollowupAction, SlotSet, UserUttered

from actions.turn import Event, Turn

SLOT = "waiting"
UNFINISHED = "unfinished"
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
    over = turn.slot(SLOT) and not turn.loop and not turn.standing and not turn.given_back
    return [SlotSet(SLOT, None)] if over else []


def later(turn: Turn, intent: str, text: str, entities: list[dict[str, Any]]) -> list[Event]:
    """Events that keep one more demand for when the matter in hand is done; the same one waits once."""
    kept = list(turn.slot(SLOT) or [])
    if any(one.get("intent") == intent for one in kept):
        return []
    return [SlotSet(SLOT, [*kept, {"intent": intent, "text": text, "entities": entities}])]


def waits(turn: Turn, events: list[Event]) -> bool:
    """Whether something is to be taken up after these events: not while they ask whether a person is wanted.

    Nor a form that was put aside where they closed it: two questions at once are none.
    """
    if any(e.get("name") == "offer" and e.get("value") for e in events):
        return False
    left = [e.get("value") for e in events if e.get("name") == UNFINISHED] or [turn.slot(UNFINISHED)]
    closed = turn.loop and any(e["event"] == "active_loop" and e.get("name") is None for e in events)
    return bool(turn.slot(SLOT) or (left[-1] and not closed))


def put_aside(turn: Turn, form: str, asked: str) -> Event:
    """The event that remembers where `form` stands while something else is answered."""
    stands = {"form": form, "asked": asked, "asking": turn.slot("asking")}
    kept: Event = SlotSet(UNFINISHED, [*_others(turn, form), stands])
    return kept


def goes_on(turn: Turn, form: str) -> Event:
    """The event that forgets that `form` was put aside."""
    kept: Event = SlotSet(UNFINISHED, _others(turn, form) or None)
    return kept


def was_aside(turn: Turn, form: str) -> bool:
    """Whether `form` was put aside and has not asked since."""
    return any(one["form"] == form for one in aside(turn))


def aside(turn: Turn) -> list[dict[str, Any]]:
    """The forms that were put aside, the latest last: `form`, `asked` (the slot), `asking`."""
    return list(turn.slot(UNFINISHED) or [])


def _others(turn: Turn, form: str) -> list[dict[str, Any]]:
    return [one for one in aside(turn) if one["form"] != form]


def asked_last(turn: Turn, offer: str, of: str) -> list[Event]:
    """Events that put a question of ours, what it `offer`s and of what, behind all that waits; none if nothing does."""
    waiting = turn.slot(SLOT)
    return [SlotSet(SLOT, [*waiting, {"offer": offer, "of": of}])] if waiting else []


def to_ask(turn: Turn, offer: str) -> str | None:
    """Of what the question `offer` is to be asked now; None if it is not."""
    first = (turn.slot(SLOT) or [{}])[0]
    return first["of"] if first.get("offer") == offer else None


def next_one(turn: Turn) -> list[Event]:
    """Events that take up the first demand that waits, else the form that was put aside."""
    first, *rest = turn.slot(SLOT) or [None]
    if first is None:
        return [SlotSet(SLOT, None), *_reopened(turn)]
    return [SlotSet(SLOT, rest or None), *given_back(turn, first["text"], first["intent"], first["entities"])]


def _reopened(turn: Turn) -> list[Event]:
    if not (left := aside(turn)):
        return []
    last = left[-1]
    return [
        ActiveLoop(last["form"]), SlotSet("requested_slot", last["asked"]), SlotSet("asking", last["asking"]),
        FollowupAction(last["form"]),
    ]  # fmt: skip


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
