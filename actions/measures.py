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

from actions.turn import Event, Turn
from backends.client import BackendError
from backends.contracts import Measure, Outage
from backends.measures import Measures
from kit import clock
from kit.logging import get

log = get(__name__)

KEPT_FOR = 3.0  # seconds: an operator's change counts nearly at once, a busy hour asks once
PATIENCE = 2.0  # seconds: what is said in addition must not cost the answer
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


async def region_of_account(turn: Turn, account: str) -> tuple[str, ...]:
    """Province, city, district of a verified account; () where they cannot be had: measures of more can still be told."""
    try:
        async with asyncio.timeout(PATIENCE):
            place = await turn.clients.outages.place_of_account(account)
    except (BackendError, TimeoutError) as error:
        log.warning("place_unknown", error=type(error).__name__)
        return ()
    return place.province, place.city, place.district


def say_also(turn: Turn, known: InForce, intent: str) -> None:
    """Say what measures add to the answer that was just given."""
    if words := known.answer(intent):
        turn.say("utter_measure_also", text=turn.spoken(words))


async def tell_arrears(turn: Turn, account: str, province: str) -> list[Event]:
    """For a verified account that owes: the measure that protects it, with its condition, and the offer of a person."""
    region = await region_of_account(turn, account) or (province,)
    measure = (await in_force(turn, *region)).arrears_measure
    if measure is None:
        return []
    turn.say("utter_measure_arrears", title=turn.spoken(measure.title), text=turn.spoken(measure.text))
    return turn.offer("arrears_measure")
