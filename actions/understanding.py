"""Before anything is decided: is the message understood well enough to act on?

Rasa runs `action_validate_slot_mappings` after every message. The rules all ask for `understood`; where it is false
none applies and `action_hotline_fallback` takes the turn. So it does with an answer to its own question (`doubt.py`),
and with the few words that are commands (`commands.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import commands, doubt
from actions.clients import Clients
from actions.turn import Event, Turn


class Understanding(Action):  # type: ignore[misc]
    """Sets `understood` for this message."""

    action_name: ClassVar[str] = "action_validate_slot_mappings"

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def name(self) -> str:
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(dispatcher, tracker, self.clients)
        return [SlotSet("understood", doubt.settled(turn) and commands.command(turn) is None)]
