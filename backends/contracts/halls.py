"""Business halls."""

from __future__ import annotations

from datetime import date, time
from typing import Literal, Self

from pydantic import Field, model_validator

from backends.contracts.base import Contract


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
