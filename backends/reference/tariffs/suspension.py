"""What suspending a transformer (暂停; since June 2024 a reduction of capacity that is not permanent) saves of the base fee."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from backends.reference.tariffs import base_fee, rows
from backends.reference.tariffs.book import Book, the
from backends.reference.tariffs.lines import Line
from kit.clock import months_later

Verdict = Literal["reduced", "too_short", "too_long", "too_often"]


@dataclass(frozen=True)
class Plan:
    """`size`: kVA by capacity, kW by demand. `earlier`: suspensions of the same calendar year, and their days."""

    province: str
    first_day: date
    days: int
    size: Decimal
    basis: base_fee.Basis = "capacity"
    city: str = ""
    earlier_times: int = 0
    earlier_days: int = 0


@dataclass
class Saving:
    verdict: Verdict
    rule: rows.Suspension
    least_days: int
    lines: list[Line] = field(default_factory=list)
    rules: list[rows.Rule] = field(default_factory=list)


def saving(book: Book, plan: Plan) -> Saving:
    """Raises `Refusal` `unknown_price` where the province's base fee is not known."""
    rule = the(book.suspension, plan.province, plan.first_day, code="no_rule", what="rule for suspensions")
    relief = _relief(book, plan)
    found = Saving("reduced", rule, relief.least_days if relief else rule.least_days, rules=[rule])
    if relief:
        found.rules.append(relief)
    found.verdict = _verdict(found, plan)
    if found.verdict == "reduced":
        yuan, fee = base_fee.price(book, plan.province, plan.first_day, plan.basis)
        found.rules.append(fee)
        found.lines = [
            base_fee.of_month(plan.basis, plan.size, yuan, days)
            for _, days in base_fee.months(plan.first_day, plan.days)
        ]
    return found


def _verdict(found: Saving, plan: Plan) -> Verdict:
    rule = found.rule
    if plan.days < found.least_days:
        return "too_short"
    if rule.times is not None and plan.earlier_times >= rule.times:
        return "too_often"
    days = plan.days + (plan.earlier_days if rule.per_year else 0)
    if plan.first_day + timedelta(days=days) > months_later(plan.first_day, rule.most_months):
        return "too_long"
    return "reduced"


def _relief(book: Book, plan: Plan) -> rows.SuspensionRelief | None:
    return next(
        (
            row for row in book.suspension_relief
            if row.holds(plan.first_day) and plan.province.startswith(row.province) and plan.city.startswith(row.city)
        ),
        None,
    )  # fmt: skip
