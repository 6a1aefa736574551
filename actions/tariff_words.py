"""Words about prices: lines, limits, hours, and since when all that holds. Every estimate says that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from actions.accounts import months
from actions.base import END_OF_FORM
from actions.tariff_place import Place
from actions.tariff_talk import lacks
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


def tell_estimate(turn: Turn, found: Estimate, kwh: Decimal, month: date | None = None) -> None:
    """`month`: the one that was spoken of, if it is not the present one."""
    of = turn.piece("part_estimate_month", year=month.year, month=month.month) if month else ""
    turn.say("utter_estimate", province=found.province, of=of, kwh=kwh, total=found.total)
    if told := lines(turn, found.lines):
        turn.say("utter_estimate_lines", lines=told)
    turn.say("utter_estimate_basis", since=since(turn, found.rules[0]))


def tell_used(turn: Turn, place: Place, said: Decimal | None, day: date) -> list[Event]:
    """Which use of the year before the month of `day` an estimate counts on; events that remember if it lacks it."""
    if said is not None:
        turn.say("utter_estimate_used_said", used=said)
    elif bills := place.before(day):
        turn.say("utter_estimate_used_billed", used=place.used(day), month=months.name(turn, bills[0].month))
    else:
        turn.say("utter_estimate_used_nothing")
        return [] if turn.loop else lacks("year")
    return []


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
    """8点 or 八点."""
    return turn.piece("part_hour", hour=_counting(turn, at))


def transformers(turn: Turn, count: int) -> str:
    """3台 or 三台."""
    return turn.piece("part_transformers", count=_counting(turn, count))


def _counting(turn: Turn, count: int) -> str:
    """A number before what it counts: two is said its own way."""
    speaker = Speaker(spoken=turn.channel == "ivr")
    return str(speaker.words["two"]) if speaker.spoken and count == 2 else speaker.render(count, "number")


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


def asked(turn: Turn, lack: str = "") -> list[Event]:
    """Events of a question for what is lacking: a form that stands open would ask a second one."""
    return [*(END_OF_FORM if turn.loop else ()), *lacks(lack)]
