"""Notices sent unasked: subscribing, stopping, which there are. Fixed words lead here, from anywhere (`commands.py`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import places
from actions.base import HotlineAction
from actions.forms import LAST_TRY, FormStep
from actions.outage import INTENTS
from actions.places import Sought, seek
from actions.turn import Event, Turn
from backends.contracts import Place

FORM, PLACE = "subscribe_form", "subscribe_place"
TAIL = 4
WHERE = "wechat"


class SubscribeOutage(HotlineAction):
    """Notices of a place: the one named, else the one spoken of, else asked for by `subscribe_form`."""

    action_name = "action_subscribe_outage"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.channel != WHERE:
            turn.say("utter_subscribe_not_here")
            return []
        if words := turn.address or str(turn.slot("address") or ""):
            sought = Sought()
            _, answer = await seek(turn, sought, words)
            if answer.match == "exact":
                await subscribe_to(turn, answer.places[0])
                return [SlotSet("asking", None)]
            return [SlotSet("asking", {"form": FORM, **asdict(sought)}), FollowupAction(FORM)]
        return [SlotSet("asking", {"form": FORM}), FollowupAction(FORM)]


async def subscribe_to(turn: Turn, place: Place) -> None:
    """Subscribe to a place's outages, and say what came of it."""
    title = f"{place.district}{place.name}"
    outcome = await turn.clients.desk.subscribe(
        conversation=turn.conversation, topic="outage", subject=place.place_id, title=title
    )
    _tell(turn, outcome, "utter_subscribed_outage", title)


class SubscribeArrears(HotlineAction):
    """Reminders of arrears, for the accounts that are bound to this resident."""

    action_name = "action_subscribe_arrears"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.channel != WHERE:
            turn.say("utter_subscribe_not_here")
            return []
        bindings = await turn.clients.desk.bindings(conversation=turn.conversation)
        accounts = [one.account_number for one in bindings.bound]
        if not accounts:
            turn.say("utter_subscribe_not_bound")
        for number in accounts:
            outcome = await turn.clients.desk.subscribe(
                conversation=turn.conversation, topic="arrears", subject=number, title=number[-TAIL:]
            )
            _tell(turn, outcome, "utter_subscribed_arrears", number[-TAIL:])
        return []


def _tell(turn: Turn, outcome: str, done: str, title: str) -> None:
    other = {"too_many": "utter_subscribe_too_many", "not_bound": "utter_subscribe_not_bound"}
    turn.say(done if outcome == "subscribed" else other.get(outcome, "utter_subscribe_not_here"), title=title)


class Unsubscribe(HotlineAction):
    """No more messages, of no kind; no question asked."""

    action_name = "action_unsubscribe"

    async def act(self, turn: Turn) -> list[Event]:
        ended = await turn.clients.desk.unsubscribe(conversation=turn.conversation)
        turn.say("utter_unsubscribed" if ended else "utter_unsubscribed_none")
        return []


class ListSubscriptions(HotlineAction):
    """What this resident is told of."""

    action_name = "action_list_subscriptions"

    async def act(self, turn: Turn) -> list[Event]:
        if turn.channel != WHERE:
            turn.say("utter_subscribe_not_here")
            return []
        wishes = await turn.clients.desk.subscriptions(conversation=turn.conversation)
        pieces = {"outage": "part_wish_outage", "arrears": "part_wish_arrears", "bound": "part_wish_bound"}
        if not wishes:
            turn.say("utter_subscriptions_none")
        else:
            turn.say(
                "utter_subscriptions",
                list="\n".join(turn.piece(pieces[w.topic], title=w.title) for w in wishes),
            )
        return []


class ValidateSubscribeForm(FormStep):
    """Asks for the place; with several in question, which of them."""

    action_name = "validate_subscribe_form"
    slots = (PLACE,)
    own = frozenset[str]()
    given_up = "utter_subscribe_given_up"
    given_up_for = "address_unknown"
    takes: ClassVar = {PLACE: ("address",)}

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        if asked is None:
            return self.ask_again(turn, PLACE)
        if self.elsewhere(turn):
            return self.give_away(turn)
        before, sought = Sought.restored(turn.asking(FORM)), Sought.restored(turn.asking(FORM))
        _, answer = await seek(turn, sought)
        if answer.match == "exact":
            await subscribe_to(turn, answer.places[0])
            return self.leave()
        tries = 0 if sought.narrowed(before) else self.tries(turn) + 1
        return self.give_up(turn) if tries >= LAST_TRY else self._ask(turn, sought, tries)

    def own_of(self, turn: Turn) -> frozenset[str]:
        """An outage at a place is what notices are wanted of."""
        return self.own | INTENTS if turn.address else self.own

    def _ask(self, turn: Turn, sought: Sought, tries: int) -> list[Event]:
        places.ask(turn, sought, tries, first="utter_ask_subscribe_place")
        return self.ask(PLACE, tries=tries, **asdict(sought))

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        return self._ask(turn, Sought.restored(turn.asking(FORM)), self.tries(turn))
