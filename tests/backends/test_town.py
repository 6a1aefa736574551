"""The made-up town: the same every time, as large as promised, and free of contradictions."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from backends.reference.endpoints.outages import status_of
from backends.reference.town import Town, bills, generate
from backends.reference.town.outages import block_of
from backends.reference.town.outages import generate as generate_outages
from backends.reference.town.sources import read
from kit.clock import SHANGHAI

DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 15, 7, tzinfo=SHANGHAI)
PAID_BUT_CUT = "3100000000034"
DAYS = [date(2026, 1, 1), date(2026, 3, 31), date(2024, 2, 29), date(2022, 4, 6), date(2026, 12, 31)]


@pytest.fixture(scope="module")
def town() -> Town:
    return generate(DAY)


def test_that_two_generations_are_equal(town: Town) -> None:
    assert generate(DAY) == town
    assert generate_outages(town, block_of(NOW)) == generate_outages(generate(DAY), block_of(NOW))


def test_that_the_town_is_as_large_as_promised(town: Town) -> None:
    assert len(town.accounts) >= 2000
    assert {account.province for account in town.accounts} == {"上海市", "江苏省", "安徽省", "湖南省"}
    assert {len(account.number) for account in town.accounts} == {10, 13}
    assert len({account.number for account in town.accounts}) == len(town.accounts)
    assert (len(town.places), len(town.areas), len(town.halls)) == (300, 60, 40)
    assert all(area.manager_name and area.manager_phone for area in town.areas)
    assert all(len(hall.week) == 7 for hall in town.halls)
    assert {place.kind for place in town.places} == {"estate", "village"}
    assert {hall.status for hall in town.halls} == {"open", "limited", "closed"}


def test_that_no_two_accounts_share_a_door(town: Town) -> None:
    doors = Counter((account.place_id, account.building, account.room) for account in town.accounts)
    assert max(doors.values()) == 1


def test_that_an_ordinary_account_has_a_year_and_a_month_up_to_the_last(town: Town) -> None:
    months: dict[str, list[str]] = defaultdict(list)
    for bill in town.bills:
        months[bill.account_number].append(bill.month)
    assert {found[-1] for found in months.values()} == {"2026-04"}
    whole = [f"{month:%Y-%m}" for month in bills.months_before(DAY)]
    assert whole[0] == "2025-04"
    merged = {bill.account_number for bill in town.bills if bill.merged}
    assert all(found == whole for number, found in months.items() if number not in merged)
    assert all(len(months[number]) == 12 for number in merged)
    assert any(bill.estimated for bill in town.bills)


@pytest.mark.parametrize("day", DAYS)
def test_that_records_never_contradict_each_other_on_any_day(day: date) -> None:
    town = generate(day)
    arrears: dict[str, Decimal] = defaultdict(Decimal)
    for bill in town.bills:
        total = sum(Decimal(line["amount"]) for line in bill.lines)
        assert abs(total - bill.amount) <= Decimal("0.005")
        assert bill.issued_on <= day
        assert bill.paid_on is None or bill.issued_on <= bill.paid_on <= day
        if bill.paid_on is None:
            arrears[bill.account_number] += bill.amount
    for account in town.accounts:
        assert account.credit >= 0
        assert (account.supply == "connected") == (account.supply_since is None)
        if account.supply == "cut_for_arrears" and account.number != PAID_BUT_CUT:
            assert arrears[account.number] > account.credit
            assert not account.important
    by_number = {account.number: account for account in town.accounts}
    assert by_number["3100000000018"].credit - arrears["3100000000018"] == Decimal("-128.50")
    assert by_number["3200456789"].credit - arrears["3200456789"] == Decimal("56.20")


def test_that_a_bill_once_told_stays_the_same(town: Town) -> None:
    later = {(bill.account_number, bill.month): bill for bill in generate(date(2026, 7, 3)).bills}
    fixed = {row["number"] for row in read("accounts")["fixed"]}  # their latest month is set
    kept = 0
    for bill in town.bills:
        again = later.get((bill.account_number, bill.month))
        if again and not bill.merged and not again.merged and bill.account_number not in fixed:
            kept += 1
            assert (again.kwh, again.amount, again.lines) == (bill.kwh, bill.amount, bill.lines)
    assert kept > 20_000


@pytest.mark.parametrize("hour", range(24))
def test_that_there_are_outages_of_every_kind_at_any_hour(town: Town, hour: int) -> None:
    now = NOW.replace(hour=hour, minute=59)
    rows = generate_outages(town, block_of(now))
    found = Counter((row.kind, status_of(row, now)) for row in rows)
    assert found["fault", "running"] >= 3
    assert found["planned", "announced"] >= 3
    assert found["fault", "restored"] >= 3
    assert found["planned", "cancelled"] >= 3
    assert found["arrears", "running"] >= 3
    assert {kind for kind, _ in found} >= {"temporary", "shortage", "orderly"}
    assert len({row.outage_id for row in rows}) == len(rows)


@pytest.mark.parametrize("hour", [0, 1, 11, 22, 23])
def test_that_notices_are_published_in_time(town: Town, hour: int) -> None:
    now = NOW.replace(hour=hour)
    for row in generate_outages(town, block_of(now)):
        ahead = row.starts_at - row.published_at
        if row.kind == "planned":
            assert ahead >= timedelta(days=7)
        elif row.kind in ("temporary", "arrears"):
            assert ahead >= timedelta(hours=24)
        elif row.kind == "fault":
            assert -timedelta(minutes=15) <= ahead <= timedelta(0)
        if row.cancelled_at:
            assert row.published_at < row.cancelled_at < min(row.starts_at, now)
        if row.changed_at:
            assert row.published_at < row.changed_at < now


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (1, 59), (2, 0), (15, 7), (23, 59)])
def test_that_the_fixed_outages_are_always_there(town: Town, hour: int, minute: int) -> None:
    now = NOW.replace(hour=hour, minute=minute)
    names = {place.place_id: (place.district, place.name) for place in town.places}
    rows = generate_outages(town, block_of(now))
    [fault] = [
        row for row in rows if names[row.place_id] == ("浦东新区", "牡丹路60弄") and not row.account_number
    ]
    assert (fault.kind, status_of(fault, now), bool(fault.cause)) == ("fault", "running", True)
    assert fault.expected_end
    assert fault.expected_end > now + timedelta(minutes=30)
    assert fault.expected_end.minute % 15 == 0
    [planned] = [
        row for row in rows if names[row.place_id] == ("天元区", "阳光花园") and not row.account_number
    ]
    assert (planned.kind, status_of(planned, now)) == ("planned", "announced")
    assert planned.starts_at.date() == now.date() + timedelta(days=1)
