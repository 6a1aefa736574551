"""Prices in force, and what they make of a use: estimates, never bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from backends.contracts.base import Contract, Energy, Money

PriceClass = Literal["tiered", "shared", "charging", "institution"]
Voltage = Literal["below_1kv", "1_10kv"]
HoursKind = Literal["peak", "flat", "valley"]
Basis = Literal["capacity", "demand"]
LateCustomer = Literal["resident", "other"]
SuspensionVerdict = Literal["reduced", "too_short", "too_long", "too_often"]
TariffLineKind = Literal[
    "tier1", "tier2", "tier3", "peak", "flat", "valley", "tier2_added", "tier3_added", "flat_price", "free",
    "capacity", "demand", "demand_over", "late_fee",
]  # fmt: skip
Price = Annotated[Decimal, Field(max_digits=12, decimal_places=6)]


class TariffRule(Contract):
    """What an answer follows from. `published`: of a source that does not say since when its figures hold.

    `dated` false: the source has no date, `valid_from` is only where it begins to be used.
    """

    id: str
    source: str
    valid_from: date
    valid_to: date | None = None
    published: date | None = None
    dated: bool = True


class TariffLine(Contract):
    """`quantity` (kWh; kVA or kW; for a late fee the principal in yuan) at `price`: yuan a unit, a month, or a share a day.

    `amount` is quantity times price; for capacity and demand times `days` thirtieths of a month, rounded; for a late fee times
    `days`. `…_added` is a surcharge on kWh of other lines; `free` takes off.
    """

    kind: TariffLineKind
    quantity: Decimal
    price: Price
    days: int | None = None
    amount: Decimal


class _Sum(Contract):
    province: str
    lines: list[TariffLine]
    total: Annotated[Money, Field(ge=0)]
    rules: list[TariffRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self._free() and abs(sum(line.amount for line in self.lines) - self.total) > Decimal("0.01"):
            raise ValueError("the lines do not add up to the total")
        return self

    def _free(self) -> bool:
        """Whether the total is the sum of the lines and nothing else."""
        return True


class Estimate(_Sum):
    """A month's kWh, or a month's base fee."""


class Saving(_Sum):
    """What a suspension saves. `parts`: how a supply of that size is billed; `one`: it pays no base fee at all."""

    verdict: SuspensionVerdict
    first_day: date
    days: int
    least_days: int = Field(description="shorter suspensions save nothing")
    most_months: int
    per_year: bool = Field(description="`most_months` in a calendar year; else at a time")
    times: int | None = Field(default=None, description="a year; null: any number")
    apply_working_days: int | None = Field(default=None, description="to apply ahead; null: not known")
    parts: Literal["one", "choice", "two"]
    relieved: bool = Field(default=False, description="by an exception for the city and day")


class LateFeeAnswer(_Sum):
    """`limited`: raised to the least fee, or cut at the cap; then the lines come to another sum."""

    days: Annotated[int, Field(ge=0)]
    limited: Literal["", "least", "cap"] = ""

    def _free(self) -> bool:
        return not self.limited


class TierRange(Contract):
    """A tier's kWh of the period, from (exclusive) and up to (inclusive; null: no end), and yuan per kWh."""

    from_kwh: Energy
    upto_kwh: Energy | None
    price: Price


class Season(Contract):
    """Limits in these months; one season of all twelve where limits are yearly."""

    months: list[int]
    upto: tuple[Energy, Energy]


class HoursPrice(Contract):
    """Hours of the day (over midnight where `until` is before `since`) and yuan per kWh in tiers 1 to 3."""

    kind: HoursKind
    since: Annotated[int, Field(ge=0, le=24)]
    until: Annotated[int, Field(ge=0, le=24)]
    prices: tuple[Price, Price, Price]


class FlatPrice(Contract):
    """One price for every kWh of these classes."""

    classes: list[PriceClass]
    price: Price
    rule: TariffRule


class LargeHouseholdRule(Contract):
    """From `persons` on tier 1 is `extra_kwh` a month longer (null: not known); from `flat_from` on a flat price may be chosen."""

    persons: int
    extra_kwh: Energy | None
    flat_from: int | None
    rule: TariffRule


class FreeEnergyRule(Contract):
    """kWh a month that low-income households have free."""

    kwh: Energy
    rule: TariffRule


class BaseFeePrices(Contract):
    """Yuan per kVA and month, and per kW and month."""

    capacity: Price
    demand: Price
    rule: TariffRule


class Rates(Contract):
    """Residential prices in force in a province on a day, and what else is known there (null: nothing)."""

    province: str
    day: date
    period: Literal["year", "month"]
    tiers: list[TierRange] = Field(min_length=3, max_length=3, description="in the month of `day`")
    seasons: list[Season] = Field(min_length=1)
    hours: list[HoursPrice] = Field(default=[], description="empty: no time-of-use price known")
    split_known: bool = Field(default=False, description="how peak and valley kWh meet the tiers")
    flat: list[FlatPrice] = Field(default=[])
    large_household: LargeHouseholdRule | None = None
    free_energy: FreeEnergyRule | None = None
    base_fee: BaseFeePrices | None = None
    rule: TariffRule


class TierStanding(Contract):
    """Where the next kWh falls. `left_kwh`: until the next tier begins; null in the last."""

    province: str
    period: Literal["year", "month"]
    tier: Annotated[int, Field(ge=1, le=3)]
    used_kwh: Energy = Field(description="of the period")
    upto: tuple[Energy, Energy]
    left_kwh: Energy | None
    price: Price
    next_price: Price | None
    rules: list[TariffRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.left_kwh is None) != (self.tier == 3) or (self.next_price is None) != (self.tier == 3):
            raise ValueError("only the last tier has no next one")
        return self


class TwoPartRule(Contract):
    """kVA up to which one part is billed (null: below `two_part_from`), and from which two parts are; between: a choice."""

    one_part_upto: Decimal | None
    two_part_from: Decimal
    base_fee: BaseFeePrices | None = Field(default=None, description="null: not known in this province")
    rule: TariffRule
