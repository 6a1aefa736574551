"""Special measures."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from backends.contracts.base import Contract
from backends.contracts.orders import Mark

Customer = Literal["resident", "firm", "important"]


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


class Measure(Contract):
    """A special measure in force for some time in some region."""

    measure_id: str
    title: str
    text: str
    province: str
    city: str = Field(default="", description="empty: the whole province")
    districts: list[str] = Field(default=[], description="empty: the whole city")
    customers: set[Customer] = Field(default={"resident", "firm", "important"}, description="whom it serves")
    effects: Effects = Field(default=Effects())
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
