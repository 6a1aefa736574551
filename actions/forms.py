"""The base of our forms' validation actions: who a message is for, and what is asked next.

An answer that fits the question belongs to the form whatever it was understood as (`fits`), and a yes or no is one by
its sound (`yes_or_no`). Three messages without an answer, be they nonsense, another's business or small talk, lead to
a person.

Rasa calls `validate_<form>` when the form opens, for every message while it is open, and again, within the same turn,
after something else was answered in between. The action alone speaks and asks; when the form has what it needs it
names the action that goes on. An answer always sets a slot beside `requested_slot`: Rasa takes one that does not for
a refusal. `rasa_sdk.FormValidationAction` has no place for successors and refusals, and fills slots from text before
anybody looked at it; so the protocol's events are written here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk.events import ActionExecutionRejected, FollowupAction, SlotSet

from actions import assent, commands, demands, history
from actions.base import HotlineAction
from actions.reading import chosen, long_number, plain
from actions.turn import EMERGENCY, SURE, Event, Turn

LAST_TRY = 3  # an answer missed that often: a person
# Taken out of any form at once, whatever else the message holds.
URGENT = frozenset({EMERGENCY, "report_hazard", "request_agent", "cancel"})
# May be the answer to anything.
ANSWERS = frozenset({"inform", "affirm", "deny"})
# Speak of no matter. Nonsense, and names the model never saw, are taken for them: nobody is led out of a form by one unless
# it is beyond doubt, and then it is an answer missed.
IDLE = frozenset({"greet", "goodbye", "thank", "bot_challenge", "abuse", "out_of_scope", "repeat"})
CERTAIN = 0.9
LEFT_OVER = 0.25  # with less of its meaning about the form's question, a message is about something else


class FormStep(HotlineAction):
    """`slots`: those of the form. `own`: intents that open the form and so do not lead out of it. `given_up`: last words.

    `given_up_for`: why a person goes on then. `takes`: by slot the entities of which one is an answer. `yes_no`: slots whose question is one of yes or no.
    """

    says_measures = True
    slots: ClassVar[tuple[str, ...]]
    own: ClassVar[frozenset[str]]
    given_up: ClassVar[str]
    given_up_for: ClassVar[str] = "not_answered"
    takes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    yes_no: ClassVar[frozenset[str]] = frozenset()

    async def act(self, turn: Turn) -> list[Event]:
        events = await self._act(turn)
        speaks = demands.was_aside(turn, self.form) and not history.rejected(events)
        return [demands.goes_on(turn, self.form), *events] if speaks else events

    def back(self, turn: Turn, form: str) -> list[Event]:
        """None: what a form says while it stays open is its question."""
        return []

    async def _act(self, turn: Turn) -> list[Event]:
        asked = self.asked(turn)
        if asked is None:
            return await self.step(turn, None)
        if self.yes_or_no(turn, asked) and (answer := assent.answered(turn.text)):
            turn.hear_as(*answer)
        fits = self.fits(turn, asked)
        if demands.was_aside(turn, self.form) and self._opened(turn):
            if fits and not history.words(turn.events):
                return await self.step(turn, asked)
            return self._back(turn, asked, "utter_resumed", missed=False)
        again = turn.intent == "repeat" and turn.understood and turn.confidence >= SURE and not fits
        if again or self._answered_elsewhere(turn):
            return self._back(turn, asked, missed=turn.understood and turn.intent in IDLE)
        urgent = turn.understood and turn.intent in URGENT and not fits
        if turn.danger or urgent or commands.command(turn):
            return [ActionExecutionRejected(self.form)]
        if commands.hurries(turn):
            return self._back(turn, asked, "utter_hurried", missed=True)
        waits = turn.understood and turn.intent == "wait" and turn.confidence >= SURE
        if waits and not fits and not long_number(turn.text):
            turn.say("utter_wait")
            return [SlotSet("asking", turn.slot("asking")), SlotSet("requested_slot", asked)]
        events = await self.step(turn, asked)
        asking = [event["value"] for event in events if event.get("name") == "asking" and event["value"]]
        uncounted = bool(asking) and int(asking[-1].get("tries", 0)) <= self.tries(turn)
        if uncounted and self._over_and_over(turn):
            turn.dispatcher.messages.clear()
            return self.give_up(turn)
        return events

    @abstractmethod
    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        """Read the message; `asked`: the slot it may answer, None while the form opens."""

    @abstractmethod
    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        """Come back to the question after something else."""

    def problem(self, turn: Turn) -> str:
        """What was wrong with the answer just given, '' if nothing: after something else it is not said once more."""
        return str(turn.asking(self.form).get("problem") or "") if self.asked(turn) is None else ""

    def fits(self, turn: Turn, asked: str) -> bool:
        """Whether the message is plainly what was asked for, whatever it was understood as.

        Such as a choice (个人的: 转人工), or nothing but a day where a day is asked for (下个月一号到月底: 抄表).
        """
        return bool(self.option(turn)) or turn.nothing_but(*self.takes.get(asked, ()))

    def option(self, turn: Turn) -> str:
        """The one that is meant of the options that the question gave, '' if none."""
        options = list(turn.asking(self.form).get("options") or [])
        which = chosen(turn.text, options) if options else None
        return str(options[which]) if which is not None else ""

    def yes_or_no(self, turn: Turn, asked: str) -> bool:
        """Whether the question that stands is one of yes or no."""
        return asked in self.yes_no

    def asked(self, turn: Turn) -> str | None:
        """The slot that the form asked for in the turn before."""
        requested = turn.slot("requested_slot")
        opening = self._opened(turn) and not demands.was_aside(turn, self.form)
        return requested if requested in self.slots and not opening else None

    @staticmethod
    def _opened(turn: Turn) -> bool:
        """Whether the form was opened in this turn."""
        return "active_loop" in (event.get("event") for event in turn.events)

    def _back(self, turn: Turn, asked: str, first: str = "", *, missed: bool) -> list[Event]:
        """Ask again after something else, `first` before it; `missed`: which was nothing of any matter."""
        tries = self.tries(turn) + missed
        if tries >= LAST_TRY:
            return self.give_up(turn)
        if first:
            turn.say(first)
        events = self.ask_again(turn, asked)
        kept = [event["value"] for event in events if event.get("name") == "asking" and event["value"]]
        return [*events, SlotSet("asking", kept[-1] | {"tries": tries})] if kept else events

    @staticmethod
    def _over_and_over(turn: Turn) -> bool:
        """Whether the same message got the same answer as often as a question may be missed."""
        before = [str(events[0].get("text") or "") for events in turn.earlier[: LAST_TRY - 1]]
        same = all(plain(text) == plain(turn.text) for text in before)
        return same and turn.said_before(LAST_TRY - 1)

    def tries(self, turn: Turn) -> int:
        """How many messages left the question that stands without an answer."""
        return int(turn.asking(self.form).get("tries", 0))

    def give_up(self, turn: Turn) -> list[Event]:
        """The question is given up: last words, and a person."""
        turn.say(self.given_up)
        return self.to_person(self.given_up_for)

    def _answered_elsewhere(self, turn: Turn) -> bool:
        others = [name for name in history.done(turn.events) if name != self.form]
        return history.rejected(turn.events) or bool(others)

    @property
    def form(self) -> str:
        return self.action_name.removeprefix("validate_")

    def elsewhere(self, turn: Turn) -> bool:
        """Whether the message is clearly about something else; one that holds an answer only if that is beyond doubt."""
        asked = self.asked(turn)
        if asked is not None and self.fits(turn, asked):
            return False
        answers = any(turn.entities(name) for name in self.takes.get(asked or "", ()))
        if turn.confidence < SURE and answers:
            return False
        if turn.intent in IDLE and (turn.confidence < CERTAIN or answers):
            return False
        about_us = self.own_of(turn) | ANSWERS
        return turn.understood and turn.intent not in about_us and turn.share(*about_us) < LEFT_OVER

    def own_of(self, turn: Turn) -> frozenset[str]:
        """The intents that do not lead out of the form as it stands."""
        return self.own

    def give_away(self, turn: Turn) -> list[Event]:
        """This message is not the form's: let the rules have it, and come back afterwards."""
        asked = self.asked(turn)
        aside = [demands.put_aside(turn, self.form, asked)] if asked else []
        return [*aside, ActionExecutionRejected(self.form)]

    def ask(self, slot: str, **asking: Any) -> list[Event]:
        """Wait for `slot`; what to ask has been said. `asking`: how the question stands."""
        return [SlotSet("asking", {"form": self.form, **asking}), SlotSet("requested_slot", slot)]

    def leave(self, successor: str = "action_listen") -> list[Event]:
        """Close the form; `successor` runs next."""
        return [SlotSet("asking", None), SlotSet("requested_slot", None), FollowupAction(successor)]

    def to_person(self, reason: str) -> list[Event]:
        """Close the form; a person goes on."""
        return [SlotSet("handoff_reason", reason), *self.leave("action_handoff")]

    def missed(self, turn: Turn, slot: str, key: str, **values: Any) -> list[Event]:
        """The answer was none: say `key` and ask for `slot` once more; the last time `given_up` and a person."""
        tries = self.tries(turn) + 1
        if tries >= LAST_TRY:
            return self.give_up(turn)
        turn.say(key, **values)
        return self.ask(slot, tries=tries)

    def could_not_ask(self, turn: Turn) -> list[Event]:
        turn.say("utter_backend_down")
        return [*turn.offer("backend_down"), *self.leave()]
