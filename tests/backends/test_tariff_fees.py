"""The tariff engine: base fee, suspension and late fee, and every border from both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.reference.tariffs import base_fee, late_fee
from backends.reference.tariffs.book import book, the
from backends.reference.tariffs.lines import total
from backends.reference.tariffs.refusal import Refusal
from backends.reference.tariffs.suspension import Plan, saving

D = Decimal
DAY = date(2025, 9, 15)


class TestBaseFee:
    @pytest.mark.parametrize(
        ("day", "kva", "parts"),
        [
            (date(2023, 5, 31), 100, "one"), (date(2023, 5, 31), "314.99", "one"), (date(2023, 5, 31), 315, "two"),
            (date(2023, 6, 1), 100, "one"), (date(2023, 6, 1), "100.01", "choice"), (date(2023, 6, 1), "314.99", "choice"),
            (date(2023, 6, 1), 315, "two"), (date(2026, 1, 1), 5000, "two"),
        ],
    )  # fmt: skip
    def test_that_size_and_day_decide_between_one_part_and_two(self, day, kva, parts):
        assert base_fee.parts(base_fee.two_part(book(), day), D(kva)) == parts

    @pytest.mark.parametrize(
        ("kva", "yuan", "days", "amount"),
        [
            (315, 22, 25, "5775.00"),
            (315, 22, 30, "6930.00"),
            (250, 22, 7, "1283.33"),
            (1000, 30, 1, "1000.00"),
        ],
    )
    def test_that_a_part_of_a_month_costs_thirtieths(self, kva, yuan, days, amount):
        assert base_fee.of_month("capacity", D(kva), D(yuan), days).amount == D(amount)

    @pytest.mark.parametrize(
        ("first", "days", "billed"),
        [
            (date(2025, 9, 6), 25, [25]), (date(2025, 9, 6), 26, [25, 1]), (date(2025, 1, 1), 31, [30]), (date(2025, 1, 2), 30, [30]),
            (date(2024, 2, 1), 29, [30]), (date(2023, 2, 1), 28, [30]), (date(2024, 2, 1), 28, [28]), (date(2024, 2, 2), 29, [28, 1]),
            (date(2025, 12, 31), 2, [1, 1]), (date(2025, 1, 15), 60, [17, 30, 15]),
        ],
    )  # fmt: skip
    def test_that_days_are_billed_by_the_months_they_lie_in(self, first, days, billed):
        assert [part for _, part in base_fee.months(first, days)] == billed

    @pytest.mark.parametrize(
        ("actual", "kwh", "amount"),
        [
            (900, None, "40000.00"), (1000, None, "40000.00"), (1050, None, "40000.00"), (1051, None, "40080.00"),
            (1200, None, "52000.00"), (1000, 519_999, "40000.00"), (1000, 520_000, "36000.00"), (1200, 520_000, "46800.00"),
        ],
    )  # fmt: skip
    def test_that_demand_over_the_contract_costs_double_beyond_five_percent(self, actual, kwh, amount):
        rule = base_fee.two_part(book(), DAY)
        yuan, _ = base_fee.price(book(), "安徽", DAY, "demand")
        lines = base_fee.by_demand(
            rule, yuan, kva=D(2000), contract=D(1000), actual=D(actual), kwh=None if kwh is None else D(kwh)
        )
        assert total(lines) == D(amount)

    @pytest.mark.parametrize(("day", "contract"), [(DAY, "799.99"), (date(2023, 5, 31), "1000")])
    def test_that_a_contract_too_small_or_before_the_rule_is_refused(self, day, contract):
        with pytest.raises(Refusal, match=r"no rule|under") as refused:
            base_fee.by_demand(
                base_fee.two_part(book(), day), D(40), kva=D(2000), contract=D(contract), actual=D(700)
            )
        assert refused.value.code == "no_rule"

    @pytest.mark.parametrize(("province", "capacity", "demand"), [("安徽", 30, 40), ("湖南省", 20, 30)])
    def test_that_prices_are_the_provinces(self, province, capacity, demand):
        assert base_fee.price(book(), province, DAY, "capacity")[0] == capacity
        assert base_fee.price(book(), province, DAY, "demand")[0] == demand

    @pytest.mark.parametrize("province", ["上海", "江苏"])
    def test_that_an_unknown_price_is_refused(self, province):
        with pytest.raises(Refusal) as refused:
            base_fee.price(book(), province, DAY, "capacity")
        assert refused.value.code == "unknown_price"


class TestSuspension:
    @pytest.mark.parametrize(
        ("province", "first", "days", "more", "verdict", "yuan"),
        [
            ("湖南", date(2025, 9, 1), 30, {}, "reduced", "6300.00"),
            ("湖南", date(2025, 9, 1), 15, {}, "reduced", "3150.00"),
            ("湖南", date(2025, 9, 1), 14, {}, "too_short", "0.00"),
            ("安徽", date(2025, 2, 1), 28, {}, "reduced", "9450.00"),
            ("安徽", date(2025, 9, 1), 30, {"basis": "demand"}, "reduced", "12600.00"),
            ("湖南", date(2024, 6, 1), 730, {}, "reduced", "151200.00"),
            ("湖南", date(2024, 6, 1), 731, {}, "too_long", "0.00"),
            ("湖南", date(2025, 9, 1), 30, {"earlier_times": 9}, "reduced", "6300.00"),
            ("湖南", date(2024, 5, 31), 30, {"earlier_times": 2}, "too_often", "0.00"),
            ("湖南", date(2024, 5, 31), 30, {"earlier_times": 1}, "reduced", "6300.00"),
            ("湖南", date(2024, 1, 1), 182, {}, "reduced", "37800.00"),  # six whole months of a leap year
            ("湖南", date(2024, 1, 1), 183, {}, "too_long", "0.00"),
            ("湖南", date(2024, 1, 1), 30, {"earlier_times": 1, "earlier_days": 153}, "too_long", "0.00"),
            ("湖南", date(2020, 2, 10), 10, {}, "too_short", "0.00"),
            ("湖南", date(2020, 2, 10), 10, {"city": "株洲市"}, "reduced", "2100.00"),
            ("湖南", date(2020, 1, 31), 10, {"city": "株洲"}, "too_short", "0.00"),
            ("湖南", date(2020, 7, 1), 10, {"city": "株洲"}, "too_short", "0.00"),
            ("湖南", date(2020, 2, 10), 10, {"city": "长沙"}, "too_short", "0.00"),
        ],
    )  # fmt: skip
    def test_that_a_suspension_saves_what_the_rule_of_its_day_allows(
        self, province, first, days, more, verdict, yuan
    ):
        found = saving(book(), Plan(province, first, days, D(315), **more))
        assert (found.verdict, str(total(found.lines))) == (verdict, yuan)

    def test_that_the_rule_changes_with_june_2024(self):
        ids = [
            saving(book(), Plan("湖南", day, 20, D(315))).rule.id
            for day in (date(2024, 5, 31), date(2024, 6, 1))
        ]
        assert ids == ["suspension-1996", "reduction-2024"]

    @given(st.dates(date(2024, 6, 1), date(2027, 1, 1)), st.integers(15, 600), st.integers(1, 60))
    def test_that_a_longer_suspension_never_saves_less(self, first, days, more):
        short, long = (saving(book(), Plan("安徽", first, length, D(400))) for length in (days, days + more))
        assert total(short.lines) <= total(long.lines)


def fee(principal: str, due: date, paid: date, customer: str = "resident") -> late_fee.Fee:
    return late_fee.late_fee(book(), "江苏", D(principal), due, paid, customer)  # type: ignore[arg-type]


class TestLateFee:
    @pytest.mark.parametrize(
        ("principal", "due", "paid", "customer", "yuan", "limited"),
        [
            ("200", date(2025, 9, 5), date(2025, 9, 15), "resident", "2.00", ""),
            ("200", date(2025, 9, 5), date(2025, 9, 5), "resident", "0.00", ""),
            ("200", date(2025, 9, 5), date(2025, 9, 1), "resident", "0.00", ""),
            ("200", date(2025, 9, 5), date(2025, 9, 6), "resident", "0.20", ""),
            ("200", date(2024, 5, 30), date(2024, 5, 31), "resident", "1.00", "least"),
            ("200", date(2024, 5, 31), date(2024, 6, 1), "resident", "0.20", ""),
            ("200", date(2024, 5, 31), date(2024, 5, 31), "resident", "0.00", ""),
            ("10000", date(2025, 12, 25), date(2025, 12, 31), "other", "120.00", ""),
            ("10000", date(2025, 12, 25), date(2026, 1, 1), "other", "150.00", ""),
            ("10000", date(2025, 12, 31), date(2026, 1, 10), "other", "300.00", ""),
            ("10000", date(2025, 12, 25), date(2026, 1, 1), "resident", "70.00", ""),
            ("1000", date(2025, 1, 1), date(2025, 10, 28), "resident", "300.00", ""),
            ("1000", date(2025, 1, 1), date(2025, 10, 29), "resident", "300.00", "cap"),
            ("1000", date(2023, 1, 1), date(2024, 5, 31), "resident", "516.00", ""),  # before there was a cap
            ("1000", date(2024, 2, 28), date(2024, 3, 1), "resident", "2.00", ""),  # over a leap day
        ],
    )  # fmt: skip
    def test_that_a_fee_is_that_of_customer_days_and_rule(
        self, principal, due, paid, customer, yuan, limited
    ):
        found = fee(principal, due, paid, customer)
        assert (str(found.total), found.limited) == (yuan, limited)

    @given(
        st.integers(1, 10**6),
        st.integers(0, 800),
        st.integers(0, 400),
        st.sampled_from(["resident", "other"]),
    )
    def test_that_paying_later_never_costs_less_and_never_over_the_cap(self, cents, days, more, customer):
        due = date(2024, 6, 1)
        principal = str(D(cents) / 100)
        first, second = (
            fee(principal, due, date.fromordinal(due.toordinal() + late), customer)
            for late in (days, days + more)
        )
        assert first.total <= second.total <= D(principal) * D("0.3") + D("0.01")


def test_that_no_rule_reaches_back_before_the_first():
    with pytest.raises(Refusal) as refused:
        the(book().late_fee, "", date(1990, 1, 1), what="rule", code="no_rule")
    assert refused.value.code == "no_rule"
