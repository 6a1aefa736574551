"""Words about prices: lines, limits, hours, and since when all that holds. Every estimate says that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from actions.accounts import months
from actions.base import END_OF_FORM
from actions.tariff_place import Place
from actions.turn import Event, Turn
from backends.contracts import Estimate, HoursPrice, Rates, TariffLine, TariffRule
from kit.spoken import Speaker


def since(turn: Turn, rule: TariffRule) -> str:
    """Since when a rule holds, or when it was published where that is all its source says, or that it says neither."""
    day = rule.published or rule.valid_from
    key = (
        "part_since_published"
        if rule.published
        else "part_since_valid"
        if rule.dated
        else "part_since_undated"
    )
    return turn.piece(key, year=day.year, month=day.month, day=day.day)


def lines(turn: Turn, found: Sequence[TariffLine]) -> str:
    """第一档120度，每度0.617元；…"""
    told = [
        turn.piece(f"part_line_{line.kind}", kwh=line.quantity, price=abs(line.price))
        for line in found if line.quantity
    ]  # fmt: skip
    return turn.piece("part_line_pause").join(told)


def tell_estimate(turn: Turn, found: Estimate, kwh: Decimal) -> None:
    turn.say("utter_estimate", province=found.province, kwh=kwh, total=found.total)
    if told := lines(turn, found.lines):
        turn.say("utter_estimate_lines", lines=told)
    turn.say("utter_estimate_basis", since=since(turn, found.rules[0]))


def tell_used(turn: Turn, place: Place, said: Decimal | None) -> None:
    """Which use of the year before this month an estimate counts on."""
    if said is not None:
        turn.say("utter_estimate_used_said", used=said)
    elif place.this_year:
        turn.say(
            "utter_estimate_used_billed", used=place.used, month=months.name(turn, place.this_year[0].month)
        )
    else:
        turn.say("utter_estimate_used_nothing")


def tell_rates(turn: Turn, rates: Rates) -> None:
    """The three tiers; where limits are monthly those of the month of `rates.day`."""
    first, second, third = rates.tiers
    turn.say(f"utter_rates_{rates.period}", province=rates.province, month=rates.day.month)
    turn.say(
        "utter_rates_tiers",
        first=first.upto_kwh,
        second=second.upto_kwh,
        one=first.price,
        two=second.price,
        three=third.price,
    )
    if len(rates.seasons) > 1:
        turn.say("utter_rates_seasons")
    turn.say("utter_rates_basis", since=since(turn, rates.rule))


def tell_hours(turn: Turn, rates: Rates) -> None:
    """Hours of the day and their prices in tier 1."""
    told = [
        turn.piece(
            f"part_hours_{part.kind}", since=hour(turn, part.since), until=hour(turn, part.until), price=part.prices[0]
        )
        for part in rates.hours
    ]  # fmt: skip
    turn.say("utter_hours", province=rates.province, hours=turn.piece("part_line_pause").join(told))
    turn.say("utter_rates_basis", since=since(turn, rates.rule))


def hour(turn: Turn, at: int) -> str:
    """8点 or 八点; two o'clock is said its own way."""
    speaker = Speaker(spoken=turn.channel == "ivr")
    return turn.piece("part_hour", hour=speaker.words["two"] if speaker.spoken and at == 2 else speaker.render(at, "number"))  # fmt: skip


def day_and_night(rates: Rates) -> tuple[HoursPrice, HoursPrice] | None:
    """The dear hours and the cheap ones; None where no time-of-use price is known."""
    night = next((part for part in rates.hours if part.kind == "valley"), None)
    day = next((part for part in rates.hours if part.kind != "valley"), None)
    return (day, night) if day and night else None


def worth_from(rates: Rates) -> Decimal | None:
    """The share of night use, in percent, above which peak and valley prices cost less than plain ones in tier 1."""
    if (pair := day_and_night(rates)) is None:
        return None
    day, night = pair
    plain = rates.tiers[0].price
    share = (day.prices[0] - plain) / (day.prices[0] - night.prices[0]) * 100
    return max(share, Decimal(0)).quantize(Decimal(1), ROUND_CEILING)


def unknown(turn: Turn, key: str, province: str) -> list[Event]:
    """Say honestly that no reliable figure is at hand, and offer a person."""
    turn.say(key, province=province)
    return [*asked(turn), *turn.offer("tariff_unknown")]


def asked(turn: Turn) -> list[Event]:
    """Events of a question: a form that stands open would ask a second one."""
    return list(END_OF_FORM) if turn.loop else []
