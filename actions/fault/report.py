"""Where a report begins, and danger, which is never asked about first."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import FollowupAction, SlotSet

from actions import demands, history
from actions.base import HotlineAction
from actions.fault import rules
from actions.fault.form import FORM
from actions.fault.marks import heard
from actions.fault.reading import phone_in
from actions.fault.state import SLOT, Fault
from actions.fault.writing import place_order
from actions.turn import EMERGENCY, Event, Turn
from backends.contracts import OrderRequest
from backends.desk import StaleEpoch
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

DANGER_BUDGET = 2.5  # seconds: the handoff must not wait for an order
DANGERS = frozenset({EMERGENCY, "report_hazard"})
LOOK_UP = frozenset({"action_tell_outage", "outage_form"})
OFTEN = "report_frequent_outage"
PLAIN = "report_outage"  # a yes to "shall I report it?"


class ReportFault(HotlineAction):
    """Begins, or begins again; `fault_form` does the rest, often within the same turn."""

    action_name = "action_report_fault"
    says_measures = True

    async def act(self, turn: Turn) -> list[Event]:
        intent = turn.intent if turn.intent in rules.intents() else PLAIN
        besides: list[Event] = []
        events = history.of_message(turn.tracker.events, turn.message_id) or turn.events
        afterwards = demands.NEXT in history.done(events)  # taken up once another report was done
        again = intent == OFTEN or (intent == PLAIN and rules.often(OFTEN, turn.text))
        if again and not afterwards and rules.dark_now(turn.text):  # a crew first
            intent = PLAIN
            besides = demands.later(turn, OFTEN, turn.text, turn.message.get("entities") or [])
        told = (turn.slot("handoff_facts") or {}) if afterwards else {}
        fault = Fault(intent, phone=turn.caller or str(told.get("phone_number", "")))
        if (before := turn.slot(SLOT)) and before.get("intent") == intent:
            fault.told = list(before.get("told") or [])
        if turn.intent not in rules.intents():  # agreed to: what led to it was said before
            for text in _before(turn):
                fault.said.append(text)
                fault.hear_words(text)
        if "what" in fault.wish.parts and turn.entities("device"):
            fault.what = turn.text[:100]
        kept = [*besides, *fault.kept(), SlotSet("matter", intent), SlotSet("asking", None)]
        return [*kept, SlotSet("requested_slot", None), FollowupAction(FORM)]


def _before(turn: Turn) -> list[str]:
    """The resident's messages of the look-up that ended with the offer, oldest first."""
    said: list[str] = []
    for events in turn.earlier:
        if not LOOK_UP & set(history.done(events)):
            break
        said.append(str(events[0].get("text") or ""))
    return said[::-1]


class RegisterDanger(HotlineAction):
    """After the words of safety: an order at once with whatever is known, then a person, whatever became of the order.

    It says nothing and asks nothing; the order's number is among the facts of the ticket.
    """

    action_name = "action_register_danger"

    async def act(self, turn: Turn) -> list[Event]:
        facts: dict[str, str] = {}
        try:
            async with asyncio.timeout(DANGER_BUDGET):
                facts["order_number"] = await self._register(turn)
        except StaleEpoch:
            raise
        except (HotlineError, TimeoutError) as error:
            log.error("danger_not_registered", error=type(error).__name__)
        return [SlotSet("handoff_facts", facts), FollowupAction("action_handoff")]

    async def _register(self, turn: Turn) -> str:
        said = turn.address
        answer = await self.clients.outages.place(said or turn.text)
        if answer.match != "exact" and (known := str(turn.slot("address") or "")) and not said:
            answer = await self.clients.outages.place(known)
        place = answer.places[0] if answer.match == "exact" else None
        texts = heard(turn)
        request = OrderRequest(
            kind="hazard", subject=turn.intent if turn.intent in DANGERS else EMERGENCY, text=turn.text[:2000],
            place_id=place.place_id if place else "", address=(said or (place.address if place else ""))[:200],
            contact_phone=phone_in(turn.text) or turn.caller, urgent=True, marks=set(rules.marks_in(texts)),
            channel=turn.channel, conversation=turn.conversation,
        )  # fmt: skip
        return (await place_order(turn, request, "danger")).number
