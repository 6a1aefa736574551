"""What stands in a verified account's books: profile, use, payments, arrears. 404 `unknown_account`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query

from backends import contracts
from backends.reference import models
from backends.reference.endpoints.deps import Records
from backends.reference.repository import Repository
from backends.reference.tariffs.book import book
from backends.reference.tariffs.late_fee import Customer, late_fee
from backends.reference.town import use
from backends.reference.town.payments import payments as paid_by
from kit import clock
from kit.errors import BadInput

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Number = Annotated[str, Path(max_length=32)]
LONGEST = 800  # days
DAY = timedelta(days=1)


@router.get("/{number}/profile")
async def profile(number: Number, records: Records) -> contracts.AccountProfile:
    """Class of customer, supply, and what shows a resident that the right account is meant."""
    account = await records.known_account(number)
    return contracts.AccountProfile(
        account_number=number, province=account.province, customer=account.customer,  # type: ignore[arg-type]
        important_user=account.important, tariff=account.tariff,  # type: ignore[arg-type]
        prepaid=account.prepaid, supply=account.supply,  # type: ignore[arg-type]
        supply_since=account.supply_since, contact_phone=f"*******{account.phone_last4}",
        door=masked_door(account), holder_version=account.holder_version,
    )  # fmt: skip


@router.get("/{number}/usage")
async def usage(
    number: Number, records: Records, first: date, last: date, by: contracts.By = "day"
) -> contracts.Usage:
    """Energy used from `first` to `last`; known from the oldest bill's period to yesterday."""
    if last < first or (last - first).days > LONGEST:
        raise BadInput(f"last: must follow first by at most {LONGEST} days")
    await records.known_account(number)
    days, estimated = await _days(records, number)
    chosen = [day for day in sorted(days) if first <= day <= last]
    groups: dict[tuple[int, ...], list[date]] = {}
    for day in chosen:
        key = (day.year, day.month) if by == "month" else (day.year, day.month, day.day)
        groups.setdefault(key, []).append(day)
    rows = [
        contracts.UsageRow(
            starts=group[0], ends=group[-1], kwh=sum((days[day] for day in group), Decimal(0)),
            estimated=any(day in estimated for day in group),
        )
        for group in groups.values()
    ]  # fmt: skip
    return contracts.Usage(
        account_number=number, by=by, first=first, last=last, rows=rows,
        kwh=sum((row.kwh for row in rows), Decimal(0)), read_until=max(days, default=None),
    )  # fmt: skip


@router.get("/{number}/payments")
async def payments(
    number: Number, records: Records, months: Annotated[int, Query(ge=1, le=36)] = 6
) -> contracts.Payments:
    """Payments of the last `months` months, newest first."""
    account = await records.known_account(number)
    now = clock.now()
    since = now - timedelta(days=31 * months)
    return contracts.Payments(
        payments=[
            contracts.Payment(
                payment_id=paid.payment_id, paid_at=paid.paid_at, amount=paid.amount,
                way=paid.way, status=paid.status, months=paid.months, reason=paid.reason,  # type: ignore[arg-type]
                credited_on=paid.paid_at.date() if paid.status == "credited" else None,
            )
            for paid in paid_by(number, await records.bills(number), account.credit, now)
            if paid.paid_at >= since
        ]
    )  # fmt: skip


@router.get("/{number}/arrears")
async def arrears(number: Number, records: Records) -> contracts.Arrears:
    """Unpaid bills with the late fee so far, oldest first, and what was paid in advance set against them."""
    account = await records.known_account(number)
    now = clock.now()
    today = now.date()
    payer: Customer = "resident" if account.customer == "resident" else "other"
    debts = [
        contracts.Debt(
            month=bill.month, amount=bill.amount, due_on=bill.due_on, days_late=max(0, (today - bill.due_on).days),
            late_fee=late_fee(book(), account.province, bill.amount, bill.due_on, today, payer).total,
        )
        for bill in sorted(await records.unpaid(number), key=lambda bill: bill.month)
    ]  # fmt: skip
    principal = sum((debt.amount for debt in debts), Decimal("0.00"))
    fees = sum((debt.late_fee for debt in debts), Decimal("0.00"))
    credit = min(account.credit, principal + fees)
    return contracts.Arrears(
        account_number=number, debts=debts, principal=principal, late_fee=fees, credit=credit,
        total=principal + fees - credit, as_of=now,
    )  # fmt: skip


def masked_door(account: models.Account) -> str:
    """Building, and a room of which only the beginning is told."""
    room = account.room[:1] + "*" * (len(account.room) - 1)
    return f"{account.building}号楼{room}室" if account.building else f"{room}号"


async def _days(records: Repository, number: str) -> tuple[dict[date, Decimal], set[date]]:
    """Use by day as far as it is known, and the days of estimated bills."""
    days: dict[date, Decimal] = {}
    estimated: set[date] = set()
    bills = await records.bills(number)
    for bill in bills:
        its = use.days(number, bill.period_from, bill.period_to, bill.kwh)
        days |= its
        estimated |= set(its) if bill.estimated else set()
    today = clock.now().date()
    if bills and today.day > 1:
        days |= {day: kwh for day, kwh in use.running(number, today.replace(day=1)).items() if day < today}
    return days, estimated
