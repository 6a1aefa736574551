"""The picture of what was used: small, twice as wide as high, and as its figures say."""

from __future__ import annotations

import struct
from datetime import date, timedelta

import pytest

from actions.charts import usage_chart

CASES = {
    "one month": (1, True),
    "six months": (6, True),
    "a year": (13, True),
    "a week": (7, False),
    "two months": (62, False),
}


def rows(count: int, *, monthly: bool) -> list[tuple[date, float]]:
    step = 31 if monthly else 1
    return [(date(2026, 1, 1) + timedelta(days=n * step), 3.25 * (n % 9)) for n in range(count)]


@pytest.mark.parametrize("case", CASES)
def test_that_it_is_a_png_of_two_to_one_that_a_phone_loads_at_once(case: str) -> None:
    count, monthly = CASES[case]
    png = usage_chart(rows(count, monthly=monthly), monthly=monthly)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2 * height
    assert len(png) < 60_000


def test_that_the_same_figures_give_the_same_picture_and_others_another() -> None:
    week = rows(7, monthly=False)
    assert usage_chart(week, monthly=False) == usage_chart(week, monthly=False)
    assert usage_chart(week, monthly=False) != usage_chart([*week[:-1], (week[-1][0], 99.0)], monthly=False)


def test_that_nothing_is_no_picture() -> None:
    with pytest.raises(ValueError, match="nothing"):
        usage_chart([], monthly=True)
