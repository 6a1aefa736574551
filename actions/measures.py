"""What special measures change, in one place: which are in force for whom, and what each effect means.

A measure is beside the usual answer: that it cannot be asked for never spoils an answer, and nothing in it is a promise to
one customer. Whoever falls under it is decided by a person.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from actions import history
from actions.turn import ANSWERING, Event, Turn
from backends.client import BackendError
from backends.contracts import Measure, Outage
from backends.desk import StaleEpoch
from backends.measures import Measures
from kit import clock
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

KEPT_FOR = 3.0  # seconds: an operator's change counts nearly at once, a busy hour asks once
PATIENCE = 2.0  # seconds: what is said in addition must not cost the answer
ENDINGS = ("新区", "省", "市", "区", "县")
RECENT = 4  # turns in which a measure is not said again
WORK = frozenset({"planned", "temporary"})  # kinds of outage that are work, not mishap


@dataclass(frozen=True)
class InForce:
    """The measures in force for somebody.

    | asked | gives |
    |---|---|
    | `arrears` `arrears_measure` | the strongest: `no_cut_no_fee`, `no_cut`, '' ; the measure that says so |
    | `raises(marks)` | whether an order with these marks goes one step up and is supervised |
    | `green_channel(subject)` | whether an application of this subject takes the fast lane |
    | `planned_work_cancelled` `called_off(outages)` | whether announced work is off; the notices with that applied |
    | `answer(intent)` | what is said beside the usual answer, '' if nothing |
    """

    measures: tuple[Measure, ...] = ()

    @property
    def arrears_measure(self) -> Measure | None:
        """The measure that protects those in arrears, the one that also spares the fee first."""
        found = [one for one in self.measures if one.effects.arrears]
        return max(found, key=lambda one: one.effects.arrears == "no_cut_no_fee", default=None)

    @property
    def arrears(self) -> Literal["", "no_cut", "no_cut_no_fee"]:
        found = self.arrears_measure
        return found.effects.arrears if found else ""

    def raises(self, marks: Iterable[str]) -> bool:
        given = set(marks)
        return any(given & one.effects.raises for one in self.measures)

    def green_channel(self, subject: str) -> bool:
        return any(subject in one.effects.green_channel for one in self.measures)

    @property
    def planned_work_cancelled(self) -> bool:
        return any(one.effects.planned_work == "cancelled" for one in self.measures)

    def called_off(self, outages: Sequence[Outage]) -> list[Outage]:
        """The notices; announced work that would begin while a measure calls it off is cancelled."""
        off = [one for one in self.measures if one.effects.planned_work == "cancelled"]
        cancelled = {"status": "cancelled", "cancelled_at": clock.now()}
        return [
            outage.model_copy(update=cancelled)
            if outage.status == "announced" and outage.kind in WORK
            and any(one.holds(outage.starts_at.astimezone(clock.SHANGHAI).date()) for one in off)
            else outage
            for outage in outages
        ]  # fmt: skip

    def answer(self, intent: str) -> str:
        return "".join(said for one in self.measures if (said := one.effects.answers.get(intent)))


@dataclass(frozen=True)
class Region:
    """Where the question is about. `said`: the resident said so; else it is the hotline's own province."""

    province: str
    city: str = ""
    district: str = ""
    said: bool = True

    @property
    def name(self) -> str:
        return self.district or self.city or self.province


NONE_KNOWN = InForce()
_Asked = tuple[str, str, str, str]
_kept: WeakKeyDictionary[Measures, dict[_Asked, tuple[float, InForce]]] = WeakKeyDictionary()


async def in_force(
    turn: Turn, province: str = "", city: str = "", district: str = "", customer: str = "resident"
) -> InForce:
    """In force today in all of that region (without a province: the hotline's own), for that customer.

    A few seconds old at most. When the utility cannot be asked none is known, which is logged; never raises.
    """
    client = turn.clients.measures
    asked = (province or turn.clients.wording.province, city, district, customer)
    kept = _kept.setdefault(client, {})
    if asked in kept and time.monotonic() - kept[asked][0] < KEPT_FOR:
        return kept[asked][1]
    try:
        async with asyncio.timeout(PATIENCE):
            found = InForce(tuple(await client.in_force(*asked)))
    except (BackendError, TimeoutError) as error:
        log.warning("measures_unknown", error=type(error).__name__)
        found = NONE_KNOWN
    for old in [one for one, (since, _) in kept.items() if time.monotonic() - since >= KEPT_FOR]:
        del kept[old]
    kept[asked] = (time.monotonic(), found)
    return found


async def region_of_account(turn: Turn, account: str) -> tuple[str, str, str] | tuple[()]:
    """Province, city, district of a verified account; () where they cannot be had: measures of more can still be told."""
    try:
        async with asyncio.timeout(PATIENCE):
            place = await turn.clients.outages.place_of_account(account)
    except (BackendError, TimeoutError) as error:
        log.warning("place_unknown", error=type(error).__name__)
        return ()
    return place.province, place.city, place.district


async def region_asked(turn: Turn, text: str, every: Sequence[Measure]) -> Region:
    """The place of the message, a region that `text` names, the proved account's, an address given before; else the hotline's.

    Raises `BackendError` where the utility cannot be asked.
    """
    named = region_in(text, every)
    if turn.address and (found := await _place(turn, turn.address)):
        return found
    if named:
        return named
    standing = await turn.clients.desk.standing(conversation=turn.conversation)
    if standing.account_number and (place := await region_of_account(turn, standing.account_number)):
        return Region(*place)
    known = str(turn.slot("address") or "")
    return (known and await _place(turn, known)) or Region(turn.clients.wording.province, said=False)


async def _place(turn: Turn, words: str) -> Region | None:
    answer = await turn.clients.outages.place(words)
    found = {(place.province, place.city, place.district) for place in answer.places}
    return Region(*found.pop()) if len(found) == 1 else None


def region_in(text: str, measures: Iterable[Measure]) -> Region | None:
    """The narrowest region named in the text, of those that measures know."""
    found: list[Region] = []
    for one in measures:
        found += [Region(one.province, one.city, d) for d in one.districts if _names(text, d)]
        if one.city and _names(text, one.city):
            found.append(Region(one.province, one.city))
        if _names(text, one.province):
            found.append(Region(one.province))
    return max(found, key=lambda region: (bool(region.district), bool(region.city)), default=None)


def _names(text: str, region: str) -> bool:
    short = next((region.removesuffix(e) for e in ENDINGS if region.endswith(e)), region)
    return (short if len(short) > 1 else region) in text


async def here(turn: Turn, customer: str = "") -> InForce:
    """In force where the message, the account or the conversation is; never raises but `StaleEpoch`."""
    try:
        region = await region_asked(turn, turn.text, await _every(turn))
    except StaleEpoch:
        raise
    except HotlineError as error:
        log.warning("region_unknown", error=type(error).__name__)
        region = Region("")
    return await in_force(turn, region.province, region.city, region.district, customer)


async def _every(turn: Turn) -> list[Measure]:
    today = clock.now().date()
    async with asyncio.timeout(PATIENCE):
        return [one for one in await turn.clients.measures.all() if one.holds(today)]


async def say_beside(turn: Turn, events: Sequence[Event]) -> None:
    """Say what measures in force add to the answer to this intent, whichever action gave it; not where another one goes on."""
    next_ones = [str(event.get("name")) for event in events if event["event"] == "followup"]
    goes_on = any(name.startswith("action_") and name != "action_listen" for name in next_ones)
    opens = any(name.endswith("_form") for name in next_ones)
    serves = turn.intent in ANSWERING and not any(
        name.endswith("_form") for name in history.done(turn.events)
    )
    if goes_on or serves or turn.danger or not (turn.dispatcher.messages or opens):
        return
    if any(event["event"] in ("pause", "user") for event in events) or turn.matter not in await _spoken_of(
        turn
    ):
        return
    say_also(turn, await here(turn), turn.matter)


async def _spoken_of(turn: Turn) -> frozenset[str]:
    """The intents to which some measure in force adds something, wherever it holds."""
    try:
        return frozenset(intent for one in await _every(turn) for intent in one.effects.answers)
    except (BackendError, TimeoutError) as error:
        log.warning("measures_unknown", error=type(error).__name__)
        return frozenset()


def say_also(turn: Turn, known: InForce, intent: str) -> None:
    """Say what measures add to the answer that was just given, unless it was said of late."""
    turns = [turn.events, *turn.earlier[:RECENT]]
    before = [said["text"] for events in turns for said in history.words(events)]
    before += [message["text"] or "" for message in turn.dispatcher.messages]

    def new(text: str) -> bool:
        return not any(turn.spoken(text) in said for said in before)

    adding = [one for one in known.measures if intent in one.effects.answers and new(one.text)]
    if words := "".join(said for one in adding if new(said := one.effects.answers[intent])):
        key = "utter_measure_also" if turn.dispatcher.messages else "utter_measure_first"
        turn.say(key, text=turn.spoken(words))


async def tell_arrears(turn: Turn, account: str, province: str) -> list[Event]:
    """For a verified account that owes: the measure that protects it, with its condition, and the offer of a person."""
    region = await region_of_account(turn, account) or (province,)
    measure = (await in_force(turn, *region)).arrears_measure
    if measure is None:
        return []
    turn.say("utter_measure_arrears", title=turn.spoken(measure.title), text=turn.spoken(measure.text))
    return turn.offer("arrears_measure")
