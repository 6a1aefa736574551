"""Takes a report down: asks only for what was not said, looks up what explains it, reads back, writes, tells the number.

    place → what explains it → scope → somebody's order for the whole place → door → what, when → phone → "right?" → order

Anything may be said at any time: a telephone, a door, who else is dark are taken from every message. A correction goes
back to the part it speaks of. An answer missed three times gives the matter to a person, with all that is known.
"""

from __future__ import annotations

from typing import ClassVar

from rasa_sdk.events import SlotSet

from actions import demands
from actions.fault import answers, checks, places, questions, reading, rules
from actions.fault.marks import lifeline
from actions.fault.state import Fault
from actions.fault.writing import write
from actions.forms import LAST_TRY, FormStep
from actions.reading import long_number
from actions.turn import SURE, Event, Turn
from backends.contracts import Order

FORM = "fault_form"
# "When will they come?" in the middle of it: answered in a word, and the question stands.
WHEN = frozenset({"query_outage", "query_ticket", "urge_ticket", "query_planned_outage"})
# What may come of an outage, or be behind it: told in the middle of a report, it waits until the crew is sent.
DARK = frozenset({"report_outage", "report_voltage"})
BESIDES = frozenset({"claim_compensation", "report_frequent_outage"})
PARTS = ("place", "scope", "door", "what", "when", "phone", "confirmation")


class ValidateFaultForm(FormStep):
    """Slots `fault_<part>` are only the names of questions: what is answered rests in the slot `fault`."""

    action_name = "validate_fault_form"
    slots = tuple(f"fault_{part}" for part in PARTS)
    own = rules.intents() | WHEN
    given_up = "utter_fault_given_up"
    takes: ClassVar = {"fault_place": ("address",), "fault_when": ("time",), "fault_phone": ("phone_number",)}

    async def act(self, turn: Turn) -> list[Event]:
        if (asked := self.asked(turn)) == "fault_scope" and reading.only_of_neighbours(turn.text):
            return await self.step(turn, asked)  # "next door is live": as an answer it is no danger
        return await super().act(turn)

    def fits(self, turn: Turn, asked: str) -> bool:
        """That the power is back ends the report, whatever it was understood as (等等 来电了: wait)."""
        return reading.says_back(turn.text) or super().fits(turn, asked)

    def yes_or_no(self, turn: Turn, asked: str) -> bool:
        fault = Fault.of(turn)
        return asked == "fault_confirmation" and fault is not None and not fault.wrong

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        events = await self._step(turn, asked)
        return [*self._besides(turn, asked), *events]

    def _besides(self, turn: Turn, asked: str | None) -> list[Event]:
        """Another matter of ours told in the middle of this one is taken up when this one is done."""
        fault = Fault.of(turn)
        if fault is None or asked is None or not (turn.understood and turn.confidence >= SURE):
            return []
        wanted = turn.intent if turn.intent in BESIDES else ""
        if not wanted or wanted == fault.intent or fault.intent not in DARK:
            return []
        turn.say("utter_fault_afterwards", matter=turn.piece(f"part_fault_{wanted}"))
        return demands.later(turn, wanted, turn.text, turn.message.get("entities") or [])

    async def _step(self, turn: Turn, asked: str | None) -> list[Event]:
        fault, before = Fault.of(turn), Fault.of(turn)
        if fault is None or before is None:  # it went with the session
            return [SlotSet("fault", None), *self.leave()]
        elsewhere = asked is not None and self.elsewhere(turn)
        fault.hear(turn, elsewhere=elsewhere)
        if asked is None:
            # A place that is not marked may be another demand's.
            if not fault.place_id and (turn.address or not turn.message.get("demands")):
                await places.find(turn, fault, str(turn.slot("address") or ""))
            return await self._advance(turn, fault)
        if reading.says_back(turn.text):
            turn.say("utter_fault_back")
            return [SlotSet("fault", None), *self.leave()]
        part = asked.removeprefix("fault_")
        if part == "confirmation":
            match await answers.judge(turn, fault, before):
                case "yes":
                    return await self._write(turn, fault)
                case "wrong" if not fault.wrong:
                    fault.wrong = True
                    turn.say("utter_fault_what_is_wrong")
                    return [*fault.kept(), *self.ask(asked)]
                case "changed":
                    fault.wrong = False
                    return await self._advance(turn, fault)
            return await self._missed(turn, fault, before, part)
        if await answers.moved(turn, fault, elsewhere=elsewhere):
            return await self._advance(turn, fault)
        if await answers.take(turn, fault, part, elsewhere=elsewhere) or fault.gained(before):
            return await self._advance(turn, fault)
        return await self._missed(turn, fault, before, part)

    async def _advance(self, turn: Turn, fault: Fault) -> list[Event]:
        """What comes next, now that something more is known."""
        fault.important = fault.important or await checks.important(turn, fault)
        if fault.important:
            if not (fault.place_id or fault.so_far or self.asked(turn) == "fault_place"):
                return self._ask(turn, fault, "place")
            return await self._to_important(turn, fault)
        if fault.place_id and not fault.checked:
            fault.checked = True
            if await checks.explained(turn, fault):
                if person := lifeline(turn):
                    known = [SlotSet("fault", None), SlotSet("handoff_facts", fault.facts())]
                    return [*fault.kept(), *known, *person, *self.leave("action_handoff")]
                return [*fault.kept(), *turn.about(), *self.leave()]
        part = fault.missing()
        if part not in ("place", "scope") and (order := await checks.others(turn, fault)):
            return await self._write(turn, fault, joins=order)
        if part == "door":
            fault.door_asked += 1
        return self._ask(turn, fault, part or "confirmation")

    def _ask(self, turn: Turn, fault: Fault, part: str, tries: int = 0) -> list[Event]:
        if part == "confirmation":
            questions.confirm(turn, fault)
        else:
            questions.ask(turn, fault, part, tries)
        return [*fault.kept(), *turn.about(), *self.ask(f"fault_{part}", tries=tries)]

    async def _write(self, turn: Turn, fault: Fault, joins: Order | None = None) -> list[Event]:
        order = await write(turn, fault, joins=joins)
        key = "utter_fault_joined" if joins else "utter_fault_registered"
        turn.say(key, number=order.number, by=checks.due(turn, joins or order))
        await checks.also(turn, fault)
        return [*self._done(fault, order), *self.leave()]

    async def _to_important(self, turn: Turn, fault: Fault) -> list[Event]:
        """A supply that must not fail: the order is written with what is known, and a person takes over."""
        order = await write(turn, fault)
        turn.say("utter_fault_important", number=order.number)
        return [*self._done(fault, order), *self.to_person("important_user")]

    @staticmethod
    def _done(fault: Fault, order: Order) -> list[Event]:
        facts = fault.facts() | {"order_number": order.number}
        return [*fault.kept(), SlotSet("fault", None), SlotSet("handoff_facts", facts)]

    async def _missed(self, turn: Turn, fault: Fault, before: Fault, part: str) -> list[Event]:
        if fault.important:
            return await self._to_important(turn, fault)
        tries = self.tries(turn)
        if rules.tells(turn.text):
            turn.say("utter_fault_noted")
            return self._ask(turn, fault, part, tries)
        if self._when(turn):
            turn.say("utter_fault_when")
            return self._ask(turn, before, part, tries)
        if self.elsewhere(turn):
            return self.give_away(turn)
        if tries + 1 < LAST_TRY:
            if part == "phone" and long_number(turn.text):
                turn.say("utter_fault_phone_incomplete")
            return self._ask(turn, fault, part, tries + 1)
        return self._given_up(turn, fault)

    def give_up(self, turn: Turn) -> list[Event]:
        fault = Fault.of(turn)
        return self._given_up(turn, fault) if fault else super().give_up(turn)

    def _given_up(self, turn: Turn, fault: Fault) -> list[Event]:
        """A fault does not wait for a yes to the offer of a person."""
        turn.say(self.given_up)
        reason = "not_answered" if fault.place_id else "address_unknown"
        return [*fault.kept(), SlotSet("fault", None), *self.to_person(reason)]

    def elsewhere(self, turn: Turn) -> bool:
        """A bare name, or a thing that is in the way, is out of scope for the model, and an answer here."""
        return self._when(turn) or (turn.intent != "out_of_scope" and super().elsewhere(turn))

    def _when(self, turn: Turn) -> bool:
        return turn.understood and turn.intent in WHEN

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        fault = Fault.of(turn)
        if fault is None:
            return [SlotSet("fault", None), *self.leave()]
        return self._ask(turn, fault, asked.removeprefix("fault_"), self.tries(turn))

    def could_not_ask(self, turn: Turn) -> list[Event]:
        """No system answers: a fault does not wait for one, so a person takes it with what is known."""
        fault = Fault.of(turn)
        turn.say("utter_fault_down")
        known = [*fault.kept(), SlotSet("fault", None)] if fault else [SlotSet("fault", None)]
        return [*known, *self.to_person("backend_down")]
