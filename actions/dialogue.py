"""The conversation itself: yes, no, again, stop, data out of the blue, and what nobody understood."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions import commands, doubt, history
from actions.account import account_in
from actions.base import END_OF_FORM, HotlineAction
from actions.outage import address_of
from actions.turn import Event, Turn
from actions.urge import ask_withdrawal, withdrawable
from backends.desk import StaleEpoch
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

KEPT_SLOTS = (
    "address", "account_number", "second_item", "hall", "ticket_number", "ticket_phone", "offer", "matter",
    "handoff_reason",
)  # fmt: skip
CHOICES_AT, PERSON_AT = 1, 2  # turns not understood before this one


class Affirm(HotlineAction):
    """Yes: to a person, if one was offered just now; else to nothing in particular."""

    action_name = "action_affirm"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.offered:
            return [SlotSet("offer", None), FollowupAction("action_handoff")]
        turn.say("utter_affirm")
        return [SlotSet("offer", None)]


class Deny(HotlineAction):
    """No, thank you."""

    action_name = "action_deny"

    async def act(self, turn: Turn) -> list[Event]:
        turn.say("utter_offer_declined" if turn.offered else "utter_deny")
        return [SlotSet("offer", None)]


class NotYet(HotlineAction):
    """A question whose answer the assistant does not know for certain: said honestly, with the offer of a person."""

    action_name = "action_not_yet"

    async def act(self, turn: Turn) -> list[Event]:
        turn.say("utter_not_yet")
        return [*(END_OF_FORM if turn.loop else ()), *turn.offer()]


class Inform(HotlineAction):
    """Data without a question: what it is tells what may be wanted."""

    action_name = "action_inform"

    async def act(self, turn: Turn) -> list[Event]:
        number = account_in(turn)
        if number is not None and number.is_account:
            return [SlotSet("account_number", number.digits), FollowupAction("action_tell_bill")]
        if turn.entities("business_hall"):
            return [SlotSet("offer", None), FollowupAction("action_tell_hall")]
        if address := address_of(turn):
            return [SlotSet("address", address), FollowupAction("action_tell_outage")]
        turn.say("utter_ask_what")
        return []


class Repeat(HotlineAction):
    """The last words once more."""

    action_name = "action_repeat"

    async def act(self, turn: Turn) -> list[Event]:
        said = next((words for earlier in turn.earlier if (words := history.words(earlier))), [])
        if not said:
            turn.say("utter_repeat_nothing")
        for one in said:
            turn.dispatcher.utter_message(text=one["text"], buttons=one["buttons"])
        return [SlotSet("offer", turn.standing)]


class Cancel(HotlineAction):
    """Stop, start over: nothing is kept, what was verified ends. Unless it is an order that shall be withdrawn."""

    action_name = "action_cancel"

    async def act(self, turn: Turn) -> list[Event]:
        if found := await withdrawable(turn):
            return ask_withdrawal(turn, found)
        try:
            await self.clients.desk.forget(conversation=turn.conversation)
        except StaleEpoch:
            raise
        except HotlineError as error:  # it ends by itself, after the silence that ends every verification
            log.warning("verification_not_ended", error=type(error).__name__)
        turn.say("utter_cancelled")
        return [*END_OF_FORM, *(SlotSet(name, None) for name in KEPT_SLOTS)]


class Fallback(HotlineAction):
    """Not understood: asked again, then with choices, then a person. Unless it may be danger to life.

    Where two wishes stand out the question names them, once; its answer goes back to the rules as what was meant.
    """

    action_name = "action_hotline_fallback"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.danger:
            turn.say("utter_emergency")
            return [SlotSet("handoff_reason", "emergency"), FollowupAction("action_handoff")]
        if name := commands.command(turn):
            return [FollowupAction(name)]
        if wish := doubt.picked(turn):
            return doubt.take_as(turn, wish)
        misses = self._misses(turn)
        if misses < PERSON_AT and not doubt.asked(turn) and (rivals := doubt.rivals(turn)):
            return doubt.ask(turn, rivals)
        if misses >= PERSON_AT:
            turn.say("utter_fallback_person")
            return [SlotSet("handoff_reason", "fallback"), FollowupAction("action_handoff")]
        turn.say("utter_fallback_choices" if misses >= CHOICES_AT else "utter_fallback")
        return []

    def _misses(self, turn: Turn) -> int:
        """How many turns right before this one were not understood either."""
        count = 0
        for earlier in turn.earlier:
            if self.action_name not in history.done(earlier):
                break
            count += 1
        return count
