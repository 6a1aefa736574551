"""Special measures: what holds for a while, somewhere, for some customers, beside the usual rules."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from backends.contracts.base import Contract
from backends.contracts.orders import Mark

Customer = Literal["resident", "firm", "important"]
_UNSPEAKABLE = re.compile(r"https?:|www\.|[\r\n\t<>]")


def same_region(one: str, other: str) -> bool:
    """Whether two names mean the same region, with or without its ending (上海, 上海市)."""
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _speakable(text: str) -> str:
    if found := _UNSPEAKABLE.search(text):
        raise ValueError(
            f"{found[0]!r} cannot be said on the telephone: no links, line breaks or angle brackets"
        )
    return text


class Effects(Contract):
    """What a measure changes while it is in force; nothing of it is a promise to one customer.

    `arrears`: `no_cut` (nobody concerned is cut off for arrears) or `no_cut_no_fee` (nor charged late fees).
    `raises`: orders with one of these marks go one step up and are supervised. `green_channel`: subjects of
    applications that take the fast lane. `planned_work`: announced work is called off. `answers`: by intent, what is
    said in addition to the usual answer.
    """

    arrears: Literal["", "no_cut", "no_cut_no_fee"] = ""
    raises: set[Mark] = Field(default=set())
    green_channel: set[str] = Field(default=set())
    planned_work: Literal["", "cancelled"] = ""
    answers: dict[str, str] = Field(default={})


class _Fields(Contract):
    """What both the writing and the answer of a measure hold."""

    measure_id: str
    title: str
    text: str
    words: list[str] = Field(
        default=[], description="what residents call it or ask for it by, beside the title's own words"
    )
    province: str
    city: str = Field(default="", description="empty: the whole province")
    districts: list[str] = Field(default=[], description="empty: the whole city")
    customers: set[Customer] = Field(default={"resident", "firm", "important"}, description="whom it serves")
    effects: Effects = Field(default=Effects())
    valid_from: date
    valid_to: date | None = Field(default=None, description="the last day, inclusive; null: not announced")
    source: str

    @field_validator("valid_to")
    @classmethod
    def _forward(cls, value: date | None, known: ValidationInfo) -> date | None:
        begin = known.data.get("valid_from")
        if value and begin and value < begin:
            raise ValueError("ends before it begins")
        return value


class Measure(_Fields):
    """A special measure for some time in some region. A withdrawn one stays on record."""

    withdrawn_on: date | None = Field(default=None, description="from this day on it is no longer in force")
    origin: Literal["", "file", "operator"] = Field(default="", description="who keeps it")

    def holds(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return (
            self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )

    @property
    def last_day(self) -> date | None:
        """The last day on which it is in force, None where no end is known."""
        ends = [self.valid_to] if self.valid_to else []
        if self.withdrawn_on:
            ends.append(max(self.valid_from, self.withdrawn_on - timedelta(days=1)))
        return min(ends, default=None)

    def covers(self, province: str, city: str = "", district: str = "") -> bool:
        """Whether all of the region named lies in the measure's."""
        return (
            same_region(self.province, province)
            and (not self.city or same_region(self.city, city))
            and (not self.districts or any(same_region(one, district) for one in self.districts))
        )

    def serves(self, customer: str) -> bool:
        """Whether it is for this kind of customer; '' asks about any."""
        return not customer or customer in self.customers


Speakable = Annotated[str, AfterValidator(_speakable)]
Region = Annotated[str, Field(min_length=2, max_length=20)]


class EffectsRequest(Effects):
    """Effects as they are written; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")

    green_channel: set[Annotated[str, Field(pattern=r"^[a-z_]{3,40}$")]] = Field(
        default=set(),
        max_length=20,
        description="short English names, e.g. hospital, isolation, testing, supplies, relief, production, returnee",
    )
    answers: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{3,40}$")],
        Annotated[Speakable, Field(min_length=5, max_length=200)],
    ] = Field(default={}, max_length=10)


class MeasureRequest(_Fields):
    """A measure as an operator writes it; an unknown field is an error, since a typing error in one would change its meaning."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    measure_id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{2,59}$", description="small letters, digits, dashes; never used again"
    )
    title: Annotated[Speakable, Field(min_length=2, max_length=30)]
    text: Annotated[Speakable, Field(min_length=10, max_length=200)]
    words: list[Annotated[str, Field(min_length=2, max_length=20)]] = Field(default=[], max_length=30)
    province: Region
    city: Annotated[str, Field(max_length=20)] = ""
    districts: list[Region] = Field(default=[], max_length=60)
    customers: set[Customer] = Field(default={"resident", "firm", "important"}, min_length=1)
    effects: EffectsRequest = Field(default=EffectsRequest())
    source: Annotated[str, Field(min_length=4, max_length=300)]

    @field_validator("city")
    @classmethod
    def _placed(cls, value: str, known: ValidationInfo) -> str:
        if same_region(value, known.data.get("province", "")):
            raise ValueError("leave it empty in a municipality; else write province and city in full")
        return value


class Measures(Contract):
    measures: list[Measure]
