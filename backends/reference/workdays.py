"""Working days in China: public holidays are none, the weekend days worked in their place are.

The State Council announces the days of a year in the autumn before it; `chinesecalendar` brings them with its yearly release.
Of a year that the installed release does not hold Monday to Friday are counted, and the log says so once.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import is_workday

from kit.logging import get

log = get(__name__)

SATURDAY = 5


def works(day: date) -> bool:
    """Whether offices work on that day."""
    return is_workday(day) if _announced(day.year) else day.weekday() < SATURDAY


def working_day(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count:
        day += timedelta(days=1)
        count -= works(day)
    return day


@lru_cache(maxsize=32)
def _announced(year: int) -> bool:
    """Whether the holidays of that year are known; kept, so that the log says it once a year and process."""
    try:
        is_workday(date(year, 1, 1))
    except NotImplementedError:
        log.warning("holidays_unknown", year=year, counted="Monday to Friday", cure="update chinesecalendar")
        return False
    return True
