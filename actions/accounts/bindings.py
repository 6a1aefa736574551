"""Remembering accounts: the yes or no to the offer, the list, and forgetting one or all."""

from __future__ import annotations

import re

from rasa_sdk.events import SlotSet

from actions.accounts import bound
from actions.accounts.base import TAIL
from actions.accounts.words import about_bindings, says
from actions.base import HotlineAction
from actions.reading import plain
from actions.turn import Event, Turn

_TAIL = re.compile(r"\d{4,13}")


def meant(turn: Turn) -> str | None:
    """The action that a message's words ask for, whatever its intent; None mostly. An open form has its own question."""
    if turn.loop:
        return None
    if about_bindings(turn.text):
        return Bindings.action_name
    kept = turn.slot("account_wish")
    if (
        kept
        and says(turn.text, "another")
        and (turn.intent in ("inform", "deny", "affirm") or not turn.understood)
    ):
        return str(kept["action"])
    return None


class Bind(HotlineAction):
    """The answer to "shall I remember this account?"."""

    action_name = "action_bind"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.intent == "affirm" and not turn.yes:
            turn.say("utter_binding_offer")
            return [SlotSet("offer", bound.OFFER)]
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        account = standing.account_number
        if account is None:
            turn.say("utter_binding_not_verified")
            return [SlotSet("offer", None)]
        profile = await self.clients.accounts.profile(account)
        outcome = await self.clients.desk.bind(
            conversation=turn.conversation, account_number=account, holder_version=profile.holder_version,
            wanted=turn.intent != "deny",
        )  # fmt: skip
        turn.say(f"utter_binding_{outcome}", account=account[-TAIL:])
        return [SlotSet("offer", None)]


class Bindings(HotlineAction):
    """Which accounts are remembered; forgets those named."""

    action_name = "action_bindings"

    async def act(self, turn: Turn) -> list[Event]:
        state = await self.clients.desk.bindings(conversation=turn.conversation)
        numbers = [one.account_number for one in state.bound]
        if not state.lasting:
            turn.say("utter_binding_not_lasting")
        elif not numbers:
            turn.say("utter_bindings_none")
        elif says(turn.text, "unbind"):
            await self._unbind(turn, numbers)
        else:
            await self._list(turn, numbers, "utter_bindings")
        return [SlotSet("offer", None)]

    async def _unbind(self, turn: Turn, numbers: list[str]) -> None:
        if says(turn.text, "all"):
            await self.clients.desk.unbind(conversation=turn.conversation)
            turn.say("utter_bindings_cleared")
            return
        ending = _TAIL.search(plain(turn.text))
        fitting = [number for number in numbers if number.endswith(ending[0])] if ending else numbers
        if len(fitting) != 1:
            await self._list(turn, numbers, "utter_bindings_which")
            return
        await self.clients.desk.unbind(conversation=turn.conversation, account_number=fitting[0])
        turn.say("utter_binding_ended", account=fitting[0][-TAIL:])

    async def _list(self, turn: Turn, numbers: list[str], key: str) -> None:
        """Each with a button that forgets it."""
        titles = [turn.piece("part_unbind", account=number[-TAIL:]) for number in numbers]
        listed = [option.title for option in await bound.options(turn, numbers)]
        turn.choose(key, titles, accounts="\n".join(listed))
