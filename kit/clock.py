"""The only source of wall-clock time. `HOTLINE_NOW` moves it in the demo and in tests; no request can."""

from __future__ import annotations

import os
import time
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from kit.errors import MisconfiguredError

SHANGHAI = ZoneInfo("Asia/Shanghai")
PRODUCTION = {"0", "off", "f", "false", "n", "no"}  # every way to write HOTLINE_DEMO=0 that settings accept
STARTED_AT = "HOTLINE_STARTED_AT"  # seconds since 1970 at which HOTLINE_NOW held; one value for all processes


@lru_cache(maxsize=1)
def _shift() -> timedelta:
    wanted = os.environ.get("HOTLINE_NOW")
    if not wanted or os.environ.get("HOTLINE_DEMO", "1").lower() in PRODUCTION:
        return timedelta()
    try:
        start = datetime.fromisoformat(wanted)
    except ValueError as error:
        raise MisconfiguredError(f"HOTLINE_NOW is no ISO 8601 time: {wanted!r}") from error
    if start.tzinfo is None:
        start = start.replace(tzinfo=SHANGHAI)
    began = float(os.environ.setdefault(STARTED_AT, repr(time.time())))
    return start - datetime.fromtimestamp(began, SHANGHAI)


def now() -> datetime:
    """The present, aware, in Asia/Shanghai."""
    shift = _shift()  # first: it fixes when the clock began, and time must not begin before that
    return datetime.fromtimestamp(time.time(), SHANGHAI) + shift


def timestamp() -> int:
    """Seconds since 1970 of `now()`, for protocols that sign a time stamp."""
    return int(now().timestamp())


def months_later(day: date, months: int) -> date:
    """The same day so many months later (earlier: negative), or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
