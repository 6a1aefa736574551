"""Money that came in, and money that is owed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from backends.contracts.base import AccountNumber, Contract, Money, Month

PaymentWay = Literal["app", "wechat", "alipay", "direct_debit", "bank", "hall", "terminal", "other"]
PaymentStatus = Literal["credited", "pending", "returned"]
Owed = Annotated[Money, Field(ge=0)]


class Payment(Contract):
    """One payment. `pending`: on its way. `returned`: it never became ours; `reason` says why, in words."""

    payment_id: str
    paid_at: AwareDatetime
    amount: Annotated[Money, Field(gt=0)]
    way: PaymentWay
    months: list[Month] = Field(default=[], description="bills it settles; empty: paid in advance")
    status: PaymentStatus
    credited_on: date | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.status == "credited") != (self.credited_on is not None):
            raise ValueError(f"{self.status}, but credited_on is {self.credited_on}")
        if self.credited_on and self.credited_on < self.paid_at.date():
            raise ValueError("credited before it was paid")
        return self


class Payments(Contract):
    """Newest first."""

    payments: list[Payment]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        moments = [payment.paid_at for payment in self.payments]
        if moments != sorted(moments, reverse=True):
            raise ValueError("payments are not newest first")
        if len({payment.payment_id for payment in self.payments}) != len(self.payments):
            raise ValueError("a payment is told twice")
        return self


class Debt(Contract):
    """An unpaid bill and the late fee (违约金) on it so far."""

    month: Month
    amount: Owed
    due_on: date
    days_late: Annotated[int, Field(ge=0)] = Field(description="whole days since `due_on`")
    late_fee: Owed

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.late_fee and not self.days_late:
            raise ValueError("a late fee on a bill that is not late")
        return self


class Arrears(Contract):
    """What is owed as of a moment; oldest bill first. `total` is what has to be paid: the bills and their late fees, less
    `credit`.
    """

    account_number: AccountNumber
    debts: list[Debt]
    principal: Owed
    late_fee: Owed
    credit: Owed = Field(
        default=Decimal(0), description="as much of the money paid in advance as is set against them"
    )
    total: Owed
    as_of: AwareDatetime

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum((debt.amount for debt in self.debts), Decimal(0)) != self.principal:
            raise ValueError("the debts do not add up")
        if sum((debt.late_fee for debt in self.debts), Decimal(0)) != self.late_fee:
            raise ValueError("the late fees do not add up")
        if self.principal + self.late_fee - self.credit != self.total:
            raise ValueError("the total is not debts and late fees less the credit")
        today = self.as_of.date()
        if any(debt.days_late != max(0, (today - debt.due_on).days) for debt in self.debts):
            raise ValueError("days late and due day contradict each other")
        months = [debt.month for debt in self.debts]
        if months != sorted(set(months)):
            raise ValueError("debts are not oldest first, one a month")
        return self
