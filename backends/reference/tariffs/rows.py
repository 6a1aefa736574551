"""Rows of `data/knowledge/tariffs`: every figure with its province, its days and its source.

Figures are written in quotes or as whole numbers: a float would already be another number.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

PriceClass = Literal["tiered", "shared", "charging", "institution"]
Voltage = Literal["below_1kv", "1_10kv"]
Hours = Literal["peak", "flat", "valley"]


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("a figure with a decimal point must be written in quotes")
    return value


Figure = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0)]
Hour = Annotated[int, Field(ge=0, le=24)]
EVERY_MONTH = frozenset(range(1, 13))


class Rule(BaseModel):
    """In force from `valid_from` to `valid_to`, both inclusive; `province` '': everywhere.

    `published`: when the source was, if it does not say since when its figures hold. `dated` false: it has no date at all,
    and `valid_from` is only where we begin to answer by it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    province: str = ""
    valid_from: date
    valid_to: date | None
    published: date | None = None
    dated: bool = True
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to is before valid_from")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """Rows of one kind and key must not be in force on the same day."""
        return (self.province,)

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Limits(BaseModel):
    """Upper ends of tiers 1 and 2 in kWh, in these months."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    months: frozenset[Annotated[int, Field(ge=1, le=12)]] = EVERY_MONTH
    upto: tuple[Figure, Figure]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not 0 < self.upto[0] < self.upto[1]:
            raise ValueError("tier 2 must end above tier 1")
        return self


class TimeOfUse(BaseModel):
    """Hours of the day (from, to; over midnight too) and yuan per kWh in tiers 1 to 3.

    `added`: what tiers 2 and 3 cost more, whatever the hour; then all kWh are billed at tier 1's prices of their hours and
    the surcharge on top. None: how peak and valley kWh are split over the tiers is not known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: dict[Hours, tuple[Hour, Hour]]
    prices: dict[Hours, tuple[Figure, Figure, Figure]]
    added: tuple[Figure, Figure] | None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if set(self.hours) != set(self.prices) or len(self.prices) < 2:
            raise ValueError("hours and prices must name the same two or more kinds")
        for kind, (first, second, third) in self.prices.items():
            if self.added and (second - first, third - first) != self.added:
                raise ValueError(f"{kind}: the tiers differ by other amounts than added")
        return self


class FlatTimeOfUse(BaseModel):
    """Hours of the day and yuan per kWh, without tiers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: dict[Hours, tuple[Hour, Hour]]
    prices: dict[Hours, Figure]


class Residential(Rule):
    """Tiered residential price; limits per `period`."""

    voltage: Voltage = "below_1kv"
    period: Literal["year", "month"]
    limits: tuple[Limits, ...]
    prices: tuple[Figure, Figure, Figure]
    time_of_use: TimeOfUse | None

    @model_validator(mode="after")
    def _whole_year(self) -> Self:
        months = [month for part in self.limits for month in part.months]
        if sorted(months) != sorted(EVERY_MONTH):
            raise ValueError("limits must name every month once")
        if list(self.prices) != sorted(self.prices):
            raise ValueError("a higher tier must not be cheaper")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return self.province, self.voltage

    def upto(self, month: int) -> tuple[Decimal, Decimal]:
        """Upper ends of tiers 1 and 2 in kWh, of the year or of this month of it."""
        return next(part.upto for part in self.limits if month in part.months)


class Flat(Rule):
    """One price for every kWh: shared meters (合表), charging piles, institutions at residential prices."""

    classes: frozenset[PriceClass] = Field(min_length=1)
    voltage: Voltage = "below_1kv"
    price: Figure
    time_of_use: FlatTimeOfUse | None

    @property
    def key(self) -> tuple[str, ...]:
        return self.province, self.voltage, *sorted(self.classes)


class LargeHousehold(Rule):
    """From `persons` on tier 1 ends `extra_kwh` a month later (None: later, but not known by how much).

    From `flat_from` persons on the flat price may be chosen (None: not provided for).
    """

    persons: int
    extra_kwh: Figure | None
    flat_from: int | None


class FreeEnergy(Rule):
    """kWh a month that low-income households (低保, 五保) have free."""

    kwh: Figure


class BaseFee(Rule):
    """Yuan per kVA and month, or per kW and month."""

    capacity: Figure
    demand: Figure


class DemandRule(BaseModel):
    """How a month's demand is billed; shares as decimals, `discount_from_kwh` per kVA and month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_share: Figure
    over: Figure
    over_factor: Figure
    discount_from_kwh: Figure
    discount: Figure


class TwoPart(Rule):
    """kVA up to which one part is billed (None: below `two_part_from`), and from which two parts are; between: a choice."""

    one_part_upto: Figure | None
    two_part_from: Figure
    demand: DemandRule | None


class Suspension(Rule):
    """What a suspension must be to lower the base fee; `most_months` in a year (`per_year`) or at a time."""

    least_days: int
    most_months: int
    per_year: bool
    times: int | None
    apply_working_days: int | None


class SuspensionRelief(Rule):
    """An exception for a city: shorter suspensions count."""

    city: str = Field(min_length=1)
    least_days: int

    @property
    def key(self) -> tuple[str, ...]:
        return self.province, self.city


class LateFee(Rule):
    """Shares of the principal a day; `least`: yuan, if any is charged."""

    resident: Figure
    other: Figure
    other_earlier_years: Figure
    least: Figure | None


class LateFeeCap(Rule):
    """The largest share of the principal."""

    share: Figure
