"""What questions about prices hold: tables of words and figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from actions import tariff_energy, tariff_figures
from actions import tariff_reading as reading
from actions.province import city_in, named_in
from kit import clock
from tests.actions.rasa import entity

D = Decimal


def energies(text: str, *amounts: int) -> list[dict[str, Any]]:
    return [entity("energy", text, f"{amount}度", value=str(amount)) for amount in amounts]


@pytest.mark.parametrize(
    ("text", "amounts", "month", "year", "hours"),
    [
        ("300度多少钱", [300], 300, None, None),
        ("今年用了3000度，这个月300度", [3000, 300], 300, 3000, None),
        ("这个月300度，今年之前累计3000度", [300, 3000], 300, 3000, None),
        ("今年用了2900度", [2900], None, 2900, None),
        ("今年这个月用了250度", [250], 250, None, None),
        ("峰200度谷100度", [200, 100], None, None, (200, 100)),
        ("谷100度峰200度", [100, 200], None, None, (200, 100)),
        ("200度峰电，100度谷电", [200, 100], None, None, (200, 100)),
        ("白天200度晚上100度", [200, 100], None, None, (200, 100)),
        ("夜里100度", [100], None, None, (0, 100)),
        ("一共300度，谷电100度", [300, 100], 300, None, (200, 100)),
        ("一共300度，峰电200度", [300, 200], 300, None, (200, 100)),
        ("100度，谷电300度", [100, 300], 100, None, (0, 300)),
        ("多少钱", [], None, None, None),
    ],
)  # fmt: skip
def test_that_kwh_are_told_apart_by_the_words_around_them(text, amounts, month, year, hours):
    found = tariff_energy.energy_of(text, energies(text, *amounts))
    assert (found.month, found.year, found.by_hours) == (month, year, hours)


@pytest.mark.parametrize("value", ["abc", "-3", "NaN", "Infinity", None, ""])
def test_that_a_value_that_is_no_amount_is_left_out(value):
    text = "用了一些度"
    assert (
        tariff_energy.energy_of(text, [entity("energy", text, "一些度", value=value)])
        == tariff_energy.Energy()
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("停30天", 30), ("停三十天", 30), ("停一个月", 30), ("停两个月", 61), ("停2个月630千伏安", 61), ("停半个月", 15), ("停一个半月", 45),
        ("停半年", 181), ("停一年", 365), ("停两周", 14), ("停3个星期", 21), ("停十五天", 15), ("从12月1日起停20天", 20), ("从2026年12月起停20天", 20),
        ("停一年半", 547), ("停", None), ("12月停", None), ("2026年停", None), ("今年12月份", None), ("99999天", None), ("零天", None),
    ],
)  # fmt: skip
def test_that_a_length_of_time_is_counted_in_days(text, days):
    first = date(2026, 11, 1)
    found = tariff_figures.length_of(text)
    assert (None if found is None else (found.after(first) - first).days) == days


def test_that_a_length_is_counted_back_by_the_same_months():
    length = tariff_figures.length_of("拖了一个月")
    assert length is not None
    assert length.before(date(2026, 3, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("text", "kva"),
    [
        ("315千伏安", 315), ("315kVA", 315), ("315KVA变压器", 315), ("三百一十五千伏安", 315), ("两千千伏安", 2000), ("315个千伏安", 315),
        ("两台400千伏安", 800), ("2台630kva", 1260), ("400的变压器", 400), ("630变压器", 630), ("一台315千伏安", 315), ("315千瓦", None),
        ("两台315的变压器", 630), ("2台630", 1260), ("一台630的变压器", 630), ("315的两台", 630), ("三台变压器都是315的", 945), ("俩台400的变压器", 800),
        ("630千伏安的变压器两台", 1260), ("两台变压器，每台400千伏安", 800), ("一台630一台315", 945), ("有两台315的变压器，想停一台", 315),
        ("停两台45天", None), ("10kV专变", None), ("630", None),
        ("变压器", None), ("三千瓦", None),
    ],
)  # fmt: skip
def test_that_a_capacity_is_read(text, kva):
    assert tariff_figures.capacity_of(text) == kva


@pytest.mark.parametrize(
    ("texts", "bare", "kva"),
    [
        (["三台呢", "两台315的变压器"], [], 945), (["630", "想停变压器"], [True], 630), (["停45天", "两台630"], [True, True], 1260),
        (["45天"], [True], None), (["湖南"], [True], None),
    ],
)  # fmt: skip
def test_that_a_capacity_is_put_together_from_what_was_said_before(texts, bare, kva):
    found = tariff_figures.capacity_in(texts, bare)
    assert (found.kva if found else None) == kva


@pytest.mark.parametrize(
    ("text", "words", "first", "until", "month"),
    [
        ("七月用了500度", "七月", (2026, 7), (2026, 8), (2026, 7)), ("十二月用了500度", "十二月", (2025, 12), (2026, 1), (2025, 12)),
        ("十二月要是用500度", "十二月", (2025, 12), (2026, 1), (2026, 12)), ("12月份500度多少钱", "12月份", (2025, 12), (2026, 1), (2026, 12)),
        ("要是一月用500度", "一月", (2026, 1), (2026, 2), (2027, 1)), ("2023年8月用了", "2023年8月", (2023, 8), (2023, 9), (2023, 8)),
        ("去年夏天一个月", "去年夏天", (2025, 6), (2025, 9), (2025, 6)), ("明年一月用", "明年一月", (2027, 1), (2027, 2), (2027, 1)),
        ("今年用了3000度", "今年", (2026, 1), (2027, 1), None), ("夏天用500度", "", None, None, (2026, 6)), ("冬天用了500度", "", None, None, (2025, 12)),
        ("用了500度", "", None, None, None),
    ],
)  # fmt: skip
def test_that_a_month_without_its_year_is_the_one_that_the_tense_means(
    monkeypatch: pytest.MonkeyPatch, text, words, first, until, month
):
    monkeypatch.setattr("kit.clock.now", lambda: datetime(2026, 11, 18, 10, tzinfo=clock.SHANGHAI))
    times = []
    if words:
        span = {
            "from": datetime(*first, 1, tzinfo=clock.SHANGHAI).isoformat(),
            "to": datetime(*until, 1, tzinfo=clock.SHANGHAI).isoformat(),
        }
        times = [entity("time", text, words, **span)]
    assert tariff_figures.month_of(text, times) == (date(*month, 1) if month else None)


@pytest.mark.parametrize(
    ("text", "bare", "energy"),
    [
        ("峰400谷200", False, {"day": 400, "night": 200}), ("谷电两百，峰电用了四百", False, {"night": 200, "day": 400}),
        ("今年用了两千九", True, {"year": 2900}), ("两千九百多吧", True, {"month": 2900}), ("两千九", False, {}), ("晚上10点到早上6点", True, {}),
        ("停45天", True, {}), ("200块", True, {}),
    ],
)  # fmt: skip
def test_that_kwh_are_read_without_their_unit_where_the_words_or_the_question_tell(text, bare, energy):
    found = tariff_energy.energy_of(text, [], bare=bare)
    assert found == tariff_energy.Energy(**{name: D(value) for name, value in energy.items()})


@pytest.mark.parametrize(
    ("text", "kw"),
    [("需量400千瓦", 400), ("合同需量四百千瓦", 400), ("需量500kW", 500), ("400千瓦", None), ("需量", None), ("需量电价，用了400千瓦时", None)],
)  # fmt: skip
def test_that_a_demand_is_read_where_the_message_speaks_of_it(text, kw):
    assert tariff_figures.demand_of(text) == kw


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("家里六口人", 6),
        ("我们5个人", 5),
        ("七口之家", 7),
        ("12口人", 12),
        ("家里人多", 1),
        ("多少钱", 1),
        ("一百零一口人", 1),
    ],
)
def test_that_people_are_counted(text, people):
    assert tariff_figures.people_of(text) == people


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("会不会进第二档", True), ("到第几档了", True), ("现在是哪一档", True), ("超了二档没有", True), ("还差多少度到二档", True), ("会跳档吗", True),
        ("阶梯电价怎么算", False), ("第二档多少钱一度", False), ("300度多少钱", False),
    ],
)  # fmt: skip
def test_that_a_question_for_a_tier_is_told_from_one_for_its_price(text, asks):
    assert reading.asks_tier(text) is asks


@pytest.mark.parametrize(
    ("text", "province", "city"),
    [
        ("安徽阶梯电价", "安徽", ""), ("南京市电价", "江苏", "南京"), ("南京上海路", "江苏", "南京"), ("上海市南京路", "上海", "南京"), ("株洲的厂", "湖南", "株洲"),
        ("浙江电价", "浙江", ""), ("多少钱", "", ""), ("黑龙江", "黑龙江", ""),
    ],
)  # fmt: skip
def test_that_the_province_named_first_counts(text, province, city):
    assert (named_in(text), city_in(text)) == (province, city)


@pytest.mark.parametrize("written", ["半", "315", "3.5", "三百一十五", "两千", "一万"])
def test_that_numerals_of_both_kinds_are_figures(written):
    expected = {"半": "0.5", "315": "315", "3.5": "3.5", "三百一十五": "315", "两千": "2000", "一万": "10000"}
    assert tariff_figures.figure(written) == D(expected[written])


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("商铺用了500度", "firm"), ("我开了个小饭店", "firm"), ("厂里这个月", "firm"), ("家里一楼开小店", "firm"), ("公司的电费", "firm"),
        ("抽水浇地一度电", "farm"), ("养鸡场用电", "farm"), ("家里的鱼塘", "farm"), ("合作社大棚", "farm"),
        ("我家这个月", "home"), ("居民用电", "home"), ("用了500度", None), ("供电公司说电价多少", None), ("农业银行代扣", None),
        ("抽水马桶坏了", None), ("交店费多少钱", None), ("电厂发的电", None),
    ],
)  # fmt: skip
def test_that_firms_and_farms_are_told_from_homes(text: str, use: str | None) -> None:
    assert reading.use_of(text) == use


@pytest.mark.parametrize(
    ("text", "kind"),
    [("学校用了300度", "institution"), ("养老院的电", "institution"), ("充电桩", "charging"), ("合表", "shared"), ("用了300度", "tiered")],
)  # fmt: skip
def test_that_the_price_class_is_the_one_named(text: str, kind: str) -> None:
    assert reading.price_class(text) == kind
