"""The late fee (违约金): so much of the principal a day, from the day after the due date to the day of payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from backends.reference.tariffs import rows
from backends.reference.tariffs.book import Book, known, the
from backends.reference.tariffs.lines import ZERO, Line, fen, total

Customer = Literal["resident", "other"]


@dataclass
class Fee:
    """`limited`: the fee was raised to the least amount, or cut at the cap."""

    days: int
    lines: list[Line]
    total: Decimal
    limited: Literal["", "least", "cap"]
    rules: list[rows.Rule]


def late_fee(
    book: Book, province: str, principal: Decimal, due_on: date, paid_on: date, customer: Customer
) -> Fee:
    """By the rule of the day of payment. For firms the days after the year of the due date cost more. Raises `Refusal`."""
    rule = the(book.late_fee, province, paid_on, code="no_rule", what="rule for late fees")
    days = max(0, (paid_on - due_on).days)
    fee = Fee(days, _lines(rule, principal, due_on, days, customer), ZERO, "", [rule])
    fee.total = total(fee.lines)
    if fee.lines and rule.least is not None and fee.total < rule.least:
        fee.total, fee.limited = rule.least, "least"
    if (cap := known(book.late_fee_cap, province, paid_on)) is not None:
        fee.rules.append(cap)
        if fee.total > (most := fen(principal * cap.share)):
            fee.total, fee.limited = most, "cap"
    return fee


def _lines(rule: rows.LateFee, principal: Decimal, due_on: date, days: int, customer: Customer) -> list[Line]:
    if customer == "resident":
        spans = [(days, rule.resident)]
    else:
        this_year = min(days, (date(due_on.year, 12, 31) - due_on).days)
        spans = [(this_year, rule.other), (days - this_year, rule.other_earlier_years)]
    return [Line("late_fee", principal, rate, span, principal * rate * span) for span, rate in spans if span]
