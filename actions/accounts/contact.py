"""New contact data of an account, telephone or postal address: read back, confirmed, ordered. The change is the utility's."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions.accounts.base import TAIL, AccountAction
from actions.accounts.wish import SLOT, Wish
from actions.accounts.words import says
from actions.accounts.write import open_order
from actions.forms import FormStep
from actions.promise import say_by_when
from actions.reading import names_in, phones_in
from actions.turn import SURE, Event, Turn
from backends.contracts import OrderRequest

FORM = "contact_form"
PHONE, ADDRESS, CONFIRM = "new_phone", "new_address", "contact_confirm"
# What is said of each: the question, the same once more, the reading back, the end.
ASK = {PHONE: "utter_ask_new_phone", ADDRESS: "utter_ask_new_address"}
ASK_AGAIN = {PHONE: "utter_ask_new_phone_again", ADDRESS: "utter_ask_new_address_again"}
READ_BACK = {PHONE: "utter_contact_confirm", ADDRESS: "utter_contact_confirm_address"}
ORDERED = {PHONE: "utter_contact_ordered", ADDRESS: "utter_contact_ordered_address"}
SHORTEST = 4  # characters of an address that no entity tells


def wanted(text: str) -> str:
    """The slot of what shall be changed; '' for contact data that are not ours to take down."""
    if phones_in(text, nearby=False) or says(text, "phone"):
        return PHONE
    if says(text, "postal"):
        return ADDRESS
    return PHONE if says(text, "number") else ""


def phone_in(text: str) -> str | None:
    """The number that a text ends up with: of an old and a new one the new one is said last. One alone may be the old one."""
    found = phones_in(text, nearby=False)
    if not found or (len(found) == 1 and says(text, "old") and not says(text, "new")):
        return None
    return found[-1]


class ChangeContact(AccountAction):
    """Opens `contact_form` for the new number or address; another change of contact data is a person's, before any proof."""

    action_name = "action_change_contact"
    own = frozenset({"update_contact"})

    async def act(self, turn: Turn) -> list[Event]:
        wish = Wish.of(turn, self.action_name, self.own)
        if not wanted(wish.text):
            turn.say("utter_handoff_application")
            return [*wish.kept(), *turn.to_person("beyond_bot")]
        named = [SlotSet(ADDRESS, turn.address or None)] if wish.text == turn.text else []
        return [*named, *await super().act(turn)]

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        return [SlotSet(PHONE, phone_in(wish.text)), SlotSet("asking", None), FollowupAction(FORM)]


class ValidateContactForm(FormStep):
    """Asks for the number or the address, reads it back, and writes the order on a yes."""

    action_name = "validate_contact_form"
    slots = (PHONE, ADDRESS, CONFIRM)
    own = frozenset({"update_contact"})
    given_up = "utter_contact_given_up"
    yes_no = frozenset({CONFIRM})

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        what = self._what(turn)
        if asked is not None and (other := self._instead(turn, what)):
            wish = SlotSet(SLOT, {**(turn.slot(SLOT) or {}), "text": turn.text})
            value = phone_in(turn.text) if other == PHONE else turn.address
            told = self._read_back(turn, other, value) if value else self._ask_new(turn, other)
            return [wish, SlotSet(what, None), *told]
        # While the form opens the message may be the proof, and its number the old one.
        value = turn.slot(what) if asked is None else self._given(turn, what, asked)
        if value:
            return self._read_back(turn, what, value)
        if asked is None:
            return self._ask_new(turn, what)
        if asked == CONFIRM and turn.yes:
            return await self._order(turn, what)
        if asked == CONFIRM and turn.no:
            return self._ask_new(turn, what)
        if self.elsewhere(turn):
            return self.give_away(turn)
        if asked == CONFIRM:
            return self.missed(turn, CONFIRM, READ_BACK[what], **self._values(turn, what))
        return self.missed(turn, what, ASK_AGAIN[what])

    @staticmethod
    def _what(turn: Turn) -> str:
        return wanted(str((turn.slot(SLOT) or {}).get("text") or "")) or PHONE

    def _instead(self, turn: Turn, what: str) -> str:
        """What shall be changed instead, '' if nothing else: 还是换电话吧."""
        surely = turn.understood and turn.intent in self.own and turn.confidence >= SURE
        other = wanted(turn.text) if surely else ""
        return other if other != what else ""

    def _given(self, turn: Turn, what: str, asked: str) -> str | None:
        """The new number or address in an answer."""
        if what == PHONE:
            found = phones_in(turn.text, nearby=False)
            return found[-1] if asked == PHONE and found else phone_in(turn.text)
        if asked == ADDRESS and not turn.address and not self.elsewhere(turn):
            said = "".join(names_in(turn.text))
            return said if len(said) >= SHORTEST else None
        return turn.address or None

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        what = self._what(turn)
        if asked == CONFIRM and turn.slot(what):
            return self._read_back(turn, what, turn.slot(what))
        return self._ask_new(turn, what)

    def _ask_new(self, turn: Turn, what: str) -> list[Event]:
        turn.say(ASK[what])
        return [SlotSet(what, None), *self.ask(what)]

    def _read_back(self, turn: Turn, what: str, value: str) -> list[Event]:
        turn.say(READ_BACK[what], **self._values(turn, what, value))
        return [SlotSet(what, value), *self.ask(CONFIRM)]

    @staticmethod
    def _values(turn: Turn, what: str, value: str = "") -> dict[str, str]:
        value = value or str(turn.slot(what))
        new = {"phone": value} if what == PHONE else {"address": turn.spoken(value)}
        return {"account": str(turn.slot("account_number"))[-TAIL:], **new}

    async def _order(self, turn: Turn, what: str) -> list[Event]:
        account, value = turn.slot("account_number"), str(turn.slot(what))
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
                contact_phone=value if what == PHONE else "", facts={what: value},
            ),
        )  # fmt: skip
        turn.say(ORDERED[what], number=order.number)
        say_by_when(turn, order)
        return [SlotSet(what, None), *self.leave()]
