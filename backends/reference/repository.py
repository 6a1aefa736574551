"""Queries of the reference service, within the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backends.reference.models import Account, Bill, Hall, Measure, Outage, Place
from kit.errors import NotFound

HORIZON = timedelta(days=14)  # announced work farther away is not told
ENDED_FOR = timedelta(days=3)  # how long an ended notice can still be asked about


class Repository:
    """Reads, and the few writes, within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def places(self) -> Sequence[Place]:
        return (await self.session.scalars(select(Place).order_by(Place.place_id))).all()

    async def place(self, place_id: str) -> Place | None:
        return await self.session.get(Place, place_id)

    async def outages(self, place_ids: Sequence[str], at: datetime, *, ended: bool) -> Sequence[Outage]:
        """Public notices of places, published by `at`; ended ones on demand; no account's own."""
        query = self._noticed(at, ended).where(
            Outage.place_id.in_(place_ids), Outage.account_number.is_(None)
        )
        return (await self.session.scalars(query)).all()

    async def outages_of(self, account: Account, at: datetime, *, ended: bool = False) -> Sequence[Outage]:
        """Notices that touch an account: its building's, and its own; ended ones on demand."""
        public = Outage.account_number.is_(None) & (Outage.place_id == account.place_id)
        whole = func.jsonb_array_length(Outage.buildings) == 0
        query = self._noticed(at, ended).where(
            or_(
                Outage.account_number == account.number,
                public & (whole | Outage.buildings.op("?")(account.building)),
            )
        )
        return (await self.session.scalars(query)).all()

    async def accounts(self, numbers: Sequence[str]) -> Sequence[Account]:
        """Those that there are."""
        query = select(Account).where(Account.number.in_(numbers)).order_by(Account.number)
        return (await self.session.scalars(query)).all()

    async def account(self, number: str) -> Account | None:
        return await self.session.get(Account, number)

    async def known_account(self, number: str) -> Account:
        """Raises `NotFound` with the contract's code."""
        account = await self.account(number)
        if account is None:
            raise NotFound("no account of this number", code="unknown_account")
        return account

    async def bills(self, number: str, months: int | None = None) -> Sequence[Bill]:
        """Newest first; `months` counts back from the newest month billed."""
        query = select(Bill).where(Bill.account_number == number).order_by(Bill.month.desc())
        bills = (await self.session.scalars(query)).all()
        if months is None or not bills:
            return bills
        newest = _serial(bills[0].month)
        return [bill for bill in bills if newest - _serial(bill.month) < months]

    async def unpaid(self, number: str) -> Sequence[Bill]:
        return (
            await self.session.scalars(
                select(Bill).where(Bill.account_number == number, Bill.paid_on.is_(None))
            )
        ).all()

    async def halls(self) -> Sequence[Hall]:
        return (await self.session.scalars(select(Hall).order_by(Hall.hall_id))).all()

    async def hall(self, hall_id: str) -> Hall | None:
        return await self.session.get(Hall, hall_id)

    async def measures(self) -> Sequence[Measure]:
        """Every measure, the latest first; they are few."""
        query = select(Measure).order_by(Measure.valid_from.desc(), Measure.measure_id)
        return (await self.session.scalars(query)).all()

    async def add_measure(self, columns: dict[str, Any]) -> Measure:
        """The measure of that id: this one, unless there is one already."""
        await self.session.execute(insert(Measure).values(columns).on_conflict_do_nothing())
        return await self.session.get_one(Measure, columns["measure_id"])

    async def withdraw_measure(self, measure_id: str, day: date) -> Measure | None:
        """From `day` on no longer in force; what had ended before keeps its end."""
        measure = await self.session.get(Measure, measure_id, with_for_update=True)
        if measure and measure.withdrawn_on is None and (measure.valid_to is None or measure.valid_to >= day):
            measure.withdrawn_on = day
        return measure

    def _noticed(self, at: datetime, ended: bool) -> Select[tuple[Outage]]:
        still = Outage.cancelled_at.is_(None) | (Outage.cancelled_at > at)
        running = Outage.restored_at.is_(None) | (Outage.restored_at > at)
        query = select(Outage).where(Outage.published_at <= at, Outage.starts_at <= at + HORIZON)
        if not ended:
            return query.where(still, running)
        lately = at - ENDED_FOR
        return query.where(
            or_(Outage.cancelled_at.is_(None), Outage.cancelled_at > lately, Outage.starts_at > at),
            or_(Outage.restored_at.is_(None), Outage.restored_at > lately),
        )


def _serial(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])
