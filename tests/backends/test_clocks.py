"""By when orders are answered for: a table against the dated rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from backends.contracts import Place
from backends.reference import clocks
from kit.clock import SHANGHAI
from kit.errors import MisconfiguredError

MONDAY = datetime(2026, 5, 11, 10, 30, tzinfo=SHANGHAI)
FRIDAY = MONDAY + timedelta(days=4)
EVE = datetime(2026, 9, 30, 17, 0, tzinfo=SHANGHAI)


def place(province: str = "江苏省", street: str = "新浦街道", kind: str = "estate") -> Place:
    return Place(
        place_id="P1", name="某处", address="某处", province=province, city="某市", district="某区", street=street,
        kind=kind, transformer_area="台区",  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("where", "province", "minutes"),
    [
        (place(), "上海", 45),
        (place(kind="village"), "上海", 90),
        (place("上海市", "花木街道"), "", 60),
        (place("上海市", "川沙新镇"), "", 90),
        (place("上海市", "川沙新镇", "village"), "", 90),
        (None, "上海", 90),
        (None, "安徽", 120),
        (None, "", 120),
    ],
)
def test_that_a_crew_is_promised_by_the_rule_of_the_place(
    where: Place | None, province: str, minutes: int
) -> None:
    for kind in ("fault", "hazard"):
        assert clocks.due(kind, where, province, MONDAY) == clocks.Due(MONDAY + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("kind", "made", "hours", "answered_on"),
    [
        ("complaint", MONDAY, 24, date(2026, 5, 18)),
        ("complaint", FRIDAY, 24, date(2026, 5, 22)),
        ("meter", FRIDAY + timedelta(days=1), None, date(2026, 5, 22)),
        ("opinion", MONDAY, None, date(2026, 5, 22)),
        ("praise", MONDAY, None, date(2026, 5, 15)),
        ("application", MONDAY, 24, None),
        ("compensation", MONDAY, 24, None),
        ("reconnection", MONDAY, None, date(2026, 5, 12)),
        ("waiver", MONDAY, None, None),
        ("contact_change", MONDAY, None, None),
        ("theft", MONDAY, None, None),
        (
            "complaint",
            EVE,
            24,
            date(2026, 10, 13),
        ),  # National Day's week left out, the Saturday after it counted
    ],
)
def test_that_other_orders_have_the_clock_of_their_kind(
    kind: str, made: datetime, hours: int | None, answered_on: date | None
) -> None:
    due = clocks.due(kind, None, "上海", made)
    assert due.contact_by == (made + timedelta(hours=hours) if hours else None)
    assert (due.answer_by.date() if due.answer_by else None) == answered_on


def test_that_a_rule_that_did_not_hold_yet_promises_nothing() -> None:
    assert clocks.due("complaint", None, "", datetime(2019, 5, 1, tzinfo=SHANGHAI)) == clocks.Due()
    assert clocks.due("fault", place("上海市"), "", datetime(2019, 5, 1, tzinfo=SHANGHAI)).contact_by


@pytest.mark.parametrize(
    ("kind", "most"), [("fault", None), ("hazard", None), ("complaint", 2), ("meter", 2)]
)
def test_that_faults_may_be_urged_any_number_of_times(kind: str, most: int | None) -> None:
    assert clocks.urging(kind, MONDAY.date()) == clocks.Urging(timedelta(minutes=5), most)


@pytest.mark.parametrize(
    "text",
    [
        "clocks: [",
        "clocks: []",
        "clocks: [{kind: fault, contact: {minutes: 45}, valid_from: 2022-01-01, source: ''}]\nurging: []\nareas: []",
        "clocks: [{kind: fault, contact: {years: 1}, valid_from: 2022-01-01, source: s}]\nurging: []\nareas: []",
        "clocks: [{kind: fault, contact: {hours: 1}, valid_from: soon, source: s}]\nurging: []\nareas: []",
    ],
)
def test_that_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    broken = tmp_path / "clocks.yml"
    broken.write_text(text, "utf-8")
    monkeypatch.setattr(clocks, "FILE", broken)
    with pytest.raises(MisconfiguredError, match=r"clocks\.yml"):
        clocks.due("fault", None, "", MONDAY)
