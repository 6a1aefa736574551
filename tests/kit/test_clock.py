"""The clock: HOTLINE_NOW moves it, in the demo only. Each case is a process, because the shift is fixed at first use."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from kit import clock
from kit.settings import ROOT


def real() -> float:
    """The machine's time, seconds since 1970, by another way than the clock's own."""
    return datetime.now(UTC).timestamp()  # noqa: TID251  it is what the clock is held against


def told(
    code: str = "print(clock.now().isoformat())", **environment: str
) -> subprocess.CompletedProcess[str]:
    """What a fresh process with these variables prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return subprocess.run(
        [sys.executable, "-c", f"from kit import clock\n{code}"],
        cwd=ROOT, env=clean | environment, capture_output=True, text=True,
    )  # fmt: skip


def at(**environment: str) -> datetime:
    done = told(**environment)
    assert done.returncode == 0, done.stderr
    return datetime.fromisoformat(done.stdout.strip())


SHORTLY = timedelta(seconds=20)


def test_that_now_is_aware_and_in_shanghai() -> None:
    now = clock.now()
    assert now.utcoffset() == timedelta(hours=8)
    assert abs(now.timestamp() - real()) < 2
    assert abs(clock.timestamp() - real()) < 2


@pytest.mark.parametrize(
    ("wanted", "starts"),
    [
        ("2026-07-31T08:00", "2026-07-31T08:00+08:00"),
        ("2026-07-31T08:00+00:00", "2026-07-31T16:00+08:00"),
        ("2020-02-29", "2020-02-29T00:00+08:00"),
    ],
)
def test_that_hotline_now_starts_the_clock_there(wanted: str, starts: str) -> None:
    assert timedelta() <= at(HOTLINE_NOW=wanted) - datetime.fromisoformat(starts) < SHORTLY


def test_that_processes_of_one_start_share_the_shifted_clock() -> None:
    began = repr(real() - 3600)
    shifted = at(HOTLINE_NOW="2026-07-31T08:00", HOTLINE_STARTED_AT=began)
    assert timedelta() <= shifted - datetime.fromisoformat("2026-07-31T09:00+08:00") < SHORTLY


def test_that_the_first_use_writes_down_when_it_began_for_the_children() -> None:
    done = told("clock.now(); import os; print(os.environ[clock.STARTED_AT])", HOTLINE_NOW="2026-07-31")
    assert abs(float(done.stdout) - real()) < 20


@pytest.mark.parametrize("production", ["0", "false", "off", "No"])
def test_that_production_ignores_hotline_now(production: str) -> None:
    now = at(HOTLINE_NOW="2020-02-29", HOTLINE_DEMO=production)
    assert abs(now.timestamp() - real()) < 20


def test_that_a_bad_hotline_now_is_named() -> None:
    done = told(HOTLINE_NOW="tomorrow")
    assert "MisconfiguredError: HOTLINE_NOW is no ISO 8601 time: 'tomorrow'" in done.stderr


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2024, 8, 31), 6, date(2025, 2, 28)), (date(2023, 8, 31), 6, date(2024, 2, 29)), (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 7, 1), 6, date(2025, 1, 1)), (date(2026, 3, 31), -1, date(2026, 2, 28)), (date(2026, 1, 15), -1, date(2025, 12, 15)), (date(2024, 12, 1), 1, date(2025, 1, 1)),
    ],
)  # fmt: skip
def test_that_months_are_counted_to_the_same_day_or_the_last(day: date, months: int, end: date) -> None:
    assert clock.months_later(day, months) == end
