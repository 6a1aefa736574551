"""Accounts. Only `verify` may be called for an account whose caller is not verified yet."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from backends import contracts
from backends.reference import door, models
from backends.reference.endpoints.deps import Records
from backends.reference.endpoints.outages import ordered, outage_of, place_of
from kit import clock

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Number = Annotated[str, Path(max_length=32)]


@router.post("/verify")
async def verify(asked: contracts.VerifyRequest, records: Records) -> contracts.Verification:
    """Which of the items match the account's record. Changes nothing; may be repeated."""
    account = await records.account(asked.account_number)
    if account is None:
        return contracts.Verification(exists=False)
    matched: set[contracts.Item] = set()
    if asked.holder_name and door.same_name(asked.holder_name, account.holder_name):
        matched.add("holder_name")
    if asked.phone_last4 and door.same_phone_end(asked.phone_last4, account.phone_last4):
        matched.add("phone_last4")
    if asked.door_number and door.same_door(
        asked.door_number, address=account.place.address, building=account.building, room=account.room
    ):
        matched.add("door_number")
    return contracts.Verification(exists=True, matched=matched)


@router.get("/{number}/balance")
async def balance(number: Number, records: Records) -> contracts.AccountBalance:
    """Credit minus unpaid bills. 404 `unknown_account`."""
    account = await records.known_account(number)
    arrears = sum((bill.amount for bill in await records.unpaid(number)), Decimal("0.00"))
    return contracts.AccountBalance(
        account_number=number, province=account.province, balance=account.credit - arrears,
        credit=account.credit, arrears=arrears, supply=account.supply,  # type: ignore[arg-type]
        prepaid=account.prepaid, as_of=clock.now(),
    )  # fmt: skip


@router.get("/{number}/bills")
async def bills(
    number: Number, records: Records, months: Annotated[int, Query(ge=1, le=36)] = 12
) -> contracts.Bills:
    """Bills of the last `months` months billed, newest first. 404 `unknown_account`."""
    account = await records.known_account(number)
    return contracts.Bills(
        bills=[_bill(bill, account.province) for bill in await records.bills(number, months)]
    )


@router.get("/{number}/outages")
async def outages(
    number: Number, records: Records, at: AwareDatetime | None = None
) -> contracts.OutageAnswer:
    """Outages of the account's building, and its own disconnection for arrears. 404 `unknown_account`."""
    account = await records.known_account(number)
    moment = at or clock.now()
    rows = await records.outages_of(account, moment)
    return contracts.OutageAnswer(
        match="exact",
        places=[place_of(account.place)],
        outages=ordered([outage_of(row, moment) for row in rows]),
    )


def _bill(row: models.Bill, province: str) -> contracts.Bill:
    return contracts.Bill(
        account_number=row.account_number, month=row.month, period_from=row.period_from,
        period_to=row.period_to, kwh=row.kwh, amount=row.amount,
        lines=[contracts.BillLine.model_validate(line) for line in row.lines],
        province=province, issued_on=row.issued_on, due_on=row.due_on, paid_on=row.paid_on,
        status="unpaid" if row.paid_on is None else "paid", estimated=row.estimated, merged=row.merged,
    )  # fmt: skip
