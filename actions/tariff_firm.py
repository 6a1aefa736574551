"""Firms: base fee and suspension; and what paying late costs anybody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from rasa_sdk.events import FollowupAction

from actions import measures, tariff_words, tell_measures
from actions import tariff_figures as figures
from actions import tariff_reading as reading
from actions import tariff_talk as talk
from actions.accounts import relief
from actions.province import city_in
from actions.tariff_place import Place
from actions.turn import Event, Turn
from backends.contracts import LateCustomer, Saving
from kit import clock

SUSPENSION = "apply_suspension"
MATTERS = frozenset({"ask_two_part_tariff", SUSPENSION, "ask_arrears_rule"})
LONGEST = 3650  # days


async def answer(turn: Turn, place: Place, matter: str) -> list[Event]:
    """Raises `BackendRefused` where no figure is known."""
    if matter == "ask_arrears_rule":
        return await _late(turn, place)
    question = talk.question(turn)
    texts = [one.text for one in question]
    if day := _day_then(turn):
        return await _rule_then(turn, place, day)
    capacity = figures.capacity_in(texts, [one.gives for one in question])
    length = next(filter(None, map(figures.length_of, texts)), None)
    stops = matter == SUSPENSION or any(map(reading.speaks_of_stopping, texts))
    if stops and capacity and length:
        return await _suspension(turn, place, capacity, length, texts)
    saving = stops and (talk.gives(turn) or capacity or length or reading.asks_saving(turn.text))
    if not saving and not capacity and await talk.known(turn, place.province):
        return [FollowupAction("action_answer")]
    if stops:
        _ask(turn, capacity, length)
        return tariff_words.asked(turn, talk.FIRM)
    return await (_base_fee(turn, place, capacity) if capacity else _rule(turn, place))


def about_saving(turn: Turn) -> bool:
    """Whether a wish to suspend is first of all a question: what it saves, or what held at another time."""
    return reading.asks_saving(turn.text) or _day_then(turn) is not None


def _day_then(turn: Turn) -> date | None:
    """The day asked about, where the message asks for what held at a time that is over."""
    if not (reading.asks_back(turn.text) and reading.speaks_of_stopping(turn.text)):
        return None
    for entity in turn.entities("time"):
        try:
            first = datetime.fromisoformat(str(entity.get("from"))).date()
        except ValueError:
            continue
        if f"{first:%Y-%m}" < f"{clock.now():%Y-%m}" and not figures.length_of(turn.words_of(entity)):
            return first
    return None


async def _rule_then(turn: Turn, place: Place, day: date) -> list[Event]:
    """The rule of a day that is past, with the measures of that time, said to be over; and the rule of today."""
    rule = await turn.clients.tariffs.two_part(place.province)
    kva, shortest = rule.two_part_from, 1  # so short that it saves nothing: only the rule is wanted
    then = await turn.clients.tariffs.suspension(place.province, kva, shortest, first_day=day)
    now = await turn.clients.tariffs.suspension(place.province, kva, shortest)
    if then.rules[0] != now.rules[0]:
        turn.say(
            "utter_suspension_then", year=day.year, month=day.month, times=then.times, least=then.least_days,
            most=then.most_months,
        )  # fmt: skip
    every = await turn.clients.measures.all()
    region = measures.region_in(turn.text, every)
    today = clock.now().date()
    for one in every:
        near = region and one.covers(
            region.province, region.city, region.district or next(iter(one.districts), "")
        )
        if (
            near
            and one.last_day
            and SUSPENSION in one.effects.answers
            and one.holds(day)
            and not one.holds(today)
        ):
            turn.say(
                "utter_suspension_then_relief", region=tell_measures.region_of(turn, one), title=turn.spoken(one.title),
                text=turn.spoken(one.text), year=one.last_day.year, month=one.last_day.month, day=one.last_day.day,
            )  # fmt: skip
    turn.say("utter_suspension_now", least=now.least_days, most=now.most_months, ahead=now.apply_working_days)
    turn.say("utter_suspension_offer")
    return turn.offer("tariff_unknown")


async def _suspension(
    turn: Turn, place: Place, capacity: figures.Capacity, length: figures.Length, texts: list[str]
) -> list[Event]:
    times = turn.entities("time")
    said = figures.first_day_of(turn.text, times)
    first, kva = said or clock.now().date(), capacity.kva
    days = (length.after(first) - first).days
    if not 0 < days <= LONGEST:
        _ask(turn, capacity, None)
        return tariff_words.asked(turn, talk.FIRM)
    kw = next(filter(None, map(figures.demand_of, texts)), None)
    found = await turn.clients.tariffs.suspension(
        place.province,
        kva,
        days,
        first_day=first,
        basis="demand" if kw else "capacity",
        kw=kw,
        city=next(filter(None, map(city_in, texts)), ""),
    )
    values = {
        "kva": kva, "kw": kw, "days": days, "total": found.total, "province": place.province,
        "begin": turn.piece("part_from", first=said) if said else "", "price": found.lines[0].price if found.lines else None,
        "least": found.least_days, "most": found.most_months, "times": found.times, "ahead": found.apply_working_days,
    }  # fmt: skip
    _say_capacity(turn, capacity)
    turn.say(_verdict(found, bool(kw)), **values)
    if found.parts == "choice":
        turn.say("utter_suspension_choice")
    if found.parts != "one" and found.verdict == "reduced":
        turn.say(
            "utter_suspension_rule" if found.apply_working_days else "utter_suspension_rule_plain", **values
        )
        turn.say("utter_base_fee_basis")
    return [] if turn.loop else talk.lacks(talk.FIRM)


def _ask(turn: Turn, capacity: figures.Capacity | None, length: figures.Length | None) -> None:
    """For what is still lacking."""
    if capacity:
        turn.say("utter_suspension_ask_days", kva=capacity.kva)
    else:
        turn.say("utter_suspension_ask_kva" if length else "utter_suspension_ask")


def _say_capacity(turn: Turn, capacity: figures.Capacity) -> None:
    """How several transformers were added up."""
    if capacity.count > 1:
        key = "utter_capacity_each" if len(capacity.parts) == 1 else "utter_capacity_parts"
        count = tariff_words.transformers(turn, capacity.count)
        turn.say(key, count=count, each=capacity.parts[0][1], kva=capacity.kva)


def _verdict(found: Saving, demand: bool) -> str:
    if found.parts == "one":
        return "utter_suspension_small"
    if found.verdict == "reduced":
        return "utter_suspension_saving_demand" if demand else "utter_suspension_saving"
    return f"utter_suspension_{found.verdict}" + (
        "_year" if found.verdict == "too_long" and found.per_year else ""
    )


async def _base_fee(turn: Turn, place: Place, capacity: figures.Capacity) -> list[Event]:
    kva = capacity.kva
    rule = await turn.clients.tariffs.two_part(place.province)
    if kva < rule.two_part_from and (rule.one_part_upto is None or kva <= rule.one_part_upto):
        turn.say("utter_base_fee_none", kva=kva)
        return [] if turn.loop else talk.lacks(talk.FIRM)
    if rule.base_fee is None:
        return await _rule(turn, place)
    found = await turn.clients.tariffs.base_fee(place.province, kva)
    _say_capacity(turn, capacity)
    turn.say(
        "utter_base_fee", province=place.province, kva=kva, total=found.total, price=found.lines[0].price
    )
    if kva < rule.two_part_from:
        turn.say("utter_suspension_choice")
    turn.say("utter_base_fee_basis")
    return [] if turn.loop else talk.lacks(talk.FIRM)


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
    return [] if turn.loop else talk.lacks(talk.FIRM)


async def _late(turn: Turn, place: Place) -> list[Event]:
    if relief.wanted(turn.text):  # how much it would be is not what is asked
        return [FollowupAction("action_answer")]
    amount, length, today = _amount(turn), figures.length_of(turn.text), clock.now().date()
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
