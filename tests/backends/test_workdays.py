"""Working days: public holidays left out, the days worked in their place counted, an unknown year said and counted plainly."""

from __future__ import annotations

from datetime import date

import pytest
from structlog.testing import capture_logs

from backends.reference import workdays


@pytest.mark.parametrize(
    ("after", "count", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # National Day: the first seven days of October
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), 2, date(2026, 2, 24)),  # the Saturday before Spring Festival, then its nine days
        (date(2026, 4, 30), 5, date(2026, 5, 11)),  # Labour Day, and the Saturday after it
        (date(2026, 11, 20), 5, date(2026, 11, 27)),  # a week without holidays, begun on a Friday
        (date(2025, 9, 28), 2, date(2025, 9, 30)),  # from a Sunday that was worked
    ],
)
def test_that_holidays_are_left_out_and_the_days_worked_in_their_place_count(
    after: date, count: int, expected: date
) -> None:
    assert workdays.working_day(after, count) == expected


def test_that_a_year_not_announced_is_counted_plainly_and_said_once() -> None:
    workdays._announced.cache_clear()
    with capture_logs() as logs:
        assert workdays.working_day(date(2099, 9, 30), 2) == date(2099, 10, 2)
        assert not workdays.works(date(2099, 10, 3))
    said = [(line["event"], line["year"]) for line in logs if line["log_level"] == "warning"]
    assert said == [("holidays_unknown", 2099)]
