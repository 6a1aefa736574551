"""What a month costs: worked examples, and that tiers add up wherever a month begins."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.reference.town import prices
from kit.errors import MisconfiguredError


@pytest.mark.parametrize(
    ("province", "day", "used", "kwh", "night", "amount"),
    [
        ("上海市", date(2025, 11, 1), 3000, 300, None, "194.10"),
        ("江苏省", date(2025, 9, 1), 2600, 400, None, "223.32"),
        ("安徽省", date(2025, 9, 1), 2000, 400, 150, "208.12"),
        ("湖南省", date(2025, 7, 1), 0, 500, None, "321.50"),
        ("湖南省", date(2025, 4, 1), 0, 500, None, "346.50"),
        ("湖南省", date(2023, 4, 1), 0, 200, None, "118.60"),  # the first tier ended at 180 before 2024-02
        ("上海市", date(2025, 1, 1), 0, 300, None, "185.10"),
        ("上海市", date(2025, 12, 1), 5000, 100, None, "91.70"),
        ("江苏省", date(2025, 1, 1), 0, 0, None, "0.00"),
    ],
)
def test_that_a_month_costs_what_it_should(
    province: str, day: date, used: int, kwh: int, night: int | None, amount: str
) -> None:
    price = prices.price_of(province, day)
    parts = prices.lines(
        price, day.month, Decimal(used), Decimal(kwh), None if night is None else Decimal(night)
    )
    assert prices.total(parts) == Decimal(amount)


@given(
    st.sampled_from(["上海", "江苏", "安徽", "湖南"]),
    st.integers(1, 12),
    st.integers(0, 9000),
    st.integers(0, 5000),
)
def test_that_tiers_add_up_and_none_is_negative(province: str, month: int, used: int, kwh: int) -> None:
    price = prices.price_of(province, date(2025, month, 1))
    split = prices.tiers(price, month, Decimal(used), Decimal(kwh))
    assert sum(split) == kwh
    assert min(split) >= 0


def test_that_a_day_without_a_price_is_named() -> None:
    with pytest.raises(MisconfiguredError, match=r"no price of 上海市 for 1999-01-01"):
        prices.price_of("上海市", date(1999, 1, 1))


def test_that_no_peak_price_is_invented_where_none_is_known() -> None:
    with pytest.raises(MisconfiguredError, match="no time-of-use price"):
        prices.lines(prices.price_of("上海", date(2025, 1, 1)), 1, Decimal(0), Decimal(100), Decimal(40))
