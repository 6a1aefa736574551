"""Accounts: verification, profile, balance, bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from backends.contracts.base import AccountNumber, Contract, Energy, Money, Month
from backends.contracts.measures import Customer

Item = Literal["holder_name", "phone_last4", "door_number"]
Supply = Literal["connected", "cut_for_arrears", "cut_for_violation", "suspended"]
LineKind = Literal["tier1", "tier2", "tier3", "peak", "flat", "valley", "tier2_added", "tier3_added", "other"]
ADDED: tuple[LineKind, ...] = (
    "tier2_added",
    "tier3_added",
    "other",
)  # their kWh are counted elsewhere already


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
    matched: set[Item] = Field(default=set())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.matched and not self.exists:
            raise ValueError("items of an account that does not exist match")
        return self


class AccountProfile(Contract):
    """Whom an account serves and how. Nothing in it names a person: telephone and door are masked."""

    account_number: AccountNumber
    province: str
    customer: Customer = "resident"
    important_user: bool = Field(default=False, description="high risk or important (高危及重要客户)")
    tariff: Literal["tier", "time_of_use", "other"]
    prepaid: bool = Field(description="a prepayment agreement (费控) is in force")
    supply: Supply
    supply_since: date | None = Field(default=None, description="since when it is cut or suspended")
    contact_phone: str = Field(
        default="", pattern=r"^([0-9]{0,3}\*{4,8}[0-9]{2,4})?$", description="masked, e.g. *******6789"
    )
    door: str = Field(default="", max_length=40, description="masked, e.g. 3号楼5**室")
    holder_version: str = Field(
        min_length=1, max_length=40, description="changes when the account gets another holder"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.supply == "connected" and self.supply_since:
            raise ValueError("connected, but cut since a day")
        return self


class AccountBalance(Contract):
    """`balance` = `credit` - `arrears`; negative: owed. Late fees are not part of it."""

    account_number: AccountNumber
    province: str
    balance: Money
    credit: Annotated[Money, Field(ge=0)] = Field(description="money paid in advance")
    arrears: Annotated[Money, Field(ge=0)] = Field(description="sum of the unpaid bills")
    supply: Supply
    prepaid: bool = Field(description="a prepayment agreement (费控) is in force")
    as_of: AwareDatetime

    @property
    def owed(self) -> Decimal:
        """What is to be paid, yuan, once the credit is used up."""
        return max(-self.balance, Decimal("0.00"))

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
