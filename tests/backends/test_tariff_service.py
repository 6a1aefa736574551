"""Tariffs over real HTTP: client, endpoints, refusals, and an answer that does not hold together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backends.client import BackendLied, BackendRefused
from backends.tariffs import Tariffs
from kit import clock
from tests.backends.conftest import TOKEN
from tests.simulators.bad_utility import BadUtility

D = Decimal
DAY = date(2025, 9, 15)


async def test_that_a_months_estimate_carries_lines_rules_and_sources(tariffs: Tariffs) -> None:
    found = await tariffs.residential("上海市", D(300), day=DAY, used_this_year=D(3000))
    assert (found.province, found.total) == ("上海", D("194.10"))
    assert [(line.kind, line.quantity, line.price) for line in found.lines] == [
        ("tier1", 120, D("0.617")), ("tier2", 180, D("0.667")),
    ]  # fmt: skip
    [rule] = found.rules
    assert (rule.id, rule.published) == ("shanghai-tiers", date(2020, 7, 27))
    assert "2020年7月" in rule.source


@pytest.mark.parametrize(
    ("province", "kwh", "more", "yuan"),
    [
        ("江苏", 400, {"used_this_year": D(2600)}, "223.32"),
        ("安徽", 400, {"used_this_year": D(2000), "hours": {"flat": D(250), "valley": D(150)}}, "208.12"),
        ("湖南", 500, {"day": date(2025, 7, 1)}, "321.50"),
        ("湖南", 500, {"day": date(2025, 4, 1)}, "346.50"),
        ("江苏", 100, {"low_income": True}, "44.91"),
        ("江苏", 400, {"used_this_year": D(2600), "persons": 5}, "211.32"),
        ("江苏", 400, {"price_class": "charging"}, "219.32"),
        ("江苏", 100, {"used_this_year": D(1150), "months": 5}, "57.83"),
        ("江苏", 400, {"voltage": "1_10kv"}, "207.32"),
    ],
)
async def test_that_everything_asked_for_counts(
    tariffs: Tariffs, province: str, kwh: int, more: dict[str, Any], yuan: str
) -> None:
    assert (await tariffs.residential(province, D(kwh), **{"day": DAY, **more})).total == D(yuan)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda t: t.residential("上海", D(300), day=DAY, used_this_year=D(3000), hours={"peak": D(200), "valley": D(100)}), "unknown_split"),
        (lambda t: t.residential("浙江", D(300), day=DAY), "unknown_price"),
        (lambda t: t.rates("浙江", DAY), "unknown_price"),
        (lambda t: t.rates("上海", date(2000, 1, 1)), "unknown_price"),
        (lambda t: t.tier("北京", day=DAY), "unknown_price"),
        (lambda t: t.suspension("上海", D(315), 30, first_day=DAY), "unknown_price"),
        (lambda t: t.base_fee("安徽", D(100), day=DAY), "no_rule"),
        (lambda t: t.two_part("安徽", date(1990, 1, 1)), "no_rule"),
        (lambda t: t.late_fee("安徽", D(100), date(1990, 1, 1), date(1990, 2, 1)), "no_rule"),
    ],
)  # fmt: skip
async def test_that_what_no_row_answers_is_refused_with_a_stable_code(
    tariffs: Tariffs, call: Any, code: str
) -> None:
    with pytest.raises(BackendRefused) as refused:
        await call(tariffs)
    assert (refused.value.status, refused.value.code) == (422, code)


@pytest.mark.parametrize(
    "path",
    [
        "residential?province=上海&kwh=-1", "residential?province=上海&kwh=NaN", "residential?province=上海&kwh=1e30", "residential?province=上海",
        "residential?province=江苏&kwh=300&peak_kwh=100&valley_kwh=100", "residential?province=江苏&kwh=300&persons=0",
        "rates?province=海", "rates?province=上海&day=2025-02-29", "suspension?province=安徽&kva=315&days=0",
        "suspension?province=安徽&kva=315&days=30&basis=demand", "base-fee?province=安徽&kva=315&basis=demand",
        "base-fee?province=安徽&kva=315&days=31", "late-fee?province=安徽&amount=0&due_on=2025-01-01&paid_on=2025-01-02",
    ],
)  # fmt: skip
async def test_that_nonsense_is_bad_input(reference: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=reference, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        answer = await http.get(f"/v1/tariffs/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")


async def test_that_prices_are_nobodys_without_the_token(reference: str) -> None:
    async with httpx.AsyncClient(base_url=reference) as http:
        assert (await http.get("/v1/tariffs/rates?province=上海")).status_code == 401


async def test_that_rates_tell_all_that_is_known_of_a_province_and_no_more(tariffs: Tariffs) -> None:
    shanghai = await tariffs.rates("上海市", DAY)
    assert [(tier.upto_kwh, tier.price) for tier in shanghai.tiers] == [
        (3120, D("0.617")), (4800, D("0.667")), (None, D("0.917")),
    ]  # fmt: skip
    assert [(part.kind, part.since, part.until) for part in shanghai.hours] == [("peak", 6, 22), ("valley", 22, 6)]  # fmt: skip
    assert (shanghai.split_known, shanghai.free_energy, shanghai.base_fee) == (False, None, None)
    assert shanghai.large_household
    assert (shanghai.large_household.persons, shanghai.large_household.extra_kwh) == (5, None)
    hunan = await tariffs.rates("湖南", date(2025, 7, 1))
    assert (hunan.period, hunan.tiers[1].upto_kwh, len(hunan.seasons), hunan.hours) == ("month", 450, 2, [])
    assert (await tariffs.rates("湖南", date(2025, 4, 1))).tiers[1].upto_kwh == 350
    assert (await tariffs.rates("湖南", date(2024, 1, 31))).tiers[0].upto_kwh == 180
    assert (await tariffs.rates("江苏")).day == clock.now().date()


@pytest.mark.parametrize(
    ("province", "used", "month", "tier", "left"),
    [
        ("上海", 3119, 0, 1, 1), ("上海", 3120, 0, 2, 1680), ("上海", 3000, 120, 2, 1680), ("上海", 4800, 0, 3, None),
        ("湖南", 9000, 0, 1, 200), ("湖南", 9000, 200, 2, 150), ("湖南", 0, 350, 3, None),
    ],
)  # fmt: skip
async def test_that_the_distance_to_the_next_tier_is_told(
    tariffs: Tariffs, province: str, used: int, month: int, tier: int, left: int | None
) -> None:
    found = await tariffs.tier(province, day=DAY, used_this_year=D(used), used_this_month=D(month))
    assert (found.tier, found.left_kwh) == (tier, left)


async def test_that_a_base_fee_is_told_by_capacity_and_by_demand(tariffs: Tariffs) -> None:
    by_capacity = await tariffs.base_fee("安徽", D(315), day=DAY, days=25)
    assert (by_capacity.total, by_capacity.lines[0].days) == (D("7875.00"), 25)
    by_demand = await tariffs.base_fee(
        "安徽", D(2000), day=DAY, basis="demand", contract_kw=D(1000), actual_kw=D(1200), kwh=D(520_000)
    )
    assert [line.kind for line in by_demand.lines] == ["demand", "demand_over"]
    assert by_demand.total == D("46800.00")
    rule = await tariffs.two_part("江苏", DAY)
    assert (rule.one_part_upto, rule.two_part_from, rule.base_fee) == (100, 315, None)


async def test_that_a_suspensions_saving_comes_with_its_rule(tariffs: Tariffs) -> None:
    found = await tariffs.suspension("湖南", D(630), 30, first_day=DAY)
    assert (found.verdict, found.total, found.least_days, found.most_months) == (
        "reduced",
        D("12600.00"),
        15,
        24,
    )
    assert (found.apply_working_days, found.parts, found.relieved) == (5, "two", False)
    assert {"reduction-2024", "hunan-base-fee"} <= {rule.id for rule in found.rules}
    short = await tariffs.suspension("上海", D(630), 14, first_day=DAY)
    assert (short.verdict, short.total, short.lines) == ("too_short", 0, [])
    relieved = await tariffs.suspension("湖南", D(630), 10, first_day=date(2020, 2, 10), city="株洲市")
    assert (relieved.verdict, relieved.relieved, relieved.total) == ("reduced", True, D("4200.00"))
    small = await tariffs.suspension("湖南", D(100), 30, first_day=DAY)
    assert (small.parts, small.total) == ("one", 0)
    by_demand = await tariffs.suspension(
        "安徽", D(630), 30, first_day=date(2025, 9, 1), basis="demand", kw=D(400)
    )
    assert by_demand.total == D("16000.00")


async def test_that_a_late_fee_is_told_with_its_days_and_limit(tariffs: Tariffs) -> None:
    fee = await tariffs.late_fee("上海", D(200), date(2025, 9, 5), date(2025, 9, 15))
    assert (fee.total, fee.days, fee.limited) == (D("2.00"), 10, "")
    assert (await tariffs.late_fee("上海", D(200), date(2024, 1, 1), date(2024, 1, 2))).limited == "least"
    assert (await tariffs.late_fee("上海", D(200), date(2024, 6, 1), date(2026, 1, 2))).total == D("60.00")


ESTIMATE = {
    "province": "上海", "total": "185.10", "lines": [{"kind": "tier1", "quantity": "300", "price": "0.617", "amount": "185.100"}],
    "rules": [{"id": "x", "source": "s", "valid_from": "2020-01-01"}],
}  # fmt: skip


@pytest.mark.parametrize("lie", [{"total": "185.20"}, {"rules": []}, {"lines": []}, {"total": "-1"}])
async def test_that_an_estimate_that_contradicts_itself_is_a_lie(lie: dict[str, Any]) -> None:
    async with BadUtility() as utility, Tariffs(utility.url, TOKEN) as client:
        utility.behaviours = [ESTIMATE, ESTIMATE | lie]
        assert (await client.residential("上海", D(300))).total == D("185.10")
        with pytest.raises(BackendLied):
            await client.residential("上海", D(300))
