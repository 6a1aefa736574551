"""Proving whose account it is: account number, then a second item. What is proved is kept by the record, not here."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.accounts import bound
from actions.accounts.wish import SLOT
from actions.accounts.words import says
from actions.forms import LAST_TRY, FormStep
from actions.identity import SecondItem, SurnameOnly, second_item
from actions.reading import Number, chosen, long_number, phones_in
from actions.turn import Event, Turn

FALLBACK = "action_tell_bill"
CERTAIN = 0.8
NO_MATTER = frozenset({"out_of_scope", "thank", "greet", "goodbye"})
NUMBER, ITEM = "account_number", "second_item"


def account_in(turn: Turn) -> Number | None:
    """The number in the message that is meant as an account number, of whatever length."""
    if found := long_number(turn.text):
        return found
    for entity in turn.entities("account_number"):  # spoken in a way only the model could read
        digits = str(entity.get("value") or "")
        if digits.isascii() and digits.isdigit():
            return Number(digits, turn.text.replace(turn.words_of(entity), " "))
    return None


class ValidateAccountForm(FormStep):
    """Asks for the account number, then for the second item; three failures, of resident or account, lead to a person.

    Whether the account exists, or which of the two was wrong, is never told. Where several accounts are bound it asks
    which of them first. When it is proved, the action whose wish was kept goes on.
    """

    action_name = "validate_account_form"
    slots = (NUMBER, ITEM)
    own = frozenset()
    given_up = "utter_account_given_up"

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        number = account_in(turn)
        if asked is None and number and not number.is_account and phones_in(turn.text):
            number = None  # part of the wish, not a mistyped account number
        options = self._options(turn)
        if options and number is None:
            which = chosen(turn.text, list(options.values())) if asked else None
            if which is not None:
                return await self._take(turn, list(options)[which])
            if asked is None:
                return self._which(turn, options)
            if self.elsewhere(turn):
                return self.give_away(turn)
            if not says(turn.text, "another") and turn.intent != "deny":
                return self._which(turn, options, self.tries(turn) + 1)
            return self._ask_number(turn, first=True)
        if asked == ITEM and number is None and says(turn.text, "another"):
            turn.say("utter_ask_account_number")
            return [SlotSet(NUMBER, None), *self.ask(NUMBER)]
        item = self._item(turn, asked, number)
        if number is not None and not number.is_account and not (asked == ITEM and item):
            return self.missed(turn, NUMBER, "utter_account_wrong_length", count=len(number.digits))
        if number is None and item is None and asked is not None and self.elsewhere(turn):
            return self.give_away(turn)
        account = number.digits if number and number.is_account else turn.slot(NUMBER)
        if not account:
            return self._ask_number(turn, first=asked is None)
        return [SlotSet(NUMBER, account), *await self._prove(turn, account, item, asked)]

    def _item(self, turn: Turn, asked: str | None, number: Number | None) -> SecondItem | SurnameOnly | None:
        if asked != ITEM and number is None:
            return None
        text = number.rest if number and number.is_account else turn.text
        people = [{**e, "value": turn.words_of(e)} for e in turn.entities("person_name")]
        item = second_item(text, people, asked=asked == ITEM and text == turn.text)
        if not isinstance(item, SecondItem) or not self.elsewhere(turn):
            return item
        # What clearly means something else may still hold a door's number (3号) or begin like a name. Names are
        # many and the model has seen few: only a model beyond doubt is believed against one, and not if all it
        # says is that this is none of our matters, or that somebody is polite (谢芳).
        named = item.holder_name and (turn.confidence < CERTAIN or turn.intent in NO_MATTER)
        unmistakable = item.phone_last4 or people or named
        return item if unmistakable else None

    async def _prove(
        self, turn: Turn, account: str, item: SecondItem | SurnameOnly | None, asked: str | None
    ) -> list[Event]:
        desk = self.clients.desk
        standing = await desk.standing(conversation=turn.conversation, account_number=account)
        if standing.account_number == account:
            return self._go_on(turn)
        if standing.locked:
            return self._locked(turn, standing.locked)
        if isinstance(item, SurnameOnly):
            return self.missed(turn, ITEM, "utter_surname_not_enough")
        if item is None:
            return self._ask_item(turn, new=asked != ITEM or account != turn.slot(NUMBER))
        found = await self.clients.accounts.verify(account, **item.given())
        standing = await desk.attempted(
            conversation=turn.conversation, account_number=account, key=turn.message_id, matched=bool(found.matched)
        )  # fmt: skip
        if standing.account_number == account:
            return self._go_on(turn)
        if standing.locked:
            return self._locked(turn, standing.locked)
        turn.say("utter_verification_failed")
        return self.ask(ITEM)

    def _ask_number(self, turn: Turn, *, first: bool) -> list[Event]:
        if not first:
            return self.missed(turn, NUMBER, "utter_ask_account_number_again")
        turn.say("utter_ask_account_number")
        return self.ask(NUMBER)

    def _ask_item(self, turn: Turn, *, new: bool) -> list[Event]:
        if not new:
            return self.missed(turn, ITEM, "utter_ask_second_item_again")
        turn.say("utter_ask_second_item")
        return self.ask(ITEM)

    def own_of(self, turn: Turn) -> frozenset[str]:
        """The wish that waits; another one is another matter, and is kept in its place."""
        return frozenset({str((turn.slot(SLOT) or {}).get("matter") or "query_bill")})

    def _go_on(self, turn: Turn) -> list[Event]:
        return self.leave(str((turn.slot(SLOT) or {}).get("action") or FALLBACK))

    def _options(self, turn: Turn) -> dict[str, str]:
        """The accounts to choose from, if that is the question: number and title."""
        asking = turn.asking(self.form)
        return dict(zip(asking.get("numbers") or [], asking.get("options") or [], strict=False))

    def _which(self, turn: Turn, options: dict[str, str], tries: int = 0) -> list[Event]:
        if tries >= LAST_TRY:
            return self.give_up(turn)
        turn.choose("utter_account_which", list(options.values()))
        return self.ask(NUMBER, numbers=list(options), options=list(options.values()), tries=tries)

    async def _take(self, turn: Turn, number: str) -> list[Event]:
        if await bound.use(turn, number):
            return [SlotSet(NUMBER, number), *self._go_on(turn)]
        return [SlotSet(NUMBER, number), *self._ask_item(turn, new=True)]

    def _locked(self, turn: Turn, lock: str) -> list[Event]:
        probing = lock == "probing"
        turn.say("utter_verification_probing" if probing else "utter_verification_locked")
        reason = "suspected_probing" if probing else "verification_failed"
        return self.to_person(reason)

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        if options := self._options(turn):
            return self._which(turn, options)
        turn.say("utter_ask_second_item" if asked == ITEM else "utter_ask_account_number")
        return self.ask(asked, tries=self.tries(turn))
