"""Firms: base fee and suspension; and what paying late costs anybody."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from rasa_sdk.events import FollowupAction

from actions import tariff_reading as reading
from actions import tariff_words
from actions.accounts import relief
from actions.province import city_in
from actions.tariff_place import Place
from actions.turn import Event, Turn
from backends.contracts import LateCustomer, Saving
from kit import clock

MATTERS = frozenset({"ask_two_part_tariff", "apply_suspension", "ask_arrears_rule"})
LONGEST = 3650  # days


async def answer(turn: Turn, place: Place, matter: str) -> list[Event]:
    """Raises `BackendRefused` where no figure is known."""
    if matter == "ask_arrears_rule":
        return await _late(turn, place)
    kva, length = _figures(turn)
    if matter == "apply_suspension" or any(map(reading.speaks_of_stopping, _texts(turn))):
        if kva is not None and length is not None:
            return await _suspension(turn, place, kva, length)
        turn.say("utter_suspension_ask")
        return tariff_words.asked(turn)
    if kva is not None:
        return await _base_fee(turn, place, kva)
    return await _rule(turn, place)


def _figures(turn: Turn) -> tuple[Decimal | None, reading.Length | None]:
    """Capacity and length of time; what this message leaves out may have been said just before."""
    kva, length = reading.capacity_of(turn.text), reading.length_of(turn.text)
    for text in _texts(turn)[1:]:
        kva, length = kva or reading.capacity_of(text), length or reading.length_of(text)
    return kva, length


def _texts(turn: Turn) -> list[str]:
    """This message, and those before it if it only gives what they lacked."""
    gives = turn.intent == "inform" or bool(reading.capacity_of(turn.text)) != bool(
        reading.length_of(turn.text)
    )
    return [turn.text, *(reading.earlier_texts(turn) if gives else [])]


async def _suspension(turn: Turn, place: Place, kva: Decimal, length: reading.Length) -> list[Event]:
    said = reading.first_day_of(turn)
    first = said or clock.now().date()
    days = (length.after(first) - first).days
    if not 0 < days <= LONGEST:
        turn.say("utter_suspension_ask")
        return tariff_words.asked(turn)
    kw = reading.demand_of(turn.text)
    found = await turn.clients.tariffs.suspension(
        place.province,
        kva,
        days,
        first_day=first,
        basis="demand" if kw else "capacity",
        kw=kw,
        city=city_in(turn.text),
    )
    values = {
        "kva": kva, "kw": kw, "days": days, "total": found.total, "province": place.province,
        "begin": turn.piece("part_from", first=said) if said else "", "price": found.lines[0].price if found.lines else None,
        "least": found.least_days, "most": found.most_months, "times": found.times, "ahead": found.apply_working_days,
    }  # fmt: skip
    turn.say(_verdict(found, bool(kw)), **values)
    if found.parts == "one":
        return []
    if found.parts == "choice":
        turn.say("utter_suspension_choice")
    if found.verdict == "reduced":
        turn.say(
            "utter_suspension_rule" if found.apply_working_days else "utter_suspension_rule_plain", **values
        )
        turn.say("utter_base_fee_basis")
    return []


def _verdict(found: Saving, demand: bool) -> str:
    if found.parts == "one":
        return "utter_suspension_small"
    if found.verdict == "reduced":
        return "utter_suspension_saving_demand" if demand else "utter_suspension_saving"
    return f"utter_suspension_{found.verdict}" + (
        "_year" if found.verdict == "too_long" and found.per_year else ""
    )


async def _base_fee(turn: Turn, place: Place, kva: Decimal) -> list[Event]:
    rule = await turn.clients.tariffs.two_part(place.province)
    if kva < rule.two_part_from and (rule.one_part_upto is None or kva <= rule.one_part_upto):
        turn.say("utter_base_fee_none", kva=kva)
        return []
    if rule.base_fee is None:
        return await _rule(turn, place)
    found = await turn.clients.tariffs.base_fee(place.province, kva)
    turn.say(
        "utter_base_fee", province=place.province, kva=kva, total=found.total, price=found.lines[0].price
    )
    if kva < rule.two_part_from:
        turn.say("utter_suspension_choice")
    turn.say("utter_base_fee_basis")
    return []


async def _rule(turn: Turn, place: Place) -> list[Event]:
    if reading.asks_how_to(turn.text):
        return [FollowupAction("action_answer")]
    rule = await turn.clients.tariffs.two_part(place.province)
    key = "utter_two_part_rule" if rule.one_part_upto is not None else "utter_two_part_rule_plain"
    turn.say(key, one=rule.one_part_upto, two=rule.two_part_from, since=tariff_words.since(turn, rule.rule))
    if rule.base_fee is None:
        return tariff_words.unknown(turn, "utter_base_fee_unknown", place.province)
    turn.say(
        "utter_base_fee_prices",
        province=place.province,
        capacity=rule.base_fee.capacity,
        demand=rule.base_fee.demand,
    )
    turn.say("utter_base_fee_basis")
    return []


async def _late(turn: Turn, place: Place) -> list[Event]:
    if relief.wanted(turn.text):  # how much it would be is not what is asked
        return [FollowupAction("action_answer")]
    amount, length, today = _amount(turn), reading.length_of(turn.text), clock.now().date()
    due = length.before(today) if length else today
    days = (today - due).days
    if amount is None or not 0 < days <= LONGEST:
        return [FollowupAction("action_answer")]
    customer: LateCustomer = "other" if reading.is_firm(turn.text) else "resident"
    found = await turn.clients.tariffs.late_fee(place.province, amount, due, today, customer)
    turn.say(f"utter_late_fee_{customer}", amount=amount, days=days, total=found.total)
    if found.limited == "cap":
        turn.say("utter_late_fee_cap")
    turn.say("utter_late_fee_basis", since=tariff_words.since(turn, found.rules[0]))
    return []


def _amount(turn: Turn) -> Decimal | None:
    for entity in turn.entities("amount"):
        try:
            amount = Decimal(str(entity.get("value")))
        except InvalidOperation:
            continue
        if amount.is_finite() and 0 < amount < 10**9:
            return amount.quantize(Decimal("0.01"))
    return None
