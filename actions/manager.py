"""Grid managers (网格客户经理) by address: name, telephone, and whether it is answered now."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import time
from typing import ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import history, places
from actions.base import END_OF_FORM, HotlineAction
from actions.forms import LAST_TRY, FormStep
from actions.hall import hours
from actions.places import Sought, full_name, seek
from actions.turn import Event, Turn
from backends.contracts import GridManager, OutageAnswer, Place, Span
from kit import clock

FORM = "manager_form"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\D+(\d{1,2}):(\d{2})")


def span_of(manager: GridManager) -> Span | None:
    """Working hours; None where the record has them in words only."""
    found = _HOURS.search(manager.hours)
    if found is None:
        return None
    opens, closes = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    return Span(opens=opens, closes=closes)


class TellManager(HotlineAction):
    """Who looks after the place; needs no account."""

    action_name = "action_tell_manager"

    async def act(self, turn: Turn) -> list[Event]:
        before, sought = Sought.restored(turn.asking(FORM)), Sought.restored(turn.asking(FORM))
        address, answer = await self._look_up(turn, sought)
        if answer.match == "exact":
            return self._tell(turn, answer.places[0], address)
        tries = 0 if sought.narrowed(before) else int(turn.asking(FORM).get("tries", 0)) + bool(address)
        if tries >= LAST_TRY:
            turn.say("utter_manager_given_up")
            return [*END_OF_FORM, SlotSet("address", None), *turn.to_person("address_unknown")]
        asking = {"form": FORM, "tries": tries, **asdict(sought)}
        return [SlotSet("address", None), SlotSet("asking", asking), *turn.about(), FollowupAction(FORM)]

    async def _look_up(self, turn: Turn, sought: Sought) -> tuple[str, OutageAnswer]:
        """As for outages: the address of the message or of our question, the whole message, the address of before."""
        said = history.slot_set(turn.events, "address") or turn.address
        return await seek(turn, sought, said, known=str(turn.slot("address") or ""))

    @staticmethod
    def _tell(turn: Turn, place: Place, address: str) -> list[Event]:
        kept = [SlotSet("address", address or full_name(place)), *turn.about()]
        kept += [SlotSet("asking", None)] if turn.asking(FORM) else []
        where, manager = turn.spoken(place.name), place.grid_manager
        if manager is None:
            turn.say("utter_manager_none", place=where)
            return [*kept, *turn.offer("no_grid_manager")]
        span = span_of(manager)
        told = hours(turn, [span]) if span else turn.spoken(manager.hours)
        turn.say("utter_manager_is", place=where, name=manager.name, phone=manager.phone, hours=told)
        if span and not span.opens <= clock.now().time() < span.closes:
            turn.say("utter_manager_away")
        return kept


class ValidateManagerForm(FormStep):
    """Asks where; with several places in question, which of them."""

    action_name = "validate_manager_form"
    slots = ("address",)
    own = frozenset({"query_grid_manager"})
    given_up = "utter_manager_given_up"
    given_up_for = "address_unknown"
    takes: ClassVar = {"address": ("address",)}

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        if asked is None:
            return self.ask_again(turn, "address")
        if self.elsewhere(turn):
            return self.give_away(turn)
        return [
            SlotSet("address", self.option(turn) or turn.address or turn.text),
            SlotSet("requested_slot", None),
            FollowupAction("action_tell_manager"),
        ]

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        asking = turn.asking(FORM) or {"form": FORM}
        places.ask(turn, *places.standing(self, turn), first="utter_manager_where")
        return [SlotSet("asking", asking), SlotSet("requested_slot", asked)]
