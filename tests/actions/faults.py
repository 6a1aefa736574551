"""What tests about reported faults compare with."""

from __future__ import annotations

from typing import Any

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk

WORDS = Wording()


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(f"utter_{key}", channel, **values)


def orders_of(world: World, talk: Talk) -> list[dict[str, Any]]:
    names = ("number", "kind", "subject", "place_id", "address", "contact_phone", "scope", "urgent", "marks", "facts", "text", "state", "contact_by")  # fmt: skip
    rows = world.ask_town(
        f"select {', '.join(names)} from work_order where conversation = '{talk.id}' order by created_at"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
