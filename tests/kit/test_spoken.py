"""Values as residents read and hear them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kit import clock
from kit.spoken import Speaker

WRITTEN, SPOKEN = Speaker(spoken=False), Speaker(spoken=True)

MONEY = [
    ("0", "0.00元", "零元"),
    ("0.05", "0.05元", "五分"),
    ("0.5", "0.50元", "五角"),
    ("0.55", "0.55元", "五角五分"),
    ("1", "1.00元", "一元"),
    ("10", "10.00元", "十元"),
    ("56.20", "56.20元", "五十六元二角"),
    ("100.05", "100.05元", "一百元零五分"),
    ("101.10", "101.10元", "一百零一元一角"),
    ("-128.50", "-128.50元", "负一百二十八元五角"),
    ("-0.5", "-0.50元", "负五角"),
    ("12345.67", "12345.67元", "一万二千三百四十五元六角七分"),
    ("-0.001", "0.00元", "零元"),
    ("0.005", "0.01元", "一分"),
    (Decimal("128.50"), "128.50元", "一百二十八元五角"),
    (3, "3.00元", "三元"),
]
ENERGY = [
    (0, "0度", "零度"),
    (15, "15度", "十五度"),
    (300, "300度", "三百度"),
    (1001, "1001度", "一千零一度"),
    ("12.50", "12.5度", "十二点五度"),
    (Decimal("1E+3"), "1000度", "一千度"),
    (-5, "-5度", "负五度"),
]
DIGITS = [
    ("3100000000018", "3100 0000 0001 8", "三幺零零，零零零零，零零零幺，八"),
    ("3200456789", "3200 4567 89", "三二零零，四五六七，八九"),
    ("20260731004219", "2026 0731 0042 19", "二零二六，零七三幺，零零四二，幺九"),
    ("6789", "6789", "六七八九"),
]
PHONES = [
    ("13911112222", "13911112222", "幺三九，幺幺幺幺，二二二二"),
    ("021-02236017", "021-02236017", "零二幺，零二二三，六零幺七"),
    ("02102236017", "02102236017", "零二幺，零二二三，六零幺七"),
    ("0731-88886017", "0731-88886017", "零七三幺，八八八八，六零幺七"),
    ("0733-2228001", "0733-2228001", "零七三三，二二二，八零零幺"),
    ("021-58881234-8001", "021-58881234-8001", "零二幺，五八八八，幺二三四，八零零幺"),
    ("58881234", "58881234", "五八八八，幺二三四"),
    ("13800006789", "13800006789", "幺三八，零零零零，六七八九"),
    ("+86 138 0000 6789", "+86 138 0000 6789", "幺三八，零零零零，六七八九"),
    ("400-820-1234", "400-820-1234", "四零零，八二零，幺二三四"),
    ("95598", "95598", "九五五九八"),
]
YEARS = [(2012, "2012", "二零一二"), (2020, "2020", "二零二零")]
CLOCK_TIMES = [
    ((0, 0), "今天00:00", "今天凌晨零点"),
    ((0, 5), "今天00:05", "今天凌晨零点零五分"),
    ((2, 0), "今天02:00", "今天凌晨两点"),
    ((6, 0), "今天06:00", "今天上午六点"),
    ((11, 59), "今天11:59", "今天上午十一点五十九分"),
    ((12, 30), "今天12:30", "今天中午十二点半"),
    ((13, 0), "今天13:00", "今天下午一点"),
    ((14, 10), "今天14:10", "今天下午两点十分"),
    ((18, 30), "今天18:30", "今天晚上六点半"),
    ((22, 22), "今天22:22", "今天晚上十点二十二分"),
]
TODAY = datetime(2026, 7, 31, 10, 0, tzinfo=clock.SHANGHAI)
DAYS = [
    (-2, "7月29日", "七月二十九日"),
    (-1, "昨天", "昨天"),
    (0, "今天", "今天"),
    (1, "明天", "明天"),
    (2, "后天", "后天"),
    (3, "8月3日", "八月三日"),
    (153, "12月31日", "十二月三十一日"),
]


DATES = [
    (date(2022, 5, 31), "2022年5月31日", "二零二二年五月三十一日"),
    (date(2011, 10, 1), "2011年10月1日", "二零一一年十月一日"),
]


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: TODAY)


@pytest.mark.parametrize(
    ("kind", "value", "written", "spoken"),
    [("yuan", *row) for row in MONEY]
    + [("kwh", *row) for row in ENERGY]
    + [("digits", *row) for row in DIGITS]
    + [("phone", *row) for row in PHONES]
    + [("date", *row) for row in DATES],
)
def test_that_a_value_is_written_and_spoken(kind: str, value: Any, written: str, spoken: str) -> None:
    assert WRITTEN.render(value, kind) == written
    assert SPOKEN.render(value, kind) == spoken


@pytest.mark.parametrize(("at", "written", "spoken"), CLOCK_TIMES)
def test_that_a_time_of_today_has_its_part_of_the_day(at: tuple[int, int], written: str, spoken: str) -> None:
    moment = TODAY.replace(hour=at[0], minute=at[1])
    assert WRITTEN.render(moment, "time") == written
    assert SPOKEN.render(moment, "time") == spoken


@pytest.mark.parametrize(("distance", "written", "spoken"), DAYS)
def test_that_near_days_have_names_and_far_ones_a_date(distance: int, written: str, spoken: str) -> None:
    day = TODAY.date() + timedelta(days=distance)
    assert WRITTEN.render(day, "day") == written
    assert SPOKEN.render(day, "day") == spoken


def test_that_a_time_of_another_zone_is_told_in_shanghai_time() -> None:
    utc = datetime(2026, 7, 31, 17, 30, tzinfo=ZoneInfo("UTC"))
    assert WRITTEN.render(utc, "time") == "明天01:30"
    assert WRITTEN.render(utc, "day") == "明天"


def test_that_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        WRITTEN.render(datetime(2026, 7, 31, 17, 30), "time")


def test_that_a_plain_date_needs_no_zone() -> None:
    assert WRITTEN.render(date(2026, 8, 1), "day") == "明天"


def test_that_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'litre'"):
        WRITTEN.render(1, "litre")
