"""What tests about applications say and compare with."""

from __future__ import annotations

from typing import Any

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk

WORDS = Wording(province="上海")
ADDRESS = ("address", "牡丹路60弄3号502室")


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


def orders(world: World, talk: Talk) -> list[tuple[Any, ...]]:
    """The orders of this conversation: kind, subject, account, place, address, name, phone, marks, facts."""
    return world.ask_town(
        "select kind, subject, account_number, place_id, address, contact_name, contact_phone, marks, facts"
        f" from work_order where conversation = '{talk.id}'"
    )


async def answers(talk: Talk, *said: tuple[Any, ...]) -> str:
    """The resident's messages, one after the other; the last answer."""
    answer = ""
    for text, intent, *entities in said:
        answer = await talk.says(text, intent, *entities)
    return answer


YES = ("是", "affirm")
NAME = ("王建国", "inform", ("person_name", "王建国"))
PHONE = ("13812345678", "inform", ("phone_number", "13812345678"))
PLACE = ("牡丹路60弄3号502室", "inform", ADDRESS)
UNKNOWN = ("不知道", "deny")
