"""Rows of the town: the field names are the columns' names, so that a row is copied as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(slots=True)
class AreaRow:
    area_id: str
    name: str
    manager_name: str
    manager_phone: str
    manager_hours: str


@dataclass(slots=True)
class PlaceRow:
    place_id: str
    area_id: str
    kind: str
    name: str
    province: str
    city: str
    district: str
    street: str
    road: str
    number: str
    buildings: int


@dataclass(slots=True)
class AccountRow:
    number: str
    place_id: str
    province: str
    holder_name: str
    phone_last4: str
    building: str
    room: str
    tariff: str
    credit: Decimal
    supply: str
    prepaid: bool
    customer: str
    important: bool
    supply_since: date | None
    holder_version: str


@dataclass(slots=True)
class BillRow:
    account_number: str
    month: str
    period_from: date
    period_to: date
    kwh: Decimal
    amount: Decimal
    lines: list[dict[str, str]]
    issued_on: date
    due_on: date
    paid_on: date | None
    estimated: bool
    merged: bool


@dataclass(slots=True)
class HallRow:
    hall_id: str
    core: str
    name: str
    grade: str
    province: str
    city: str
    district: str
    street: str
    address: str
    phone: str
    status: str
    notice: str
    week: list[list[str]]
    services: list[str]


@dataclass(slots=True)
class OutageRow:
    outage_id: str
    kind: str
    place_id: str
    account_number: str | None
    buildings: list[str]
    cause: str
    published_at: datetime
    starts_at: datetime
    first_end: datetime | None
    expected_end: datetime | None
    restored_at: datetime | None
    cancelled_at: datetime | None
    changed_at: datetime | None


Row = AreaRow | PlaceRow | AccountRow | BillRow | HallRow | OutageRow
