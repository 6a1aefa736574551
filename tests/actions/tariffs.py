"""How tests about prices ask, and what they compare with."""

from __future__ import annotations

from typing import Any

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk, entity

WORDS = Wording()
Found = tuple[str, str, str]


def of(text: str, *found: Found) -> list[dict[str, Any]]:
    """Entities as the bot gives them: kind, words, value."""
    return [entity(kind, text, words, value=value) for kind, words, value in found]


def kwh(*amounts: int) -> list[Found]:
    return [("energy", f"{amount}度", str(amount)) for amount in amounts]


async def ask(world: World, text: str, intent: str, *found: Found, on: Talk | None = None) -> str:
    talk = on or world.talk()
    await talk.hear(text)
    return await talk.again(text, intent, of(text, *found))


def says(key: str, **values: object) -> str:
    return WORDS.text(key, "web", **values)


async def after(world: World, action: str, text: str, intent: str, *found: Found) -> list[str]:
    """The actions that `action` hands the message on to."""
    talk = world.talk()
    await talk.hear(text)
    talk.message = {
        "text": text, "intent": {"name": intent, "confidence": 0.95}, "entities": of(text, *found), "intent_ranking": [],
        "metadata": {"channel": "web", "epoch": talk.epoch, "message_id": talk.turn_id},
    }  # fmt: skip
    event = {"event": "user", "parse_data": talk.message, "timestamp": 0.0, **talk.message}
    call = {
        "next_action": action,
        "sender_id": str(talk.id),
        "tracker": {**talk.tracker(event)},
        "version": "3.6.21",
    }
    answer = (await world.http.post("/webhook", json=call)).json()
    return [e["name"] for e in answer["events"] if e["event"] == "followup"]
