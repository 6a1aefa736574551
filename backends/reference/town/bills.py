"""A year and a month of bills, what of them is paid, and what follows from that: credit and supply."""

from __future__ import annotations

import random
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from backends.contracts import TariffLineKind
from backends.reference.tariffs.lines import ZERO, Line, total
from backends.reference.town import prices, use
from backends.reference.town.rows import AccountRow, BillRow
from backends.reference.town.sources import chance, read

MONTHS = 13  # so that the newest can be compared with the same month of the year before
ESTIMATED_SHARE = 0.02
MERGED_SHARE = 0.03  # of the accounts: one of their bills covers two months
LATE_SHARE = 0.06  # of the accounts: leave bills unpaid
CUT_AFTER = 3  # unpaid bills that are overdue


def months_before(day: date, count: int = MONTHS) -> list[date]:
    """First days of the `count` months before the month of `day`, oldest first."""
    serial = day.year * 12 + day.month - 1
    return [date(s // 12, s % 12 + 1, 1) for s in range(serial - count, serial)]


def generate(accounts: list[AccountRow], day: date) -> list[BillRow]:
    """Bills of all accounts; fills in each account's `credit` and `supply`.

    A month's use depends on account and month alone, so that a bill once told stays the same as days go by.
    """
    fixed = {row["number"]: row for row in read("accounts")["fixed"]}
    months = months_before(day)
    # The year's tiers fill from January: what the oldest bill's year used before it counts as well.
    history = months_before(date(months[0].year, months[0].month, 1), months[0].month - 1) + months
    bills: list[BillRow] = []
    for account in accounts:
        habit = chance(account.number)
        yearly = use.yearly(account.number, habit)
        merged = habit.randrange(1, 13) if habit.random() < MERGED_SHARE else 0
        late = habit.choice((1, 1, 2, 3, 4)) if habit.random() < LATE_SHARE else 0
        special = fixed.get(account.number)
        if special:
            merged, late = 0, special["unpaid"]
        used: dict[int, Decimal] = defaultdict(Decimal)
        own: list[BillRow] = []
        pending: tuple[date, Decimal, list[Line]] | None = None
        for month in history:
            kwh, its = use.of_month(account.number, month, yearly)
            night = (kwh * Decimal(round(its.uniform(0.3, 0.5), 2))).quantize(Decimal(1))
            if special and month == months[-1]:
                kwh = Decimal(special["latest_kwh"])
            before, used[month.year] = used[month.year], used[month.year] + kwh
            if month not in months:
                continue
            price = prices.price_of(account.province, month)
            parts = prices.lines(
                price, month.month, before, kwh, night if account.tariff == "time_of_use" else None
            )
            # Merged months stay within one year and never leave the newest month without its bill.
            if month.month == merged and month.month < 12 and month != months[-1]:
                pending = (month, kwh, parts)
                continue
            begun, kwh_before, parts_before = pending or (month, Decimal(0), [])
            estimated = its.random() < ESTIMATED_SHARE and not special
            own.append(
                _bill(account, begun, month, kwh_before + kwh, _joined(parts_before + parts), estimated)
            )
            pending = None
        _pay(account, own, day, late, bool(special))
        for bill in own[-special["paid_today"] :] if special and special.get("paid_today") else ():
            bill.paid_on = day
        _settle(account, own, day, habit, special.get("balance") if special else None)
        if special and special.get("cut"):
            account.supply, account.supply_since = "cut_for_arrears", day - timedelta(days=1)
        bills += own
    return bills


def _joined(parts: list[Line]) -> list[Line]:
    """Lines of one kind and price made one."""
    sums: dict[tuple[TariffLineKind, Decimal], Decimal] = {}
    for part in parts:
        key = (part.kind, part.price)
        sums[key] = sums.get(key, Decimal(0)) + part.quantity
    return [Line.energy(kind, kwh, price) for (kind, price), kwh in sums.items()]


def _bill(
    account: AccountRow, begun: date, month: date, kwh: Decimal, parts: list[Line], estimated: bool
) -> BillRow:
    calendar = read("bills")["calendar"]
    last = month.replace(day=monthrange(month.year, month.month)[1])
    following = last + timedelta(days=1)
    return BillRow(
        account.number, f"{month:%Y-%m}", begun, last, kwh, total(parts),
        [prices.row(part) for part in parts],
        following.replace(day=calendar["issued_on"]), following.replace(day=calendar["due_on"]),
        None, estimated, begun != month,
    )  # fmt: skip


def _pay(account: AccountRow, own: list[BillRow], day: date, late: int, special: bool) -> None:
    """All but the newest `late` bills are paid, within the time allowed; the newest perhaps not yet."""
    for bill in own[: len(own) - late]:
        delay = 0 if special else chance(account.number, bill.month, "paid").randrange(20)
        paid_on = bill.issued_on + timedelta(days=delay)
        bill.paid_on = paid_on if paid_on <= day else None


def _settle(
    account: AccountRow, own: list[BillRow], day: date, habit: random.Random, balance: str | None
) -> None:
    """Credit and supply, so that they never contradict the bills."""
    unpaid = [bill for bill in own if bill.paid_on is None]
    if balance is not None:
        account.credit = Decimal(balance) + sum((bill.amount for bill in unpaid), ZERO)
    elif account.prepaid and not unpaid:
        account.credit = Decimal(habit.randrange(500, 30000)) / 100
    overdue = [bill for bill in unpaid if bill.due_on < day]
    if len(overdue) >= CUT_AFTER and not account.important:
        account.supply, account.supply_since = "cut_for_arrears", overdue[-1].due_on + timedelta(days=1)
