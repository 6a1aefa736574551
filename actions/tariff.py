"""What electricity costs a household: estimates, tiers, peak and valley, large and low-income households.

Questions of firms and of late fees are in `tariff_firm`. What cannot be computed is `action_answer`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import get_args

from rasa_sdk.events import FollowupAction, SlotSet

from actions import doubt, tariff_firm, tariff_words
from actions import tariff_figures as figures
from actions import tariff_reading as reading
from actions import tariff_talk as talk
from actions.accounts import months
from actions.base import HotlineAction
from actions.tariff_energy import Energy
from actions.tariff_place import Place, place_of
from actions.turn import Event, Turn
from backends.client import BackendRefused
from backends.contracts import HoursKind, PriceClass, Rates
from kit import clock

ZERO = Decimal(0)
MATTERS = frozenset({
    "ask_tariff", "ask_tier_tariff", "ask_peak_valley", "ask_multi_person_household", "ask_low_income_quota", *tariff_firm.MATTERS,
})  # fmt: skip
LEADING_HERE = MATTERS | {"query_bill", "query_usage"}  # those two hand on what so many kWh cost
NOT_HELD: dict[str, str] = {"firm": "utter_estimate_firm", "farm": "utter_estimate_farm"}
REFUSED = {"unknown_split": "utter_estimate_unknown_split", "no_rule": "utter_estimate_unknown_split"}


def meant(turn: Turn) -> bool:
    """Whether the message is a matter of prices, whatever it was understood as.

    It belongs to the question that stands; or it asks what so many kWh cost, in doubt only between wishes that lead here.
    """
    if turn.loop or turn.danger:
        return False
    return talk.gives(turn) or (
        reading.asks_price(turn) and LEADING_HERE.issuperset(doubt.rivals(turn) or [""])
    )


def goes_on(turn: Turn) -> bool:
    """Whether bare data carry on a question about prices: so many kWh, kVA or days."""
    named = turn.entities("energy") or figures.capacity_of(turn.text) or figures.length_of(turn.text)
    return bool(named and turn.slot("matter") in MATTERS)


class Estimate(HotlineAction):
    """Tells a price or an estimate by dated rules; where none is known it says so and offers a person.

    A question that nothing can be computed for, and that the knowledge surely answers, is `action_answer`'s.
    """

    action_name = talk.ESTIMATED

    async def act(self, turn: Turn) -> list[Event]:
        matter = turn.slot("matter") if talk.gives(turn) else turn.matter
        matter = matter if matter in MATTERS else "ask_tier_tariff"
        place = await place_of(turn)
        try:
            if matter in tariff_firm.MATTERS:
                events = await tariff_firm.answer(turn, place, matter)
            else:
                events = await self._household(turn, place, matter)
        except BackendRefused as refused:
            if refused.status != 422:
                raise
            key = REFUSED.get(refused.code, "utter_tariff_unknown")
            if matter in tariff_firm.MATTERS:
                key = "utter_base_fee_unknown"
            events = tariff_words.unknown(turn, key, place.province)
        if turn.loop and not any(event["event"] == "active_loop" for event in events):
            return events  # the form that stands open goes on with its own matter
        if not any(event.get("name") == "asking" for event in events):
            events = [*events, *talk.lacks()]
        return [*events, SlotSet("matter", matter)]

    async def _household(self, turn: Turn, place: Place, matter: str) -> list[Event]:
        energy = talk.energy_in(turn)
        texts = [one.text for one in talk.question(turn)]
        use = _use(turn, place)
        if use != "home":
            return self._no_household(turn, place, use, energy.named)
        kind: PriceClass = next(k for k in get_args(PriceClass) if k == _price_class(texts))
        if not energy.named and (successor := await self._for_another(turn, place, matter, kind)):
            return [FollowupAction(successor)]
        month = _month_in(turn)
        rates = await turn.clients.tariffs.rates(place.province, month)
        priced = any(map(reading.asks_sum, texts))
        if energy.kwh is None and energy.year is not None and priced:
            return await self._whole_year(turn, place, rates, energy.year)
        if any(map(reading.asks_tier, texts)) or (energy.kwh is None and energy.year is not None):
            return await self._tier(turn, place, rates, energy, texts)
        if energy.kwh is not None:
            return await self._estimate(turn, place, rates, energy, texts)
        match matter:
            case "ask_peak_valley":
                return self._hours(turn, rates)
            case "ask_multi_person_household":
                return self._large(turn, rates, kind)
            case "ask_low_income_quota":
                return self._free(turn, rates)
        return self._rates(turn, rates, kind)

    @staticmethod
    async def _for_another(turn: Turn, place: Place, matter: str, kind: PriceClass) -> str:
        """The action that has the answer where nothing is to be computed; '' if a price list is what is asked for."""
        how = reading.asks_how_to(turn.text)
        if how and matter == "ask_multi_person_household":
            return "action_apply"
        if how or kind == "institution":
            return "action_answer"
        listed = kind == "shared" or talk.gives(turn)
        return "" if listed or not await talk.known(turn, place.province) else "action_answer"

    @staticmethod
    def _no_household(turn: Turn, place: Place, use: reading.Use, named: bool) -> list[Event]:
        """Of firms and farms no price per kWh is held: no sum is told, and never one by a household's prices."""
        if named or reading.asks_sum(turn.text):
            return tariff_words.unknown(turn, NOT_HELD[use], place.province)
        return [FollowupAction("action_answer")]

    async def _estimate(
        self, turn: Turn, place: Place, rates: Rates, energy: Energy, texts: list[str]
    ) -> list[Event]:
        kwh = energy.kwh or ZERO
        kind: PriceClass = next(k for k in get_args(PriceClass) if k == _price_class(texts))
        if place.by_hours and energy.by_hours is None and kind == "tiered":
            turn.say("utter_estimate_needs_hours")
            return tariff_words.asked(turn, "hours")
        hours: dict[HoursKind, Decimal] | None = None
        if energy.by_hours and (pair := tariff_words.day_and_night(rates)):
            hours = {pair[0].kind: energy.by_hours[0], "valley": energy.by_hours[1]}
        elif energy.by_hours:
            return tariff_words.unknown(turn, "utter_hours_unknown", rates.province)
        yearly = rates.period == "year" and kind == "tiered"
        used = (energy.year if energy.year is not None else place.used(rates.day)) if yearly else ZERO
        found = await turn.clients.tariffs.residential(
            place.province, kwh, day=rates.day, used_this_year=used, hours=hours, persons=max(map(figures.people_of, texts)),
            low_income=any(map(reading.low_income, texts)), price_class=kind,
        )  # fmt: skip
        tariff_words.tell_estimate(turn, found, kwh, _other_month(rates.day))
        return tariff_words.tell_used(turn, place, energy.year, rates.day) if yearly else []

    @staticmethod
    async def _whole_year(turn: Turn, place: Place, rates: Rates, kwh: Decimal) -> list[Event]:
        """A year's kWh; where tiers are monthly they depend on how the months differ, so one month is asked for."""
        if rates.period == "month":
            tariff_words.tell_rates(turn, rates)
            turn.say("utter_rates_tell_month")
            return tariff_words.asked(turn, "month")
        tariff_words.tell_estimate(turn, await turn.clients.tariffs.residential(place.province, kwh), kwh)
        return []

    @staticmethod
    async def _tier(turn: Turn, place: Place, rates: Rates, energy: Energy, texts: list[str]) -> list[Event]:
        """Where the household stands; its use is said, or billed, or asked for."""
        yearly = rates.period == "year"
        billed = yearly and bool(place.before(rates.day))
        # In a province of yearly tiers a figure that nothing was said about is the year's: only that decides there.
        told = energy.year if energy.year is not None or not yearly or billed else energy.month
        month = energy.kwh if energy.kwh is not None and told is not energy.month else None
        if told is None and month is None and not billed:
            tariff_words.tell_rates(turn, rates)
            turn.say(f"utter_tier_tell_{rates.period}")
            return tariff_words.asked(turn, rates.period)
        used = told if told is not None else place.used(rates.day)
        found = await turn.clients.tariffs.tier(
            place.province, day=rates.day, used_this_year=used if yearly else ZERO, used_this_month=month or ZERO,
            persons=max(map(figures.people_of, texts)),
        )  # fmt: skip
        if billed and told is None:
            tariff_words.tell_used(turn, place, None, rates.day)
        key = f"utter_tier_{found.period}" + ("_last" if found.tier == 3 else "")
        turn.say(
            key, province=found.province, month=_month_name(turn, rates.day), used=found.used_kwh, tier=turn.piece(f"part_tier{found.tier}"), left=found.left_kwh,
            next=turn.piece(f"part_tier{min(found.tier + 1, 3)}"), price=found.price, next_price=found.next_price,
        )  # fmt: skip
        turn.say("utter_estimate_basis", since=tariff_words.since(turn, found.rules[0]))
        return []

    @staticmethod
    def _rates(turn: Turn, rates: Rates, kind: PriceClass) -> list[Event]:
        flat = next((one for one in rates.flat if kind in one.classes), None)
        if kind != "tiered" and flat is None:
            return tariff_words.unknown(turn, "utter_tariff_unknown", rates.province)
        if flat is not None:
            turn.say("utter_flat_price", province=rates.province, price=flat.price)
            turn.say("utter_rates_basis", since=tariff_words.since(turn, flat.rule))
            return []
        tariff_words.tell_rates(turn, rates)
        if not turn.loop:
            turn.say("utter_rates_tell_kwh")
            return talk.lacks("month")
        return []

    @staticmethod
    def _hours(turn: Turn, rates: Rates) -> list[Event]:
        share = tariff_words.worth_from(rates)
        if share is None:
            return tariff_words.unknown(turn, "utter_hours_unknown", rates.province)
        tariff_words.tell_hours(turn, rates)
        if reading.asks_worth(turn.text):
            turn.say("utter_hours_worth" if share else "utter_hours_worth_always", share=share)
        return []

    @staticmethod
    def _large(turn: Turn, rates: Rates, kind: PriceClass) -> list[Event]:
        rule = rates.large_household
        if rule is None:
            return tariff_words.unknown(turn, "utter_tariff_unknown", rates.province)
        known = rule.extra_kwh is not None
        key = "utter_large_household" if known else "utter_large_household_some"
        turn.say(key, province=rates.province, persons=rule.persons, extra=rule.extra_kwh)
        flat = next((one.price for one in rates.flat if "shared" in one.classes), None)
        if rule.flat_from is not None and flat is not None:
            turn.say("utter_large_household_flat", persons=rule.flat_from, price=flat)
        turn.say("utter_rule_basis", since=tariff_words.since(turn, rule.rule))
        if known and (rule.flat_from is not None or kind != "shared"):
            return []
        lacks = "utter_large_household_flat_unknown" if known else "utter_large_household_unknown"
        return tariff_words.unknown(turn, lacks, rates.province)

    @staticmethod
    def _free(turn: Turn, rates: Rates) -> list[Event]:
        if rates.free_energy is None:
            return tariff_words.unknown(turn, "utter_free_unknown", rates.province)
        turn.say("utter_free", province=rates.province, kwh=rates.free_energy.kwh)
        turn.say("utter_rule_basis", since=tariff_words.since(turn, rates.free_energy.rule))
        return []


def _use(turn: Turn, place: Place) -> reading.Use:
    """By the message, else those before it: 那六百度呢 is asked by the same shop; else by the account."""
    said = [turn.text, *talk.earlier_texts(turn)]
    spoken: reading.Use | None = next(filter(None, map(reading.use_of, said)), None)
    return spoken or ("firm" if place.firm else "home")


def _price_class(texts: Sequence[str]) -> str:
    return next((kind for kind in map(reading.price_class, texts) if kind != "tiered"), "tiered")


def _month_in(turn: Turn) -> date | None:
    """The month that the question speaks of."""
    named = (figures.month_of(one.text, one.entities("time")) for one in talk.question(turn))
    return next(filter(None, named), None)


def _other_month(day: date) -> date | None:
    today = clock.now().date()
    return None if (day.year, day.month) == (today.year, today.month) else day


def _month_name(turn: Turn, day: date) -> str:
    other = _other_month(day)
    return months.name(turn, f"{other:%Y-%m}") if other else turn.piece("part_this_month")
