"""Before anything is decided: is the message understood well enough to act on?

Rasa runs `action_validate_slot_mappings` after every message. The rules all ask for `understood`; where it is false
none applies and `action_hotline_fallback` takes the turn. So it does with an answer to a question which of several is
meant (`doubt.py`, `answer.py`), with another time after a look-up (`follow_up.py`), with what belongs to a question
about prices (`tariff_talk.py`), with a yes or no by its sound (`assent.py`), with the few wishes that words tell and no
intent does (`accounts/bindings.py`, `commands.py`), and with a question that knowledge plainly answers (`question.py`).
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import answer, assent, commands, demands, doubt, follow_up, question, tariff
from actions.accounts import bindings
from actions.clients import Clients
from actions.forms import CERTAIN
from actions.turn import SURE, Event, Turn


def half_heard(turn: Turn) -> bool:
    """Whether it is a farewell that is a mere guess, or that the telephone did not hear beyond doubt: it ends nothing."""
    enough = CERTAIN if turn.channel == "ivr" else SURE
    return turn.intent == "goodbye" and not turn.loop and turn.confidence < enough


class Understanding(Action):  # type: ignore[misc]
    """Sets `understood` for this message, and `waiting` to what else it wants."""

    action_name: ClassVar[str] = "action_validate_slot_mappings"

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def name(self) -> str:
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(dispatcher, tracker, self.clients)
        elsewhere = answer.picked(turn) is not None or bool(bindings.meant(turn) or commands.command(turn))
        elsewhere = elsewhere or follow_up.meant(turn) is not None or assent.to_offer(turn) is not None
        elsewhere = elsewhere or half_heard(turn) or tariff.meant(turn)
        elsewhere = elsewhere or await question.answered(turn) is not None
        return [
            SlotSet("understood", doubt.settled(turn) and not elsewhere),
            *demands.noticed(turn, doubt.alike(turn.intent)),
        ]
