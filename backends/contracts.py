"""What the utility's systems answer. `openapi.json` is made from these models.

Units: energy in kWh, money in yuan as decimal strings, times ISO 8601 with an offset (Asia/Shanghai), days
`YYYY-MM-DD`, months `YYYY-MM`. A field that is not listed here is ignored; a field that contradicts another
makes the whole answer invalid (`BackendLied`): saying nothing beats saying something false.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Money = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
Energy = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
AccountNumber = Annotated[str, Field(pattern=r"^(\d{10}|\d{13})$", description="10 or 13 digits")]

Item = Literal["holder_name", "phone_last4", "door_number"]
OutageKind = Literal["fault", "planned", "temporary", "shortage", "arrears", "violation", "orderly"]
OutageStatus = Literal["announced", "running", "restored", "cancelled"]
LineKind = Literal["tier1", "tier2", "tier3", "peak", "flat", "valley", "tier2_added", "tier3_added", "other"]
ADDED: tuple[LineKind, ...] = (
    "tier2_added",
    "tier3_added",
    "other",
)  # their kWh are counted elsewhere already


class Contract(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GridManager(Contract):
    """Who looks after a transformer area, and when that person answers the telephone."""

    name: str
    phone: str
    hours: str = Field(description="working hours, e.g. 08:30-17:30")


class Place(Contract):
    """An estate, a village or a lane: the smallest area an outage is announced for."""

    place_id: str
    name: str = Field(min_length=1, description="as people call it")
    address: str = Field(description="province to road and number")
    province: str
    city: str
    district: str
    street: str = Field(description="sub-district or town")
    road: str = ""
    kind: Literal["estate", "village"]
    transformer_area: str
    grid_manager: GridManager | None = None


Match = Literal["exact", "candidates", "none"]


class PlaceAnswer(Contract):
    """`exact`: one place is meant. `candidates`: ask which. `none`: unknown, or contradicting words."""

    match: Match
    places: list[Place]
    building: str = Field(default="", description="the building's number, if the words name one")

    @model_validator(mode="after")
    def _counts(self) -> Self:
        fits = {"exact": len(self.places) == 1, "candidates": bool(self.places), "none": not self.places}
        if not fits[self.match]:
            raise ValueError(f"match {self.match} with {len(self.places)} places")
        return self


class Outage(Contract):
    """One outage notice. `status` is as of the moment asked about."""

    outage_id: str
    kind: OutageKind
    status: OutageStatus
    place: Place
    buildings: list[str] = Field(default=[], description="building numbers; empty: the whole place")
    cause: str
    starts_at: AwareDatetime
    expected_end: AwareDatetime | None = Field(
        default=None, description="expected restoration; null: not known yet"
    )
    restored_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    published_at: AwareDatetime
    changed_at: AwareDatetime | None = Field(default=None, description="last change of the notice")
    delayed: bool = Field(default=False, description="still running after the end first announced")
    candidate: bool = Field(
        default=False, description="of a place that only might be meant; ask before telling"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.expected_end and self.expected_end <= self.starts_at:
            raise ValueError("expected to end before it begins")
        if self.restored_at and self.restored_at < self.starts_at:
            raise ValueError("restored before it began")
        if self.restored_at and self.cancelled_at:
            raise ValueError("both restored and cancelled")
        if (self.status == "restored") != bool(self.restored_at):
            raise ValueError(f"{self.status}, but restored_at is {self.restored_at}")
        if (self.status == "cancelled") != bool(self.cancelled_at):
            raise ValueError(f"{self.status}, but cancelled_at is {self.cancelled_at}")
        return self


class OutageAnswer(Contract):
    """Outages of the places meant: running ones first, then announced ones by their beginning."""

    match: Match
    places: list[Place]
    outages: list[Outage]


class VerifyRequest(Contract):
    """Items to compare with the account's record; blank and missing items are not compared."""

    account_number: str = Field(max_length=32)
    holder_name: str | None = Field(
        default=None, max_length=60, description="full name; a surname never matches"
    )
    phone_last4: str | None = Field(default=None, max_length=20, description="exactly four digits")
    door_number: str | None = Field(default=None, max_length=120, description="502, 502室, 3号楼502室")


class Verification(Contract):
    """Which of the given items match. Never what the record holds."""

    exists: bool
    matched: set[Item] = set()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.matched and not self.exists:
            raise ValueError("items of an account that does not exist match")
        return self


class AccountBalance(Contract):
    """`balance` = `credit` - `arrears`; negative: owed. Late fees are not part of it."""

    account_number: AccountNumber
    province: str
    balance: Money
    credit: Annotated[Money, Field(ge=0)] = Field(description="money paid in advance")
    arrears: Annotated[Money, Field(ge=0)] = Field(description="sum of the unpaid bills")
    supply: Literal["connected", "cut_for_arrears"]
    prepaid: bool = Field(description="a prepayment agreement (费控) is in force")
    as_of: AwareDatetime

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.balance != self.credit - self.arrears:
            raise ValueError("the balance is not credit minus arrears")
        return self


class BillLine(Contract):
    """A part of a bill: kWh at a price (yuan per kWh). `…_added` is a surcharge on kWh of other lines."""

    kind: LineKind
    kwh: Energy
    price: Decimal
    amount: Decimal = Field(description="kwh times price, not rounded")


class Bill(Contract):
    """One bill. A merged bill covers several months and carries the last one's name."""

    account_number: AccountNumber
    month: Month
    period_from: date
    period_to: date = Field(description="last day billed, inclusive")
    kwh: Energy
    amount: Annotated[Money, Field(ge=0)]
    lines: list[BillLine] = Field(default=[], description="empty where the split is not known")
    province: str
    issued_on: date
    due_on: date
    status: Literal["paid", "unpaid"]
    paid_on: date | None = None
    estimated: bool = Field(
        default=False, description="the meter was not read; settled with the next reading"
    )
    merged: bool = Field(default=False, description="covers more than one month")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.period_to <= self.period_from:
            raise ValueError("the period ends before it begins")
        if (self.status == "paid") != (self.paid_on is not None):
            raise ValueError(f"{self.status}, but paid_on is {self.paid_on}")
        if self.lines:
            if sum(line.kwh for line in self.lines if line.kind not in ADDED) != self.kwh:
                raise ValueError("the lines' kWh do not add up")
            if abs(sum(line.amount for line in self.lines) - self.amount) > Decimal("0.01"):
                raise ValueError("the lines' amounts do not add up")
        return self


class Bills(Contract):
    """Newest first."""

    bills: list[Bill]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        months = [bill.month for bill in self.bills]
        if months != sorted(set(months), reverse=True):
            raise ValueError("bills are not newest first, one a month")
        return self


class Span(Contract):
    """Opening hours, local time."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes before it opens")
        return self


class Hall(Contract):
    """A business hall (营业厅), with the hours of the day asked about."""

    hall_id: str
    name: str
    grade: Literal["A", "B", "C"]
    province: str
    city: str
    district: str
    street: str
    address: str
    phone: str
    status: Literal["open", "limited", "closed"] = Field(
        description="in service at all; not: open this minute"
    )
    notice: str = ""
    day: date
    hours: list[Span] = Field(description="of `day`; empty: not open that day")
    week: list[list[Span]] = Field(min_length=7, max_length=7, description="Monday to Sunday")
    services: list[str]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.status == "closed" and self.hours:
            raise ValueError("closed, but with hours")
        return self


class Halls(Contract):
    halls: list[Hall]


class Measure(Contract):
    """A special measure in force for some time in some region."""

    measure_id: str
    title: str
    text: str
    province: str
    city: str = Field(default="", description="empty: the whole province")
    valid_from: date
    valid_to: date | None = None
    source: str

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("ends before it begins")
        return self


class Measures(Contract):
    measures: list[Measure]


class ErrorDetail(Contract):
    code: str = Field(description="stable")
    reason: str = Field(description="for the engineer; never shown to residents")


class ErrorBody(Contract):
    """Every answer with a status of 400 or more."""

    error: ErrorDetail
