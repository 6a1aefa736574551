"""Business halls: hours of the day asked about, state, notice, address, telephone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions import history, measures
from actions.base import END_OF_FORM, HotlineAction
from actions.forms import LAST_TRY, FormStep
from actions.reading import names_in
from actions.turn import Event, Turn
from backends.contracts import Hall, Span
from kit import clock
from kit.spoken import Speaker

FORM = "hall_form"
LISTED = 3
AHEAD = 31  # days


class TellHall(HotlineAction):
    """What is known about the hall that is meant; several: which of them."""

    action_name = "action_tell_hall"
    says_measures = True

    async def act(self, turn: Turn) -> list[Event]:
        words, halls = await self._search(turn)
        kept: list[Event] = [SlotSet("asking", None)] if turn.asking(FORM) else []
        if len(halls) == 1:
            hall = halls[0]
            self._tell(turn, hall)
            known = await measures.in_force(turn, hall.province, hall.city, hall.district)
            measures.say_also(turn, known, "query_hall")
            return [SlotSet("hall", hall.name), *kept, *turn.about()]
        tries = int(turn.asking(FORM).get("tries", 0))
        if (words or halls) and tries + 1 >= LAST_TRY:
            turn.say("utter_hall_given_up")
            return [*END_OF_FORM, SlotSet("hall", None), *turn.to_person("hall_unknown")]
        asking = {
            "form": FORM, "tries": tries + 1 if words or halls else 0, "options": [h.name for h in halls[:LISTED]],
            "problem": "many" if len(halls) > LISTED else "unknown" if words and not halls else "",
        }  # fmt: skip
        return [SlotSet("hall", None), SlotSet("asking", asking), *turn.about(), FollowupAction(FORM)]

    async def _search(self, turn: Turn) -> tuple[str, list[Hall]]:
        """What the resident called the hall, or a place nearby, and the halls that this may be; as for outages."""
        answer = history.slot_set(turn.events, "hall")
        said = answer or hall_of(turn)
        tried = [said, turn.text] if said else [turn.text, turn.slot("hall") or ""]
        tried += names_in(turn.text) if answer else []
        for words in dict.fromkeys(filter(None, tried)):
            found = await self.clients.halls.search(words, day_of(turn))
            if found:
                return said, [hall for hall in found if hall.name == words] or found
        return said, []

    @staticmethod
    def _tell(turn: Turn, hall: Hall) -> None:
        name = turn.spoken(hall.name)
        if hall.status == "closed":
            turn.say("utter_hall_closed", name=name)
        elif not hall.hours:
            turn.say("utter_hall_day_off", name=name, day=hall.day)
            if (following := next_open(hall)) is not None:
                day, spans = following
                turn.say("utter_hall_opens_again", day=day, hours=hours(turn, spans))
        else:
            key = "utter_hall_open" if hall.status == "open" else "utter_hall_limited"
            turn.say(key, name=name, day=hall.day, hours=hours(turn, hall.hours))
        if hall.notice:
            turn.say("utter_hall_notice", notice=turn.spoken(hall.notice))
        turn.say("utter_hall_where", address=turn.spoken(hall.address), phone=hall.phone)


class ValidateHallForm(FormStep):
    """Asks which hall."""

    action_name = "validate_hall_form"
    slots = ("hall",)
    own = frozenset({"query_hall"})
    given_up = "utter_hall_given_up"
    given_up_for = "hall_unknown"
    takes: ClassVar = {"hall": ("business_hall", "address")}

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        if asked is None:
            return self.ask_again(turn, "hall")
        if self.elsewhere(turn):
            return self.give_away(turn)
        return [
            SlotSet("hall", self.option(turn) or hall_of(turn) or turn.text),
            SlotSet("requested_slot", None),
            FollowupAction("action_tell_hall"),
        ]

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        asking = turn.asking(FORM)
        options = list(asking.get("options") or [])
        if options:
            turn.choose("utter_hall_many" if asking.get("problem") == "many" else "utter_hall_which", options)
        else:
            turn.say("utter_hall_unknown" if self.problem(turn) else "utter_ask_hall")
        return [SlotSet("asking", asking or {"form": FORM}), SlotSet("requested_slot", asked)]


def hall_of(turn: Turn) -> str:
    """What the message calls the hall, or the place it should be near; '' if nothing."""
    named = "".join(turn.words_of(entity) for entity in turn.entities("business_hall"))
    return named or turn.address


def day_of(turn: Turn) -> date | None:
    """The day asked about, if the message names one within a month; else today's."""
    moment = turn.moment
    today = clock.now().date()
    if moment is None or not today - timedelta(days=1) <= moment.date() <= today + timedelta(days=AHEAD):
        return None
    return moment.date()


def next_open(hall: Hall) -> tuple[date, Sequence[Span]] | None:
    """The first day after the one asked about on which the hall opens, with its hours."""
    for ahead in range(1, 8):
        day = hall.day + timedelta(days=ahead)
        if spans := hall.week[day.weekday()]:
            return day, spans
    return None


def hours(turn: Turn, spans: Sequence[Span]) -> str:
    """`08:30-12:00、13:30-17:00`, or as it is said."""
    told = [
        turn.piece("part_hours", opens=_clock(turn, span.opens), closes=_clock(turn, span.closes))
        for span in spans
    ]
    return turn.piece("part_list_and").join(told)


def _clock(turn: Turn, moment: time) -> str:
    speaker = Speaker(spoken=turn.channel == "ivr")
    today = datetime.combine(clock.now().date(), moment, clock.SHANGHAI)
    return speaker.render(today, "time").removeprefix(speaker.render(today, "day"))
