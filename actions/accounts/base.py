"""The one way to everything that is told or done for an account: proved in this conversation, or bound, else proved now."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import demands
from actions.accounts import bound
from actions.accounts.proof import account_in
from actions.accounts.wish import FORM, Wish, proved_now
from actions.accounts.words import says
from actions.base import HotlineAction
from actions.turn import Event, Turn

TAIL = 4  # digits of an account number that are said


class AccountAction(HotlineAction):
    """Subclasses write `tell`; `own`: the intents whose wish it answers.

    An answer is about one account. A number in the message, or words for another one, leave the account spoken of
    before; `account_form` then proves the new one and leads back here.
    """

    own: ClassVar[frozenset[str]]

    async def act(self, turn: Turn) -> list[Event]:
        wish = Wish.of(turn, self.action_name, self.own)
        named = account_in(turn)
        number = named.digits if named and named.is_account else None
        proved = proved_now(turn)
        if number is None and not proved and says(turn.text, "another"):
            options = await bound.others(turn)
            return [SlotSet("account_number", None), *self._prove(wish, options)]
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        wanted = number or turn.slot("account_number") or standing.account_number
        if wanted is None or wanted != standing.account_number:
            found = await bound.take(turn, wanted)
            if not isinstance(found, str):
                return self._prove(wish, found)
            wanted = found
        events = await self.tell(turn, wanted, wish)
        kept = [SlotSet("account_number", wanted), *wish.kept(), *events]
        # Only where the answer is all that is said: another question, or another action, has the word otherwise.
        goes_on = any(e.get("name") == "offer" or e["event"] == "followup" for e in events)
        if proved and not goes_on:
            kept += demands.asked_last(turn, bound.OFFER, wanted) or await bound.offer(turn, wanted)
        return kept

    @abstractmethod
    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        """Answer the wish for the verified account. Raises `BackendError`."""

    def _prove(self, wish: Wish, options: list[bound.Option]) -> list[Event]:
        asking = {"form": FORM, "numbers": [o.number for o in options], "options": [o.title for o in options]}
        return [SlotSet("asking", asking if options else None), *wish.kept(), FollowupAction(FORM)]
