"""Outages by address: running, planned, restored; asking for the place where it is not clear."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import history, measures, outage_region, places
from actions.base import END_OF_FORM, HotlineAction
from actions.fault.marks import lifeline
from actions.forms import LAST_TRY, FormStep
from actions.places import Sought, full_name, seek
from actions.turn import Event, Turn
from backends.contracts import Outage, OutageAnswer
from kit import clock

FORM = "outage_form"
INTENTS = frozenset({"query_outage", "query_planned_outage"})
REPORT = "fault"  # what the slot `offer` holds while taking down a fault is offered
TOLD_AT_ONCE = 2
PLANNED_FIRST = ("announced", "running", "cancelled", "restored")
RUNNING_FIRST = ("running", "announced", "restored", "cancelled")


def told_publicly(answer: OutageAnswer) -> list[Outage]:
    """Notices of the place that is surely meant which anybody may hear."""
    return [
        outage
        for outage in answer.outages
        if outage.kind not in outage_region.PRIVATE and not outage.candidate
    ]


def say_outage(turn: Turn, outage: Outage) -> None:
    """A notice in words: what it is, why, since or until when, and whether that is late."""
    buildings = [turn.piece("part_building", number=turn.spoken(number)) for number in outage.buildings]
    values: dict[str, Any] = {
        "place": turn.spoken(outage.place.name) + turn.piece("part_list_and").join(buildings),
        "kind": turn.piece(f"part_outage_{outage.kind}"),
        "cause": turn.spoken(outage.cause),
        "starts": outage.starts_at,
        "until": outage.expected_end,
        "restored": outage.restored_at,
    }
    key = f"utter_outage_{outage.status}"
    if outage.status == "running" and outage.expected_end is None:
        key += "_no_time"
    elif outage.status == "running" and outage.expected_end and outage.expected_end <= clock.now():
        key += "_overdue"
    elif outage.status == "running" and outage.delayed:
        key += "_delayed"
    elif outage.status == "announced" and outage.expected_end is None:
        key += "_no_time"
    turn.say(key, **values)


class TellOutage(HotlineAction):
    """What is known about the power at an address. Needs no account, ever."""

    action_name = "action_tell_outage"
    says_measures = True

    async def act(self, turn: Turn) -> list[Event]:
        before = Sought.restored(turn.asking(FORM))
        sought = Sought.restored(turn.asking(FORM))
        address, answer = await self._look_up(turn, sought)
        if answer.match == "exact":
            place = answer.places[0]
            known = await measures.in_force(turn, place.province, place.city, place.district)
            called_off = answer.model_copy(update={"outages": known.called_off(answer.outages)})
            events = self._tell(turn, called_off, address)
            measures.say_also(turn, known, turn.matter)
            return events
        tries = 0 if sought.narrowed(before) else int(turn.asking(FORM).get("tries", 0)) + bool(address)
        if tries >= LAST_TRY:
            turn.say("utter_address_given_up")
            return [*END_OF_FORM, SlotSet("address", None), *turn.to_person("address_unknown")]
        asking: dict[str, Any] = {"form": FORM, "tries": tries, **asdict(sought)}
        if sought.within != before.within and not (before.within and sought.within.startswith(before.within)):
            await outage_region.say(turn, answer)
            asking["listed"] = True
        return [SlotSet("address", None), SlotSet("asking", asking), *turn.about(), FollowupAction(FORM)]

    async def _look_up(self, turn: Turn, sought: Sought) -> tuple[str, OutageAnswer]:
        """The address as it was said, and what is known of it.

        Tried in turn: the address of the message, or the answer to our question, with what was told before; the whole
        message, where none was cut out of it or too little; the address of before, which "and when will it be back?" means.
        """
        said = history.slot_set(turn.events, "address") or turn.address
        return await seek(turn, sought, said, known=str(turn.slot("address") or ""), ended=True)

    def _tell(self, turn: Turn, answer: OutageAnswer, address: str) -> list[Event]:
        place = answer.places[0].name
        kept: list[Event] = [SlotSet("address", address or full_name(answer.places[0]))]
        kept += [SlotSet("asking", None)] if turn.asking(FORM) else []
        kept += turn.about()
        planned = turn.matter == "query_planned_outage"
        order = PLANNED_FIRST if planned else RUNNING_FIRST
        public = told_publicly(answer)
        for status in order:
            if told := [outage for outage in public if outage.status == status]:
                for outage in told[:TOLD_AT_ONCE]:
                    say_outage(turn, outage)
                if status == "running" and (person := lifeline(turn)):
                    return [*kept, *person, FollowupAction("action_handoff")]
                if status == "running" or (status == "announced" and planned):
                    return kept
                turn.say("utter_outage_still_dark")
                return [*kept, SlotSet("offer", REPORT)]
        turn.say("utter_outage_none_planned" if planned else "utter_outage_none", place=turn.spoken(place))
        return [*kept, SlotSet("offer", REPORT)]


class ValidateOutageForm(FormStep):
    """Asks where; with several places in question, which of them."""

    action_name = "validate_outage_form"
    slots = ("address",)
    own = INTENTS
    given_up = "utter_address_given_up"
    given_up_for = "address_unknown"
    takes: ClassVar = {"address": ("address",)}

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        if asked is None:
            return self.ask_again(turn, "address")
        if self.elsewhere(turn):
            return self.give_away(turn)
        # How often it was asked in vain, and what is known of the place, is kept: the look-up counts on.
        return [
            SlotSet("address", self.option(turn) or turn.address or turn.text),
            SlotSet("asking", turn.asking(FORM) or {"form": FORM}),
            SlotSet("requested_slot", None),
            FollowupAction("action_tell_outage"),
        ]

    def own_of(self, turn: Turn) -> frozenset[str]:
        """Whoever reports an outage says where it is; without a place, it is a fault to be registered."""
        return self.own | {"report_outage"} if turn.address else self.own

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        asking = turn.asking(FORM) or {"form": FORM}
        if asking.get("listed"):
            turn.say("utter_outage_region_where")
        else:
            places.ask(turn, *places.standing(self, turn))
        return [SlotSet("asking", asking), SlotSet("requested_slot", asked)]
