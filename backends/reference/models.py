"""Tables of the reference service: its own metadata, in a schema of their own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, MetaData, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from kit.db import NAMING

SCHEMA = "reference"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING, schema=SCHEMA)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(12, 2),
        list[Any]: JSONB,
        dict[str, Any]: JSONB,
    }


class Area(Base):
    """A transformer area (台区) and its grid manager."""

    __tablename__ = "area"

    area_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    manager_name: Mapped[str]
    manager_phone: Mapped[str]
    manager_hours: Mapped[str]


class Place(Base):
    """An estate, a lane or a village. `number` is the number on the road, with its 弄 or 号."""

    __tablename__ = "place"

    place_id: Mapped[str] = mapped_column(primary_key=True)
    area_id: Mapped[str] = mapped_column(ForeignKey(Area.area_id))
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(index=True)
    province: Mapped[str]
    city: Mapped[str]
    district: Mapped[str]
    street: Mapped[str]
    road: Mapped[str]
    number: Mapped[str]
    buildings: Mapped[int]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)

    @property
    def address(self) -> str:
        """Province to place; a municipality is named once."""
        city = "" if self.city == self.province else self.city
        own = "" if self.name == self.road + self.number else self.name
        return f"{self.province}{city}{self.district}{self.street}{self.road}{self.number}{own}"


class Account(Base):
    """A supply contract. Of the telephone only the last four digits exist: nobody is rung by accident."""

    __tablename__ = "account"

    number: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[str] = mapped_column(ForeignKey(Place.place_id), index=True)
    province: Mapped[str]
    holder_name: Mapped[str]
    phone_last4: Mapped[str]
    building: Mapped[str]
    room: Mapped[str]
    tariff: Mapped[str]
    credit: Mapped[Decimal]
    supply: Mapped[str]
    prepaid: Mapped[bool]
    customer: Mapped[str]
    important: Mapped[bool]
    supply_since: Mapped[date | None]
    holder_version: Mapped[str]

    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint("number ~ '^([0-9]{10}|[0-9]{13})$'", name="number_is_10_or_13_digits"),
        CheckConstraint("credit >= 0", name="credit_is_never_negative"),
        CheckConstraint("supply in ('connected', 'cut_for_arrears')", name="supply"),
        CheckConstraint("(supply = 'connected') = (supply_since is null)", name="cut_since_a_day"),
        CheckConstraint("customer in ('resident', 'firm')", name="customer"),
    )


class Bill(Base):
    """A bill; `month` is `YYYY-MM` of the last month it covers."""

    __tablename__ = "bill"

    account_number: Mapped[str] = mapped_column(ForeignKey(Account.number), primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    period_from: Mapped[date]
    period_to: Mapped[date]
    kwh: Mapped[Decimal]
    amount: Mapped[Decimal]
    lines: Mapped[list[Any]]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    paid_on: Mapped[date | None]
    estimated: Mapped[bool]
    merged: Mapped[bool]

    __table_args__ = (
        CheckConstraint("kwh >= 0 and amount >= 0", name="nothing_is_negative"),
        CheckConstraint("paid_on >= issued_on", name="paid_after_it_was_issued"),
    )


class Outage(Base):
    """A notice. Its status is not kept: it follows from the times and the moment asked about."""

    __tablename__ = "outage"

    outage_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    place_id: Mapped[str] = mapped_column(ForeignKey(Place.place_id), index=True)
    account_number: Mapped[str | None] = mapped_column(ForeignKey(Account.number), index=True)
    buildings: Mapped[list[Any]]
    cause: Mapped[str]
    published_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    first_end: Mapped[datetime | None]
    expected_end: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        CheckConstraint("expected_end > starts_at", name="ends_after_it_begins"),
        CheckConstraint("restored_at >= starts_at", name="restored_after_it_begins"),
        CheckConstraint(
            "restored_at is null or cancelled_at is null", name="not_both_restored_and_cancelled"
        ),
        CheckConstraint("(kind = 'arrears') = (account_number is not null)", name="arrears_are_an_accounts"),
    )


class Hall(Base):
    """A business hall; `week` is seven lists of `HH:MM-HH:MM`, Monday first."""

    __tablename__ = "hall"

    hall_id: Mapped[str] = mapped_column(primary_key=True)
    core: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    grade: Mapped[str]
    province: Mapped[str]
    city: Mapped[str]
    district: Mapped[str]
    street: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    status: Mapped[str]
    notice: Mapped[str]
    week: Mapped[list[Any]]
    services: Mapped[list[Any]]


class Measure(Base):
    """A special measure; `file` is the name of the file it stands in, '' for an operator's. Never deleted but with its file."""

    __tablename__ = "measure"

    measure_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    words: Mapped[list[Any]]
    province: Mapped[str]
    city: Mapped[str]
    districts: Mapped[list[Any]]
    customers: Mapped[list[Any]]
    effects: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    file: Mapped[str]
    withdrawn_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),)


class WorkOrder(Base):
    """An order. It outlives the town's renewals, so it refers to no row of theirs; `place` is as it was then."""

    __tablename__ = "work_order"

    number: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    request: Mapped[str]  # digest of what was asked for under the key
    kind: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    place_id: Mapped[str] = mapped_column(index=True)
    place: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str]
    account_number: Mapped[str | None] = mapped_column(index=True)
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    scope: Mapped[str | None]
    urgent: Mapped[bool]
    marks: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    channel: Mapped[str]
    conversation: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    created_at: Mapped[datetime]
    contact_by: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    urges: Mapped[int]

    events: Mapped[list[WorkOrderEvent]] = relationship(
        order_by="WorkOrderEvent.event_id", lazy="selectin", cascade="all"
    )

    __table_args__ = (
        CheckConstraint("number ~ '^[0-9]{14}$'", name="number_is_14_digits"),
        CheckConstraint("contact_by >= created_at and answer_by >= created_at", name="due_after_it_was_made"),
        CheckConstraint("urges >= 0", name="urges_are_counted"),
    )


class WorkOrderEvent(Base):
    """What became of an order. `act`: created, moved, urged, withdrawn; `key`: of the request that caused it."""

    __tablename__ = "work_order_event"

    event_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(ForeignKey(WorkOrder.number), index=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    act: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]
    text: Mapped[str]


class Seed(Base):
    """What the tables hold now: one row, replaced with them in one transaction."""

    __tablename__ = "seed"

    digest: Mapped[str]
    day: Mapped[date] = mapped_column(primary_key=True)
    block: Mapped[datetime]
