"""A new telephone number for an account: read back, confirmed, ordered. The change itself is the utility's."""

from __future__ import annotations

import re

from rasa_sdk.events import FollowupAction, SlotSet

from actions.accounts.base import TAIL, AccountAction
from actions.accounts.wish import SLOT, Wish
from actions.accounts.words import says
from actions.accounts.write import open_order
from actions.forms import FormStep
from actions.reading import plain
from actions.turn import Event, Turn
from backends.contracts import OrderRequest

FORM = "contact_form"
PHONE, CONFIRM = "new_phone", "contact_confirm"
_SEPARATOR = re.compile(r"(?<=\d)[ \-]+(?=\d)")
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{9,11})(?!\d)")


def phone_in(text: str) -> str | None:
    """The telephone number that a text ends up with: of an old and a new one the new one is said last."""
    found = _PHONE.findall(_SEPARATOR.sub("", plain(text)))
    return found[-1] if found else None


class ChangeContact(AccountAction):
    """Opens `contact_form` for a new number; another change of contact data goes to a person."""

    action_name = "action_change_contact"
    own = frozenset({"update_contact"})

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        if not says(wish.text, "phone"):
            turn.say("utter_handoff_application")
            return [SlotSet("handoff_reason", "beyond_bot"), FollowupAction("action_handoff")]
        return [SlotSet(PHONE, phone_in(wish.text)), SlotSet("asking", None), FollowupAction(FORM)]


class ValidateContactForm(FormStep):
    """Asks for the number, reads it back, and writes the order on a yes."""

    action_name = "validate_contact_form"
    slots = (PHONE, CONFIRM)
    own = frozenset({"update_contact"})
    given_up = "utter_contact_given_up"
    yes_no = frozenset({CONFIRM})

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        # While the form opens the message may be the proof, and its number the old one.
        phone = turn.slot(PHONE) if asked is None else phone_in(turn.text)
        if phone:
            return self._read_back(turn, phone)
        if asked is None:
            return self._ask_phone(turn)
        if asked == CONFIRM and turn.yes:
            return await self._order(turn)
        if asked == CONFIRM and turn.no:
            return self._ask_phone(turn)
        if self.elsewhere(turn):
            return self.give_away()
        if asked == CONFIRM:
            return self.missed(turn, CONFIRM, "utter_contact_confirm", **self._values(turn))
        return self.missed(turn, PHONE, "utter_ask_new_phone_again")

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        if asked == CONFIRM and turn.slot(PHONE):
            return self._read_back(turn, turn.slot(PHONE))
        return self._ask_phone(turn)

    def _ask_phone(self, turn: Turn) -> list[Event]:
        turn.say("utter_ask_new_phone")
        return [SlotSet(PHONE, None), *self.ask(PHONE)]

    def _read_back(self, turn: Turn, phone: str) -> list[Event]:
        turn.say("utter_contact_confirm", **self._values(turn, phone))
        return [SlotSet(PHONE, phone), *self.ask(CONFIRM)]

    @staticmethod
    def _values(turn: Turn, phone: str | None = None) -> dict[str, str]:
        return {"account": str(turn.slot("account_number"))[-TAIL:], "phone": phone or str(turn.slot(PHONE))}

    async def _order(self, turn: Turn) -> list[Event]:
        account, phone = turn.slot("account_number"), str(turn.slot(PHONE))
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        if (
            standing.account_number != account
        ):  # the silence was too long: prove it once more, then read back again
            return self.leave(ChangeContact.action_name)
        said = (turn.slot(SLOT) or {}).get("text") or turn.text
        order = await open_order(
            turn,
            OrderRequest(
                kind="contact_change", subject="update_contact", text=said[:2000], account_number=account,
                contact_phone=phone, facts={"new_phone": phone},
            ),
        )  # fmt: skip
        turn.say("utter_contact_ordered", number=order.number)
        if order.answer_by or order.contact_by:
            turn.say("utter_order_until", until=order.answer_by or order.contact_by)
        return [SlotSet(PHONE, None), *self.leave()]
