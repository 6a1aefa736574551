"""The base of our forms' validation actions: who a message is for, and what is asked next.

Rasa calls `validate_<form>` when the form opens, for every message while it is open, and again, within the same turn,
after something else was answered in between. The action alone speaks and asks; when the form has what it needs it
names the action that goes on. An answer always sets a slot beside `requested_slot`: Rasa takes one that does not for
a refusal. `rasa_sdk.FormValidationAction` has no place for successors and refusals, and fills slots from text before
anybody looked at it; so the protocol's events are written here.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk.events import ActionExecutionRejected, FollowupAction, SlotSet

from actions import commands, history
from actions.base import HotlineAction
from actions.reading import long_number
from actions.turn import EMERGENCY, Event, Turn

LAST_TRY = 3  # an answer missed that often: a person
# Taken out of any form at once, whatever else the message holds.
URGENT = frozenset({EMERGENCY, "report_hazard", "request_agent", "cancel"})
# May be the answer to anything.
ANSWERS = frozenset({"inform", "affirm", "deny"})
LEFT_OVER = 0.25  # with less of its meaning about the form's question, a message is about something else


class FormStep(HotlineAction):
    """`slots`: those of the form. `own`: intents that open the form and so do not lead out of it. `given_up`: last words."""

    slots: ClassVar[tuple[str, ...]]
    own: ClassVar[frozenset[str]]
    given_up: ClassVar[str]

    async def act(self, turn: Turn) -> list[Event]:
        asked = self.asked(turn)
        again = turn.intent == "repeat" and turn.understood
        if asked is not None and (again or self._answered_elsewhere(turn)):
            return self._back(turn, asked)
        urgent = turn.understood and turn.intent in URGENT and not self.picks(turn)
        if asked is not None and (turn.danger or urgent or commands.command(turn)):
            return self.give_away()
        if asked is not None and commands.hurries(turn):
            turn.say("utter_hurried")
            return self.ask_again(turn, asked)
        if asked is not None and turn.understood and turn.intent == "wait" and not long_number(turn.text):
            turn.say("utter_wait")
            return [SlotSet("asking", turn.slot("asking")), SlotSet("requested_slot", asked)]
        return await self.step(turn, asked)

    @abstractmethod
    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        """Read the message; `asked`: the slot it may answer, None while the form opens."""

    @abstractmethod
    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        """Come back to the question after something else."""

    def picks(self, turn: Turn) -> bool:
        """Whether the message is plainly one of the choices asked about, whatever it was understood as (个人的: 转人工)."""
        return False

    def asked(self, turn: Turn) -> str | None:
        """The slot that the form asked for in the turn before."""
        requested = turn.slot("requested_slot")
        opening = "active_loop" in (event.get("event") for event in turn.events)
        return requested if requested in self.slots and not opening else None

    def _back(self, turn: Turn, asked: str) -> list[Event]:
        """Ask again after something else; whoever speaks only of what is not our business gets a person in the end."""
        astray = turn.understood and turn.intent == "out_of_scope"
        strays = int(turn.asking(self.form).get("strays", 0)) + 1 if astray else 0
        if strays >= LAST_TRY:
            turn.say(self.given_up)
            return [*turn.offer("not_answered"), *self.leave()]
        events = self.ask_again(turn, asked)
        kept = [dict(e["value"] or {}) | {"strays": strays} for e in events if e.get("name") == "asking"]
        return [*events, SlotSet("asking", kept[-1])] if strays and kept else events

    def _answered_elsewhere(self, turn: Turn) -> bool:
        others = [name for name in history.done(turn.events) if name != self.form]
        return history.rejected(turn.events) or bool(others)

    @property
    def form(self) -> str:
        return self.action_name.removeprefix("validate_")

    def elsewhere(self, turn: Turn) -> bool:
        """Whether the message is clearly about something else."""
        about_us = self.own_of(turn) | ANSWERS
        return turn.understood and turn.intent not in about_us and turn.share(*about_us) < LEFT_OVER

    def own_of(self, turn: Turn) -> frozenset[str]:
        """The intents that do not lead out of the form as it stands."""
        return self.own

    def give_away(self) -> list[Event]:
        """This message is not the form's: let the rules have it."""
        return [ActionExecutionRejected(self.form)]

    def ask(self, slot: str, **asking: Any) -> list[Event]:
        """Wait for `slot`; what to ask has been said. `asking`: how the question stands."""
        return [SlotSet("asking", {"form": self.form, **asking}), SlotSet("requested_slot", slot)]

    def leave(self, successor: str = "action_listen") -> list[Event]:
        """Close the form; `successor` runs next."""
        return [SlotSet("asking", None), SlotSet("requested_slot", None), FollowupAction(successor)]

    def missed(self, turn: Turn, slot: str, key: str, **values: Any) -> list[Event]:
        """The answer was none: say `key` and ask for `slot` once more; the last time `given_up` and a person."""
        tries = int(turn.asking(self.form).get("tries", 0)) + 1
        if tries < LAST_TRY:
            turn.say(key, **values)
            return self.ask(slot, tries=tries)
        turn.say(self.given_up)
        return [*turn.offer("not_answered"), *self.leave()]

    def could_not_ask(self, turn: Turn) -> list[Event]:
        turn.say("utter_backend_down")
        return [*turn.offer("backend_down"), *self.leave()]
