"""What a month's kWh cost a household, and how far the next tier is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from backends.contracts.tariffs import TariffLineKind
from backends.reference.tariffs import rows
from backends.reference.tariffs.book import Book, the
from backends.reference.tariffs.lines import ZERO, Line
from backends.reference.tariffs.refusal import Refusal
from kit.errors import BadInput

TIERS: tuple[TariffLineKind, ...] = ("tier1", "tier2", "tier3")
ADDED: tuple[TariffLineKind, ...] = ("tier2_added", "tier3_added")
WHOLE_YEAR = 12
Upto = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Use:
    """A month's kWh. `used`: of the same year before it. `hours`: kWh by hours of the day, for time-of-use accounts.

    `months`: of the year in which the account is in use, which yearly limits follow.
    """

    province: str
    day: date
    kwh: Decimal
    used: Decimal = ZERO
    hours: Mapping[rows.Hours, Decimal] | None = None
    persons: int = 1
    low_income: bool = False
    price_class: rows.PriceClass = "tiered"
    voltage: rows.Voltage = "below_1kv"
    months: int = WHOLE_YEAR


@dataclass
class Costs:
    """Lines, and the rules they follow from."""

    lines: list[Line]
    rules: list[rows.Rule] = field(default_factory=list)


@dataclass(frozen=True)
class Standing:
    """Where a household stands: its tier, the ends of tiers 1 and 2, and kWh left in its tier (None in the last)."""

    tier: int
    upto: Upto
    left: Decimal | None
    rules: tuple[rows.Rule, ...]


def split(period: str, upto: Upto, used: Decimal, kwh: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """`kwh` over the tiers, after `used` kWh of the same year (not counted where tiers are monthly)."""
    start = used if period == "year" else ZERO
    first, second = upto
    one = max(ZERO, min(start + kwh, first) - start)
    two = max(ZERO, min(start + kwh, second) - max(start, first))
    return one, two, kwh - one - two


def tiered(
    price: rows.Residential, upto: Upto, used: Decimal, kwh: Decimal,
    hours: Mapping[rows.Hours, Decimal] | None = None,
) -> list[Line]:  # fmt: skip
    """Lines of a month at tiered prices. Raises `Refusal` where no time-of-use price, or no split, is known."""
    parts = split(price.period, upto, used, kwh)
    if hours is None:
        zipped = zip(TIERS, parts, price.prices, strict=True)
        found = [Line.energy(kind, part, rate) for kind, part, rate in zipped if part]
        return found or [Line.energy("tier1", ZERO, price.prices[0])]
    rule = price.time_of_use
    if rule is None:
        raise Refusal("unknown_price", f"no time-of-use price of {price.province}")
    _check(hours, rule.prices, kwh)
    if rule.added is None:
        touched = [tier for tier, part in enumerate(parts) if part] or [0]
        if len(touched) > 1:
            raise Refusal(
                "unknown_split", f"how {price.province} splits peak and valley over tiers is not known"
            )
        return [Line.energy(kind, hours.get(kind, ZERO), at[touched[0]]) for kind, at in rule.prices.items()]
    lines = [Line.energy(kind, hours.get(kind, ZERO), at[0]) for kind, at in rule.prices.items()]
    added = zip(ADDED, parts[1:], rule.added, strict=True)
    return lines + [Line.energy(kind, part, rate) for kind, part, rate in added if part]


def limits(book: Book, price: rows.Residential, use: Use) -> tuple[Upto, list[rows.Rule]]:
    """Ends of tiers 1 and 2 for this household: pro rata by months in use, tier 1 longer for a large one.

    Raises `Refusal` where it is not known how much longer.
    """
    first, second = price.upto(use.day.month)
    if price.period == "year":
        first, second = first * use.months / WHOLE_YEAR, second * use.months / WHOLE_YEAR
    large = _large(book, use)
    if large is None:
        return (first, second), []
    if large.extra_kwh is None:
        raise Refusal("unknown_price", f"by how much tier 1 grows in {price.province} is not known")
    first += large.extra_kwh * (use.months if price.period == "year" else 1)
    return (first, second), [large]


def costs(book: Book, use: Use) -> Costs:
    """What the month costs. Raises `Refusal`, and `BadInput` for hours that do not add up."""
    if use.price_class != "tiered":
        return _flat(book, use)
    price = book.price(use.province, use.day, use.voltage)
    upto, rules = limits(book, price, use)
    if rules and (use.used if price.period == "year" else ZERO) + use.kwh > upto[1]:
        raise Refusal(
            "unknown_split",
            f"whether tier 2 of a large household ends later in {price.province} is not known",
        )
    found = Costs(tiered(price, upto, use.used, use.kwh, use.hours), [price, *rules])
    if use.low_income:
        free = the(book.free_energy, use.province, use.day, what="free energy")
        if [line.kind for line in found.lines] != ["tier1"]:
            raise Refusal(
                "unknown_split", "at which price free energy is taken off beyond tier 1 is not known"
            )
        found.lines.append(Line.energy("free", min(free.kwh, use.kwh), -price.prices[0]))
        found.rules.append(free)
    return found


def standing(book: Book, use: Use) -> Standing:
    """The tier of the next kWh after `use.used` (of the year) and `use.kwh` (of the month). Raises `Refusal`."""
    price = book.price(use.province, use.day, use.voltage)
    (first, second), rules = limits(book, price, use)
    so_far = use.kwh + (use.used if price.period == "year" else ZERO)
    tier = 1 if so_far < first else 2 if so_far < second else 3
    left = {1: first - so_far, 2: second - so_far}.get(tier)
    return Standing(tier, (first, second), left, (price, *rules))


def _flat(book: Book, use: Use) -> Costs:
    row = book.flat_price(use.province, use.day, use.price_class, use.voltage)
    if use.low_income:
        raise Refusal("no_rule", "free energy is provided for at tiered prices only")
    if use.hours is None:
        return Costs([Line.energy("flat_price", use.kwh, row.price)], [row])
    if row.time_of_use is None:
        raise Refusal("unknown_price", f"no time-of-use price of {row.province} for {use.price_class}")
    prices = row.time_of_use.prices
    _check(use.hours, prices, use.kwh)
    return Costs([Line.energy(kind, use.hours.get(kind, ZERO), at) for kind, at in prices.items()], [row])


def _large(book: Book, use: Use) -> rows.LargeHousehold | None:
    if use.persons < min((row.persons for row in book.large_household), default=use.persons + 1):
        return None
    row = the(book.large_household, use.province, use.day, what="rule for large households")
    return row if use.persons >= row.persons else None


def _check(hours: Mapping[rows.Hours, Decimal], known: Mapping[rows.Hours, object], kwh: Decimal) -> None:
    unknown = [kind for kind, part in hours.items() if part and kind not in known]
    if unknown:
        raise BadInput(f"{unknown[0]}_kwh: this province has no such hours, but {', '.join(known)}")
    if sum(hours.values()) != kwh:
        raise BadInput("kwh: must be the sum of its hours")
