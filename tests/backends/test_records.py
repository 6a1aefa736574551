"""What stands in an account's books, through the client: use, payments and arrears agree with the bills."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest

from backends.accounts import Accounts
from backends.client import BackendRefused
from backends.reference.tariffs.book import book
from backends.reference.tariffs.late_fee import late_fee
from backends.reference.town import use
from backends.reference.town.sources import chance
from kit import clock

WANG, LI, CHEN, ZHAO, HOSPITAL = (
    "3100000000018", "3200456789", "3100000000026", "3100000000034", "3200456797",
)  # fmt: skip


@pytest.fixture(scope="session")
def numbers(reference: str, reference_database: str) -> list[str]:
    """The fixed accounts and some others: merged, estimated, in arrears."""
    query = (
        "(select distinct account_number from reference.bill where merged limit 2) union "
        "(select distinct account_number from reference.bill where estimated limit 2) union "
        "(select number from reference.account where supply <> 'connected' limit 2) union "
        "(select number from reference.account where credit > 0 limit 2)"
    )
    with psycopg.connect(reference_database) as connection:
        return [WANG, LI, CHEN, ZHAO, *(row[0] for row in connection.execute(query).fetchall())]


async def test_that_the_days_of_a_bill_add_up_to_it(accounts: Accounts, numbers: list[str]) -> None:
    for number in numbers:
        for bill in await accounts.bills(number, 36):
            by_day = await accounts.usage(number, bill.period_from, bill.period_to)
            assert by_day.kwh == bill.kwh
            assert len(by_day.rows) == (bill.period_to - bill.period_from).days + 1
            assert all(row.estimated == bill.estimated for row in by_day.rows)
            by_month = await accounts.usage(number, bill.period_from, bill.period_to, "month")
            assert by_month.kwh == bill.kwh
            assert len(by_month.rows) == (2 if bill.merged else 1)


async def test_that_the_running_month_is_read_up_to_yesterday(accounts: Accounts) -> None:
    today = clock.now().date()
    found = await accounts.usage(WANG, today.replace(day=1), today)
    yesterday = today - timedelta(days=1)
    assert found.read_until == yesterday
    assert [row.starts for row in found.rows] == [
        today.replace(day=day) for day in range(1, today.day)
    ]  # none on the first of a month


async def test_that_what_was_never_billed_has_no_use(accounts: Accounts) -> None:
    long_ago = await accounts.usage(WANG, date(2001, 1, 1), date(2001, 2, 1))
    assert not long_ago.rows
    assert long_ago.kwh == 0


async def test_that_too_long_a_time_is_refused(accounts: Accounts) -> None:
    for first, last in ((date(2020, 1, 1), date(2026, 1, 1)), (date(2026, 1, 2), date(2026, 1, 1))):
        with pytest.raises(BackendRefused) as refusal:
            await accounts.usage(WANG, first, last)
        assert refusal.value.status == 400


def test_that_a_day_once_told_stays_when_the_month_is_billed() -> None:
    month = date(2026, 4, 1)
    kwh, _ = use.of_month("3100123456789", month, use.yearly("3100123456789", chance("3100123456789")))
    assert use.running("3100123456789", month) == use.days("3100123456789", month, date(2026, 4, 30), kwh)
    assert sum(use.running("3100123456789", month).values()) == kwh
    assert min(use.running("3100123456789", month).values()) >= 0


async def test_that_every_paid_bill_has_its_payment_and_no_other_has(
    accounts: Accounts, numbers: list[str]
) -> None:
    for number in numbers:
        bills = {bill.month: bill for bill in await accounts.bills(number, 36)}
        credited = [p for p in await accounts.payments(number, 36) if p.status == "credited"]
        settled = {month: payment for payment in credited for month in payment.months}
        assert set(settled) == {month for month, bill in bills.items() if bill.paid_on and bill.amount}
        for month, payment in settled.items():
            assert (payment.amount, payment.credited_on) == (bills[month].amount, bills[month].paid_on)
        ahead = sum((p.amount for p in credited if not p.months), Decimal(0))
        assert ahead == (await accounts.balance(number)).credit


async def test_that_payments_are_of_the_months_asked_for(accounts: Accounts) -> None:
    since = clock.now() - timedelta(days=62)
    assert all(payment.paid_at >= since for payment in await accounts.payments(LI, 2))


async def test_that_a_payment_can_be_on_its_way(accounts: Accounts) -> None:
    [newest, *_] = await accounts.payments(CHEN)
    assert newest.status == "pending"
    assert newest.amount == (await accounts.bills(CHEN, 1))[0].amount


async def test_that_arrears_are_the_unpaid_bills(accounts: Accounts, numbers: list[str]) -> None:
    for number in numbers:
        owed = await accounts.arrears(number)
        unpaid = {
            bill.month: bill.amount for bill in await accounts.bills(number, 36) if bill.status == "unpaid"
        }
        assert {debt.month: debt.amount for debt in owed.debts} == unpaid
        balance = await accounts.balance(number)
        assert owed.principal == balance.arrears
        assert owed.credit == min(balance.credit, owed.principal + owed.late_fee)


@pytest.mark.parametrize(
    ("amount", "due", "today", "customer", "fee"),
    [
        ("200", "2026-05-01", "2026-05-11", "resident", "2.00"),  # 200 x 1 per mille x 10 days
        ("200", "2026-05-01", "2026-05-01", "resident", "0"),
        ("200", "2026-05-11", "2026-05-01", "resident", "0"),
        ("200", "2026-05-01", "2026-05-02", "resident", "0.20"),
        ("200", "2024-07-01", "2026-07-01", "resident", "60.00"),  # 30 % at most
        ("1000", "2026-05-01", "2026-05-11", "other", "20.00"),
        (
            "1000",
            "2025-12-27",
            "2026-01-05",
            "other",
            "23.00",
        ),  # 4 days at 2, 5 days of a later year at 3 per mille
    ],
)
def test_that_the_late_fee_grows_by_the_day(
    amount: str, due: str, today: str, customer: str, fee: str
) -> None:
    days = date.fromisoformat(due), date.fromisoformat(today)
    assert late_fee(book(), "上海", Decimal(amount), *days, customer).total == Decimal(fee)


async def test_that_a_profile_tells_class_supply_and_nothing_unmasked(accounts: Accounts) -> None:
    wang, hospital = await accounts.profile(WANG), await accounts.profile(HOSPITAL)
    assert (wang.customer, wang.important_user, wang.supply) == ("resident", False, "connected")
    assert (wang.contact_phone, wang.door) == ("*******6789", "3号楼5**室")
    assert (hospital.customer, hospital.important_user) == ("firm", True)
    for number in (CHEN, ZHAO):
        assert (await accounts.profile(number)).supply == "cut_for_arrears"
    assert (await accounts.arrears(ZHAO)).total == 0


async def test_that_an_unknown_account_has_no_books(accounts: Accounts) -> None:
    day = date(2026, 5, 1)
    for ask in (
        accounts.profile("9999999999"), accounts.payments("9999999999"), accounts.arrears("9999999999"),
        accounts.usage("9999999999", day, day),
    ):  # fmt: skip
        with pytest.raises(BackendRefused) as refusal:
            await ask
        assert (refusal.value.status, refusal.value.code) == (404, "unknown_account")
