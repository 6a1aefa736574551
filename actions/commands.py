"""The few words that are taken as they stand, whatever intent they sound like, and from within any form.

Whoever writes that no more messages are wanted must not depend on a classifier's mood.
"""

from __future__ import annotations

from functools import lru_cache

import yaml

from actions.fault import rules
from actions.turn import Turn
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "lookups" / "subscription.yml"
HURRY = ROOT / "data" / "knowledge" / "hurry.yml"
REPORT, FAULT = "action_report_fault", "fault_form"
ACTIONS = {
    "stop": "action_unsubscribe",
    "list": "action_list_subscriptions",
    "arrears": "action_subscribe_arrears",
    "outage": "action_subscribe_outage",
}


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return loaded


def command(turn: Turn) -> str | None:
    """The action that the message asks for in so many words; stopping comes first, danger before everything."""
    if turn.danger:
        return None
    wished = (name for what, name in ACTIONS.items() if any(word in turn.text for word in _words()[what]))
    return next(wished, REPORT if _important_and_dark(turn) else None)


def _important_and_dark(turn: Turn) -> bool:
    """A hospital or a station without power, for what it is the model knows too few of them."""
    reports = turn.intent in rules.intents() or turn.loop == FAULT
    return not reports and rules.important_and_dark(turn.text)


@lru_cache(maxsize=1)
def _hurry() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(HURRY.read_text("utf-8"))
    return loaded


def hurries(turn: Turn) -> bool:
    """Whether the message is made of impatience alone, as in the middle of being asked; whoever wants more says more."""
    words, around = _hurry()["words"], _hurry()["around"]
    if turn.danger or not any(word in turn.text for word in words):
        return False
    left = "".join(character for character in turn.text if character.isalnum())
    for word in sorted([*words, *around], key=len, reverse=True):
        left = left.replace(word, "")
    return not left
