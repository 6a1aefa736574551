"""The base of every custom action: what it is given, and what becomes of a failure."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import demands, history, measures
from actions.clients import Clients
from actions.turn import ANSWERING, Event, Turn
from backends.desk import StaleEpoch
from kit.errors import BadInput, HotlineError, MisconfiguredError
from kit.logging import get

log = get(__name__)

BUDGET = 9.0  # seconds, shorter than Rasa waits for an action
END_OF_FORM: tuple[Event, ...] = (
    ActiveLoop(None),
    SlotSet("requested_slot", None),
    SlotSet("asking", None),
)


class HotlineAction(Action, ABC):  # type: ignore[misc]
    """An action of `domain.yml` under `action_name`; subclasses write `act`.

    Words come from `data/responses` through `Turn.say`. A system that does not answer becomes an honest sentence
    and the offer of a person; a conversation that is somebody else's by now becomes silence with its reason. An answer
    that was the last one too comes with the offer of a person: whoever asks again was not helped by it.
    `says_again`: its words are meant to be said as often as they are asked for. `says_measures`: what a measure in force
    adds to the answer it says itself, for the place it told of; for any other it is said here.
    """

    action_name: ClassVar[str]
    says_again: ClassVar[bool] = False
    says_measures: ClassVar[bool] = False

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def name(self) -> str:
        return self.action_name

    @abstractmethod
    async def act(self, turn: Turn) -> list[Event]:
        """Do it; returns the events. Raises `BackendError`, `Unavailable`, `StaleEpoch`."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(dispatcher, tracker, self.clients)
        try:
            async with asyncio.timeout(BUDGET):
                events = await self.act(turn)
                if not self.says_measures:
                    await measures.say_beside(turn, events)
        except (MisconfiguredError, BadInput):
            raise
        except StaleEpoch:
            return [*END_OF_FORM, SlotSet("silence", "stale_epoch"), FollowupAction("action_listen")]
        except (HotlineError, TimeoutError) as error:
            log.warning("action_could_not_ask", action=self.action_name, error=type(error).__name__)
            turn.dispatcher.messages.clear()
            events = self.could_not_ask(turn)
        turn.join()
        if self._said_before(turn, events):
            turn.say("utter_said_before")
            turn.join()
            events = [*events, *turn.offer("not_answered")]
        return self._ended(turn, events)

    def could_not_ask(self, turn: Turn) -> list[Event]:
        """A system is down or its answer cannot be used: say so, and offer a person."""
        turn.say("utter_backend_down")
        return [*END_OF_FORM, *turn.offer("backend_down"), FollowupAction("action_listen")]

    def back(self, turn: Turn, form: str) -> list[Event]:
        """Events that let the open form speak next, if it gave the message away: no rule knows the way back to it."""
        return [FollowupAction(form)] if history.rejected(turn.events) else []

    def _said_before(self, turn: Turn, events: list[Event]) -> bool:
        """Whether a question ends with the words of the turn before, and without an offer. A form counts its own questions."""
        goes_on = any(e["event"] in ("followup", "pause", "user") for e in events)
        offers = any(e.get("name") == "offer" and e.get("value") for e in events)
        told = turn.intent in ANSWERING  # data for a question of ours
        return not (self.says_again or goes_on or offers or told or turn.loop) and turn.said_before()

    def _ended(self, turn: Turn, events: list[Event]) -> list[Event]:
        """Actions also follow each other where no rule leads, so each says itself that the turn ends with it.

        Not inside a form that stays open: that one speaks next. Nor where the action named its successor, or gave the
        message back to the rules. Where something is still to be done, that comes next.
        """
        listens = bool(events) and events[-1] == FollowupAction("action_listen")
        done = events[:-1] if listens else events
        left = any(e["event"] == "active_loop" and e.get("name") is None for e in done)
        left = left or any(e.get("name") == "requested_slot" and e.get("value") is None for e in done)
        goes_on = any(e["event"] in ("followup", "pause", "user") for e in done)
        if goes_on:
            return events
        if turn.loop and not left:
            return events if listens else [*events, *self.back(turn, turn.loop)]
        return [*done, FollowupAction(demands.NEXT if demands.waits(turn, done) else "action_listen")]
