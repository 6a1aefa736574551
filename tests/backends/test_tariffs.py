"""The tariff engine: what a household's kWh cost, and every border from both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.reference.tariffs.book import book
from backends.reference.tariffs.lines import total
from backends.reference.tariffs.refusal import Refusal
from backends.reference.tariffs.residential import Use, costs, standing
from kit.errors import BadInput

D = Decimal
DAY = date(2025, 9, 15)
YEARLY = [("上海", 3120, 4800), ("江苏", 2760, 4800), ("安徽", 2160, 4200)]


def cost(province: str, kwh: float, day: date = DAY, used: int = 0, **more: object) -> str:
    return str(total(costs(book(), Use(province, day, D(str(kwh)), D(used), **more)).lines))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("province", "day", "used", "kwh", "more", "yuan"),
    [
        ("上海", DAY, 3000, 300, {}, "194.10"),
        ("江苏省", DAY, 2600, 400, {}, "223.32"),
        ("安徽", DAY, 2000, 400, {"hours": {"flat": D(250), "valley": D(150)}}, "208.12"),
        ("湖南", date(2025, 7, 1), 0, 500, {}, "321.50"),
        ("湖南", date(2025, 4, 30), 0, 500, {}, "346.50"),
        ("江苏", DAY, 0, 300, {"hours": {"peak": D(200), "valley": D(100)}}, "147.49"),
        ("江苏", DAY, 4700, 300, {"hours": {"peak": D(200), "valley": D(100)}}, "212.49"),  # 100 at +0.05, 200 at +0.30
        ("上海", DAY, 0, 300, {"price_class": "shared"}, "192.30"),
        ("上海", DAY, 0, 300, {"price_class": "shared", "voltage": "1_10kv"}, "190.80"),
        ("上海", DAY, 0, 300, {"price_class": "charging", "hours": {"peak": D(100), "valley": D(200)}}, "130.30"),
        ("江苏", DAY, 2600, 400, {"voltage": "1_10kv"}, "219.32"),
        ("湖南", DAY, 0, 300, {"price_class": "charging"}, "181.20"),
        ("湖南", DAY, 0, 300, {"price_class": "institution"}, "190.20"),
        ("安徽", DAY, 0, 300, {"price_class": "shared", "persons": 7}, "175.59"),
        ("上海", DAY, 0, 0, {}, "0.00"),
        ("上海", DAY, 3120, "0.5", {}, "0.33"),
    ],
)  # fmt: skip
def test_that_a_months_kwh_cost_what_the_rules_say(province, day, used, kwh, more, yuan):
    assert cost(province, kwh, day, used, **more) == yuan


@pytest.mark.parametrize(("province", "first", "second"), YEARLY)
def test_that_a_yearly_tier_ends_with_its_last_kwh(province, first, second):
    prices = book().price(province, DAY).prices
    for used, tier in ((first - 1, 0), (first, 1), (second - 1, 1), (second, 2)):
        [line] = costs(book(), Use(province, DAY, D(1), D(used))).lines
        assert (line.kind, line.price) == (f"tier{tier + 1}", prices[tier])
        assert standing(book(), Use(province, DAY, D(0), D(used))).tier == tier + 1


@pytest.mark.parametrize(
    ("day", "upto"),
    [
        (date(2024, 1, 31), (180, 450)), (date(2024, 2, 1), (200, 450)), (date(2024, 2, 29), (200, 450)), (date(2024, 3, 1), (200, 350)),
        (date(2025, 5, 31), (200, 350)), (date(2025, 6, 1), (200, 450)), (date(2025, 8, 31), (200, 450)), (date(2025, 9, 1), (200, 350)),
        (date(2025, 11, 30), (200, 350)), (date(2025, 12, 1), (200, 450)), (date(2023, 4, 1), (180, 350)),
    ],
)  # fmt: skip
def test_that_hunans_limits_are_those_of_the_month_and_the_year(day, upto):
    assert standing(book(), Use("湖南省", day, D(0))).upto == upto
    kinds = [line.kind for line in costs(book(), Use("湖南省", day, D(upto[1]))).lines]
    assert kinds == ["tier1", "tier2"]
    assert costs(book(), Use("湖南省", day, D(upto[1] + 1))).lines[-1].quantity == 1


def test_that_monthly_tiers_forget_the_year_so_far():
    assert cost("湖南", 200, used=9000) == cost("湖南", 200)


@pytest.mark.parametrize(("months", "first", "second"), [(12, 3120, 4800), (7, 1820, 2800), (1, 260, 400)])
def test_that_a_new_or_closed_account_has_its_months_share_of_the_year(months, first, second):
    assert standing(book(), Use("上海", DAY, D(0), months=months)).upto == (first, second)
    assert (
        cost("上海", 300, used=first, months=months) == str(D(300) * D("0.667"))[:6] if months == 7 else True
    )


@pytest.mark.parametrize(
    ("province", "used", "persons", "yuan"),
    [
        ("江苏", 2600, 4, "223.32"),
        ("江苏", 2600, 5, "211.32"),  # all of the 400 in a first tier of 3,960
        ("江苏", 3900, 6, "228.32"),  # 60 and 340
        ("湖南", 0, 5, "240.20"),  # 300 a month, then 100 of the second
        ("湖南", 0, 4, "245.20"),
    ],
)
def test_that_five_people_have_a_longer_first_tier(province, used, persons, yuan):
    assert cost(province, 400, date(2025, 7, 1), used, persons=persons) == yuan


@pytest.mark.parametrize(
    ("province", "kwh", "yuan"),
    [("江苏", 100, "44.91"), ("安徽", 100, "50.88"), ("湖南", 200, "111.72"), ("江苏", 15, "0.00"), ("江苏", 9, "0.00")],
)  # fmt: skip
def test_that_a_low_income_household_has_its_first_kwh_free(province, kwh, yuan):
    assert cost(province, kwh, low_income=True) == yuan


HOURS = {"peak": D(200), "valley": D(100)}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"province": "上海", "used": D(3000), "hours": HOURS}, "unknown_split"),
        ({"province": "上海", "used": D(4700), "hours": HOURS}, "unknown_split"),
        ({"province": "湖南", "hours": HOURS}, "unknown_price"),
        ({"province": "江苏", "hours": HOURS, "voltage": "1_10kv"}, "unknown_price"),
        ({"province": "江苏", "hours": HOURS, "price_class": "shared"}, "unknown_price"),
        ({"province": "上海", "low_income": True}, "unknown_price"),
        ({"province": "江苏", "low_income": True, "hours": HOURS}, "unknown_split"),
        ({"province": "江苏", "low_income": True, "used": D(2700)}, "unknown_split"),
        ({"province": "江苏", "low_income": True, "price_class": "shared"}, "no_rule"),
        ({"province": "上海", "persons": 5}, "unknown_price"),
        ({"province": "江苏", "persons": 5, "used": D(4700)}, "unknown_split"),
        ({"province": "浙江"}, "unknown_price"),
        ({"province": "江苏", "price_class": "institution"}, "unknown_price"),
        ({"province": "上海", "day": date(2012, 6, 30)}, "unknown_price"),
    ],
)  # fmt: skip
def test_that_what_is_not_known_is_refused_and_not_filled_in(more, code):
    with pytest.raises(Refusal) as refused:
        costs(book(), Use(**{"day": DAY, "kwh": D(300), **more}))
    assert (refused.value.status, refused.value.code) == (422, code)
    assert refused.value.reason


def test_that_a_month_within_one_tier_needs_no_split():
    assert cost("上海", 300, hours=HOURS) == "154.10"
    assert cost("上海", 300, used=4800, hours=HOURS) == "244.10"


@pytest.mark.parametrize("hours", [{"peak": D(200), "valley": D(99)}, {"flat": D(200), "valley": D(100)}])
def test_that_hours_must_add_up_and_be_those_of_the_province(hours):
    with pytest.raises(BadInput):
        cost("江苏", 300, hours=hours)


@given(
    st.sampled_from(["上海", "江苏", "安徽", "湖南"]), st.integers(1, 12), st.integers(0, 9000),
    st.integers(0, 3000), st.integers(0, 500), st.integers(1, 12),
)  # fmt: skip
def test_that_more_kwh_never_cost_less_and_their_lines_add_up(province, month, used, kwh, more, months):
    day = date(2025, month, 1)
    less = costs(book(), Use(province, day, D(kwh), D(used), months=months)).lines
    greater = costs(book(), Use(province, day, D(kwh + more), D(used), months=months)).lines
    assert sum(line.quantity for line in less) == kwh
    assert all(line.amount == line.quantity * line.price >= 0 for line in less)
    assert total(less) <= total(greater)
    assert not more or sum(line.amount for line in less) < sum(line.amount for line in greater)


@given(st.integers(0, 6000), st.integers(0, 3000), st.integers(0, 3000))
def test_that_peak_and_valley_lines_hold_every_kwh_once(used, dear, cheap):
    lines = costs(
        book(), Use("江苏", DAY, D(dear + cheap), D(used), {"peak": D(dear), "valley": D(cheap)})
    ).lines
    assert sum(line.quantity for line in lines if not line.kind.endswith("_added")) == dear + cheap
    assert sum(line.quantity for line in lines if line.kind.endswith("_added")) <= dear + cheap
