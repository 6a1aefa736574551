"""The conversation itself: yes, no, again, stop, data out of the blue, and what nobody understood."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions import (
    answer,
    assent,
    cases,
    commands,
    demands,
    doubt,
    follow_up,
    history,
    question,
    tariff,
    tariff_talk,
)
from actions.accounts import bindings, bound
from actions.accounts.proof import account_in
from actions.base import END_OF_FORM, HotlineAction
from actions.fault.reading import scope_in
from actions.outage import REPORT
from actions.tell_measures import asked_before
from actions.turn import Event, Turn
from actions.urge import ask_withdrawal, withdrawable
from backends.desk import StaleEpoch
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

KEPT_SLOTS = (
    "address", "account_number", "second_item", "account_wish", "new_phone", "new_address", "case", "hall", "application", "voice",
    "fault", "answered", "ticket_number", "ticket_phone", "offer", "matter", "waiting", "unfinished", "handoff_reason", "handoff_facts",
)  # fmt: skip
# What a yes, and a no, to what was offered in the turn before leads to.
ON_YES = {
    "handoff": "action_handoff", REPORT: "action_report_fault", "bind": "action_bind", "report_case": "action_report_case",
}  # fmt: skip
ON_NO = {"bind": "action_bind"}
IDLE_WORDS = 4  # characters: after the offer of a person, so little tells of no other business
CHOICES_AT, PERSON_AT = 1, 2  # turns not understood before this one


class Affirm(HotlineAction):
    """Yes: to what was offered just now, a person mostly; else to nothing in particular."""

    action_name = "action_affirm"

    async def act(self, turn: Turn) -> list[Event]:
        if isinstance(turn.standing, str) and (successor := ON_YES.get(turn.standing)):
            return [SlotSet("offer", None), FollowupAction(successor)]
        turn.say("utter_affirm")
        return [SlotSet("offer", None)]


class Deny(HotlineAction):
    """No, thank you; or, to the question of an estimate, that it is not known."""

    action_name = "action_deny"

    async def act(self, turn: Turn) -> list[Event]:
        if isinstance(turn.standing, str) and (successor := ON_NO.get(turn.standing)):
            return [SlotSet("offer", None), FollowupAction(successor)]
        if (lacked := tariff_talk.lacked(turn)) and cases.says(turn, "forgotten"):
            turn.say(
                "utter_estimate_find_capacity" if lacked == tariff_talk.FIRM else "utter_estimate_find_use"
            )
            return [SlotSet("offer", None)]
        turn.say("utter_offer_declined" if turn.offered else "utter_deny")
        return [SlotSet("offer", None)]


class Inform(HotlineAction):
    """Data without a question: what it is tells what may be wanted."""

    action_name = "action_inform"

    async def act(self, turn: Turn) -> list[Event]:
        if tariff.goes_on(turn):
            return [FollowupAction("action_estimate")]
        if demands.aside(turn):
            return [FollowupAction(demands.NEXT)]
        number = account_in(turn)
        if number is not None and number.is_account:
            return [SlotSet("account_number", number.digits), FollowupAction("action_tell_bill")]
        if turn.entities("business_hall"):
            return [SlotSet("offer", None), FollowupAction("action_tell_hall")]
        if turn.standing == REPORT and (scope_in(turn.text) or turn.entities("scope")):
            return [SlotSet("offer", None), FollowupAction("action_report_fault")]
        if address := turn.address:
            wanted = "action_tell_measures" if asked_before(turn) else "action_tell_outage"
            return [SlotSet("address", address), FollowupAction(wanted)]
        turn.say("utter_ask_what")
        return []


class OutOfScope(HotlineAction):
    """Not our business: whose it is where that is known. Who says such things again and again may mean something
    else: a person is offered.
    """

    action_name = "action_out_of_scope"

    async def act(self, turn: Turn) -> list[Event]:
        if words := await answer.others(turn):
            turn.dispatcher.utter_message(text=words)
            return [SlotSet("offer", None)]
        if turn.offered and len(turn.text.strip()) <= IDLE_WORDS:
            turn.say("utter_offer_again")
            return turn.offer(str(turn.slot("handoff_reason") or "beyond_bot"))
        turn.say("utter_out_of_scope")
        if turn.loop or not turn.earlier or self.action_name not in history.done(turn.earlier[0]):
            return [SlotSet("offer", None)]
        turn.say("utter_out_of_scope_again")
        return turn.offer("fallback")


class NextDemand(HotlineAction):
    """What else the message wanted, now that the matter before it is done; at last what we would ask."""

    action_name = demands.NEXT

    async def act(self, turn: Turn) -> list[Event]:
        if account := demands.to_ask(turn, bound.OFFER):
            return [SlotSet(demands.SLOT, None), *await bound.offer(turn, account)]
        return demands.next_one(turn)


class Repeat(HotlineAction):
    """The last words once more; whoever wants the number of an order, those that held it."""

    action_name = "action_repeat"
    says_again = True

    async def act(self, turn: Turn) -> list[Event]:
        told = [words for earlier in turn.earlier if (words := history.words(earlier))]
        if cases.says(turn, "number"):
            told = [words for words in told if any(cases.number_in(one["text"]) for one in words)] or told
        said = told[0] if told else []
        if not said:
            turn.say("utter_repeat_nothing")
        for one in said:
            if turn.screen or not one["data"]:
                turn.dispatcher.utter_message(
                    text=one["text"], buttons=one["buttons"], json_message=one["data"] or None
                )
        return [SlotSet("offer", turn.standing)]


class Cancel(HotlineAction):
    """Stop, start over: nothing is kept, what was verified ends. Unless it is an order that shall be withdrawn.

    What the message goes on to comes next.
    """

    action_name = "action_cancel"
    says_again = True

    async def act(self, turn: Turn) -> list[Event]:
        if found := await withdrawable(turn):
            return ask_withdrawal(turn, found)
        try:
            await self.clients.desk.forget(conversation=turn.conversation)
        except StaleEpoch:
            raise
        except HotlineError as error:  # it ends by itself, after the silence that ends every verification
            log.warning("verification_not_ended", error=type(error).__name__)
        goes_on = bool(turn.message.get("demands"))  # to something else: 不查了，还是报修吧
        turn.say("utter_dropped" if goes_on else "utter_cancelled")
        forgotten = [name for name in KEPT_SLOTS if name != demands.SLOT or not goes_on]
        return [*END_OF_FORM, *(SlotSet(name, None) for name in forgotten)]


class Fallback(HotlineAction):
    """Not understood: asked again, then with choices, then a person. Unless it may be danger to life.

    Where two wishes stand out the question names them, once; its answer goes back to the rules as what was meant. Where
    knowledge surely has the answer, it is told whatever the intent.
    """

    action_name = "action_hotline_fallback"
    says_measures = True
    says_again = True  # what comes after how many turns is its own matter

    async def act(self, turn: Turn) -> list[Event]:
        asked = await question.answered(turn)
        if turn.danger and asked is None:
            turn.say("utter_emergency")
            return [SlotSet("handoff_reason", "emergency"), FollowupAction("action_register_danger")]
        if action := bindings.meant(turn) or commands.command(turn):
            return [FollowupAction(action)]
        if answered := assent.to_offer(turn):
            return [SlotSet("offer", turn.standing), *demands.given_back(turn, *answered, [])]
        if tariff.meant(turn):
            return [FollowupAction("action_estimate")]
        if meant := follow_up.meant(turn):
            return demands.given_back(turn, turn.text, meant, turn.message.get("entities") or [])
        if wish := doubt.picked(turn):
            return doubt.take_as(turn, wish)
        if asked or answer.picked(turn) is not None:
            return [FollowupAction("action_answer")]
        misses = self._misses(turn)
        if misses < PERSON_AT and not doubt.asked(turn) and (rivals := doubt.rivals(turn)):
            return doubt.ask(turn, rivals)
        if not turn.loop and await answer.known(turn):
            return [FollowupAction("action_answer")]
        if misses >= PERSON_AT:
            turn.say("utter_fallback_person")
            return turn.to_person("fallback")
        turn.say("utter_fallback_choices" if misses >= CHOICES_AT else "utter_fallback")
        return []

    def _misses(self, turn: Turn) -> int:
        """How many turns right before this one were not understood either; what was handed on was."""
        count = 0
        for earlier in turn.earlier:
            if history.done(earlier)[-1:] != [self.action_name]:
                break
            count += 1
        return count
