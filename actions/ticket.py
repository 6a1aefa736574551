"""Where a ticket or a work order stands: known without a number where it is the resident's own, else by number and telephone."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import cases, history
from actions.base import END_OF_FORM, HotlineAction
from actions.cases import Case, Untold
from actions.forms import LAST_TRY, FormStep
from actions.promise import timeless
from actions.reading import chosen
from actions.turn import Event, Turn
from backends.contracts import Order, OrderEvent

FORM = "ticket_form"
NUMBER, PHONE = "ticket_number", "ticket_phone"
INTENTS = frozenset({"query_ticket", "urge_ticket"})
TITLE_TAIL = 4  # digits of a number that tell two tickets of a resident apart


class CaseAction(HotlineAction):
    """Finds the case that is meant, asking by `ticket_form` where it must; subclasses settle it.

    The telephone's digits rest in a slot only as something said: whoever is asked proves them again at every call.
    """

    last_one_first: ClassVar[bool] = (
        False  # whether "it" is the case spoken of before, rather than any of the resident's
    )

    @abstractmethod
    async def settle(self, turn: Turn, case: Case) -> list[Event]:
        """Say or do what was asked for."""

    async def act(self, turn: Turn) -> list[Event]:
        number = history.slot_set(turn.events, NUMBER) or cases.number_in(turn.text)
        if not number:
            return await self._without_number(turn)
        try:
            case = await cases.find(turn, number, self._phone(turn))
        except Untold as untold:
            return self._untold(turn, number, untold)
        return await self._settled(turn, case)

    @staticmethod
    def _phone(turn: Turn) -> str:
        return str(turn.slot(PHONE) or "")

    async def _without_number(self, turn: Turn) -> list[Event]:
        before = await self._spoken_of(turn) if self.last_one_first else None
        if before is not None:
            return await self._settled(turn, before)
        found = await cases.own(turn)
        still = [case for case in found if case.open]
        if len(still) > 1:
            titles = [self._title(turn, case) for case in still]
            return self._ask(turn, NUMBER, options=titles, numbers=[case.number for case in still])
        known = (still or found)[:1] or [case for case in [await self._spoken_of(turn)] if case]
        if known:
            return await self._settled(turn, known[0])
        return self._ask(turn, NUMBER, tries=int(turn.asking(FORM).get("tries", 0)))

    async def _spoken_of(self, turn: Turn) -> Case | None:
        number = str(turn.slot(NUMBER) or "")
        if not number:
            return None
        try:
            return await cases.find(turn, number, self._phone(turn))
        except Untold:
            return None

    async def _settled(self, turn: Turn, case: Case) -> list[Event]:
        events = await self.settle(turn, case)
        kept = [SlotSet(NUMBER, case.number), SlotSet(PHONE, case.phone_last4 or None)]
        return [*kept, SlotSet("asking", None), *turn.about(), *events]

    @staticmethod
    def _title(turn: Turn, case: Case) -> str:
        return turn.piece(
            "part_ticket_title", subject=case.subject(turn), opened=case.opened_at, tail=case.number[-TITLE_TAIL:]
        )  # fmt: skip

    def _untold(self, turn: Turn, number: str, untold: Untold) -> list[Event]:
        if untold.why == "locked":
            turn.say("utter_ticket_locked")
            return [*END_OF_FORM, *turn.to_person("verification_failed")]
        if untold.why == "not_proved" and not self._phone(turn):
            return self._ask(turn, PHONE, number=number, tries=int(turn.asking(FORM).get("tries", 0)))
        tries = int(turn.asking(FORM).get("tries", 0)) + 1
        if tries >= LAST_TRY:
            turn.say("utter_ticket_given_up")
            why = "verification_failed" if untold.why == "not_proved" else "not_answered"
            return [
                *END_OF_FORM,
                SlotSet(NUMBER, None),
                SlotSet(PHONE, None),
                *turn.to_person(why),
            ]
        wrong = untold.why == "not_proved"
        return self._ask(
            turn, PHONE if wrong else NUMBER, number=number if wrong else "", tries=tries, problem=untold.why
        )

    @staticmethod
    def _ask(turn: Turn, slot: str, **asking: Any) -> list[Event]:
        kept = {"form": FORM, "need": slot, **asking}
        return [
            SlotSet(NUMBER, None), SlotSet(PHONE, None), SlotSet("asking", kept), *turn.about(), FollowupAction(FORM),
        ]  # fmt: skip


class TellTicket(CaseAction):
    """Its state, what was done last, and by when what comes next was promised."""

    action_name = "action_tell_ticket"

    async def settle(self, turn: Turn, case: Case) -> list[Event]:
        return tell(turn, case)


def tell(turn: Turn, case: Case) -> list[Event]:
    """Say where a case stands; what is late is admitted, with what can be done about it."""
    values: dict[str, Any] = {"subject": case.subject(turn), "opened": case.opened_at, "due": case.due}
    if case.ticket:
        ticket = case.ticket
        turn.say(f"utter_ticket_{_state(case)}", place=ticket.place, at=ticket.step_at, **values)
        return turn.offer("beyond_bot") if _state(case) in ("not_reachable", "call_overdue") else []
    assert case.order is not None
    steps = _steps(case.order)
    turn.say(f"utter_order_{case.order.state}", at=steps[-1].at if steps else case.opened_at, **values)
    if steps and steps[-1].text and case.open:
        turn.say("utter_order_last", text=turn.spoken(steps[-1].text.rstrip("。")))
    if case.overdue:
        turn.say("utter_order_overdue", **values)
    elif case.due:
        turn.say("utter_order_due", **values)
    elif case.open and timeless(case.order):
        turn.say("utter_order_no_time")
    return []


def _state(case: Case) -> str:
    assert case.ticket is not None
    ticket = case.ticket
    if ticket.state != "closed":
        return ticket.state
    if ticket.call_at is not None:
        return "call_overdue" if case.overdue else "call_due"
    return ticket.outcome if ticket.outcome in ("not_reachable", "withdrawn") else "done"


def _steps(order: Order) -> list[OrderEvent]:
    """The events that moved it on; those in between, such as urging, hold the resident's own words."""
    states = [None, *(event.state for event in order.events)]
    return [event for event, before in zip(order.events, states, strict=False) if event.state != before]


class ValidateTicketForm(FormStep):
    """Asks for the number, in parts if it is heard in parts, or which of several; then for the end of the telephone."""

    action_name = "validate_ticket_form"
    slots = (NUMBER, PHONE)
    own = INTENTS
    given_up = "utter_ticket_given_up"

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        asking = turn.asking(FORM)
        if asked is None:
            return self.ask_again(turn, str(asking.get("need") or NUMBER))
        if number := cases.number_in(turn.text):
            return self._go_on(turn, number)
        if asked == PHONE:
            return self._phone(turn, str(asking.get("number") or ""))
        options = list(asking.get("options") or [])
        if options and (which := chosen(turn.text, options)) is not None:
            return self._go_on(turn, str(asking["numbers"][which]))
        digits = cases.digits_in(turn.text)
        if digits and not self.elsewhere(turn):
            return self._part(turn, digits, options)
        return self._nothing(turn, asked)

    def _phone(self, turn: Turn, number: str) -> list[Event]:
        if end := cases.phone_end_in(turn.text):
            return self._go_on(turn, number, end)
        return self._nothing(turn, PHONE)

    def _part(self, turn: Turn, digits: str, options: list[str]) -> list[Event]:
        """Part of a number: of one that is known, or with what was heard before, or to be gone on with."""
        asking = turn.asking(FORM)
        fitting = [number for number in asking.get("numbers") or [] if digits in number]
        if len(fitting) == 1:
            return self._go_on(turn, fitting[0])
        heard = "" if cases.says(turn, "anew") or options else str(asking.get("heard") or "")
        together = heard + digits
        if len(together) == cases.LENGTH:
            return self._go_on(turn, together)
        if len(together) > cases.LENGTH:
            return self.missed(
                turn, NUMBER, "utter_ticket_number_wrong", count=len(digits), length=cases.LENGTH
            )
        turn.say("utter_ticket_number_part", heard=together, missing=cases.LENGTH - len(together))
        return self.ask(NUMBER, **asking_with(asking, heard=together))

    def _nothing(self, turn: Turn, asked: str) -> list[Event]:
        if turn.no or (turn.understood and cases.says(turn, "forgotten")):
            turn.say("utter_ticket_no_number" if asked == NUMBER else "utter_ticket_no_phone")
            return [*turn.offer("not_answered"), *self.leave()]
        if self.elsewhere(turn):
            return self.give_away(turn)
        tries = self.tries(turn) + 1
        return self.give_up(turn) if tries >= LAST_TRY else self.ask_again(turn, asked, tries=tries)

    def _go_on(self, turn: Turn, number: str, phone: str = "") -> list[Event]:
        asking = turn.asking(FORM)
        successor = "action_urge" if turn.slot("matter") == "urge_ticket" else "action_tell_ticket"
        return [
            SlotSet(NUMBER, number), SlotSet(PHONE, phone or None),
            SlotSet("asking", {"form": FORM, "tries": int(asking.get("tries", 0))}), SlotSet("requested_slot", None),
            FollowupAction(successor),
        ]  # fmt: skip

    def ask_again(self, turn: Turn, asked: str, **changes: Any) -> list[Event]:
        asking = asking_with(turn.asking(FORM), **changes)
        problem = str(asking.get("problem") or "")
        if asked == PHONE:
            turn.say("utter_ticket_phone_wrong" if problem else "utter_ask_ticket_phone")
        elif asking.get("options"):
            turn.choose("utter_ticket_which", list(asking["options"]))
        else:
            turn.say("utter_ticket_unknown" if problem else "utter_ask_ticket_number", length=cases.LENGTH)
        return self.ask(asked, **asking)


def asking_with(asking: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """How the question stands, changed; without the form's name, which asking adds."""
    return {name: value for name, value in {**asking, **changes}.items() if name != "form"}
