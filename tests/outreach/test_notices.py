"""What is due, from what is known now and what was told before."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from backends.contracts import Outage, Place
from kit import clock
from kit.facts import Facts
from outreach import notices

NOW = clock.now().replace(microsecond=0)
HOUR = timedelta(hours=1)
PLACE = Place(
    place_id="p1", name="牡丹路60弄", address="上海市浦东新区花木街道牡丹路60弄", province="上海市", city="上海市",
    district="浦东新区", street="花木街道", kind="estate", transformer_area="一台区",
)  # fmt: skip


def outage(status: str = "announced", **changes: Any) -> Outage:
    values: dict[str, Any] = {
        "outage_id": "TD1", "kind": "planned", "status": status, "place": PLACE, "cause": "检修",
        "starts_at": NOW + 20 * HOUR, "expected_end": NOW + 28 * HOUR, "published_at": NOW - HOUR,
    }  # fmt: skip
    if status in ("running", "restored"):
        values |= {"starts_at": NOW - 2 * HOUR, "expected_end": NOW + HOUR}
    if status == "restored":
        values["restored_at"] = NOW - HOUR / 2
    if status == "cancelled":
        values["cancelled_at"] = NOW - HOUR
    return Outage(**(values | changes))


def keys(*outages: Outage, told: list[str] | None = None, now: datetime = NOW) -> list[str]:
    found = notices.due(uuid.uuid4(), outages, {"TD1": told} if told else {}, now)
    return [one.key.removeprefix("utter_notice_") for one in found]


EXPECTED: list[tuple[Outage, list[Outage], list[str]]] = [
    # what it is now, as which it was told before, what is due
    (outage(), [], ["announced"]),
    (outage(), [outage()], []),
    (outage("running"), [], ["running"]),
    (outage("running", expected_end=None), [], ["running_no_time"]),
    (outage(expected_end=NOW + 30 * HOUR), [outage()], ["changed"]),
    (outage(expected_end=None), [outage()], ["changed_no_time"]),
    (outage(), [outage(), outage(expected_end=NOW + 30 * HOUR)], ["changed"]),
    (outage("cancelled"), [outage()], ["cancelled"]),
    (outage("cancelled"), [], []),
    (outage("cancelled", expected_end=NOW - HOUR, starts_at=NOW - 3 * HOUR), [outage()], []),
    (outage("restored"), [outage("running")], ["restored"]),
    (outage("restored"), [], []),
    (outage("restored", restored_at=NOW - 7 * HOUR, starts_at=NOW - 9 * HOUR), [outage("running")], []),
    (outage("running", expected_end=NOW - HOUR), [], []),
    (outage(kind="arrears"), [], []),
    (outage(kind="violation"), [], []),
    (outage(candidate=True), [], []),
]


@pytest.mark.parametrize(("now", "before", "expected"), EXPECTED)
def test_that_each_change_is_due_once_to_those_it_concerns(
    now: Outage, before: list[Outage], expected: list[str]
) -> None:
    assert keys(now, told=[notices.times(one) for one in before]) == expected


@pytest.mark.parametrize("end", ["cancelled", "restored"])
def test_that_an_end_is_told_once(end: str) -> None:
    assert keys(outage(end), told=[notices.times(outage()), end]) == []


@pytest.mark.parametrize(
    ("found", "told", "at_night"),
    [
        (outage("running", kind="fault"), [], True),
        (outage("running", kind="fault", expected_end=NOW + 2 * HOUR), [outage("running")], False),
        (outage("running"), [], False),
        (outage(), [], False),
        (outage("restored", kind="fault"), [outage("running")], False),
    ],
)
def test_that_only_power_that_has_just_failed_is_told_at_night(
    found: Outage, told: list[Outage], at_night: bool
) -> None:
    [one] = notices.due(uuid.uuid4(), [found], {"TD1": [notices.times(t) for t in told]}, NOW)
    assert one.at_night is at_night


@pytest.mark.parametrize(
    ("hour", "expected"), [(0, True), (7, True), (8, False), (12, False), (21, False), (22, True), (23, True)]
)
def test_that_night_is_a_dated_figure(hour: int, expected: bool) -> None:
    assert notices.quiet(Facts(), NOW.replace(hour=hour)) is expected
