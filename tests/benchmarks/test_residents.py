"""The simulator's own logic: a goal is not reached by a wrong row, and a question is recognised by its words."""

from __future__ import annotations

import random
from typing import Any

import pytest

from benchmarks.residents.__main__ import drawn
from benchmarks.residents.case import Case, numbers_in
from benchmarks.residents.goals import GOALS
from benchmarks.residents.openings import opening
from benchmarks.residents.questions import asked, nearest
from benchmarks.residents.record import Row, Words
from benchmarks.residents.report import masked, wilson
from benchmarks.residents.slips import misheard
from benchmarks.residents.town import Who

WHO = Who(
    "3100000000018", "王建国", "6789", "18", "601", "p1", "牡丹路60弄", "estate", "浦东新区", "上海市浦东新区牡丹路60弄",
    "15400001234", "周立新", "晨光便利店", "花木", 240, "building",
)  # fmt: skip
RIGHT: Row = {
    "subject": "report_outage", "kind": "fault", "place_id": "p1", "scope": "building", "account_number": None, "text": "没电",
    "contact_phone": "15400001234", "address": "上海市浦东新区牡丹路60弄十八号楼六零幺室", "facts": {},
}  # fmt: skip
TOLD = frozenset({"place", "scope", "door", "phone"})


class Rows:
    """A record that holds these orders, and what was said."""

    def __init__(self, orders: list[Row], said: str = "", *, proved: bool = False) -> None:
        self._orders, self._said, self._proved = orders, said, proved

    def orders(self, conversation: str) -> list[Row]:
        return self._orders

    def said(self, conversation: str, after: int = 0) -> list[Words]:
        return [Words(1, self._said, ())]

    def verified(self, conversation: str, account: str) -> bool:
        return self._proved


class Books:
    """A town in which every account was billed this amount."""

    def bills(self, account: str) -> list[Row]:
        return [{"amount": "128.50", "kwh": "300"}]


def case(orders: list[Row], said: str = "", channel: str = "web", *, proved: bool = False) -> Case:
    record: Any = Rows(orders, said, proved=proved)
    town: Any = Books()
    return Case(record, town, WHO, "c", channel, TOLD)


def test_that_an_order_right_in_everything_reaches_its_goal() -> None:
    assert GOALS["report_outage order"].reached(case([RIGHT]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"place_id": "p2"}, {"scope": "household"}, {"contact_phone": "15400009999"}, {"contact_phone": ""}, {"kind": "opinion"},
        {"subject": "report_voltage"}, {"address": "上海市浦东新区牡丹路60弄八号楼六零幺室"},
        {"address": "上海市浦东新区牡丹路60弄18号楼"}, {"account_number": "3100000000026"},
    ],
    ids=str,
)  # fmt: skip
def test_that_an_order_wrong_in_one_thing_does_not(wrong: Row) -> None:
    found = case([RIGHT | wrong])
    found.told = TOLD | {"account"} if "account_number" in wrong else TOLD
    assert not GOALS["report_outage order"].reached(found)


def test_that_no_order_and_two_orders_do_not() -> None:
    assert not GOALS["report_outage order"].reached(case([], "已经登记好了，工单号是20260101000001。"))
    assert not GOALS["report_outage order"].reached(case([RIGHT, RIGHT]))


@pytest.mark.parametrize(
    ("said", "proved", "reached"),
    [
        ("10月电费128.50元", True, True), ("10月电费128.50元", False, False), ("10月电费28.50元", True, False),
        ("10月电费1128.50元", True, False), ("已为您查到", True, False),
    ],
)  # fmt: skip
def test_that_a_bill_is_told_with_its_own_amount_to_whoever_proved_it(
    said: str, proved: bool, reached: bool
) -> None:
    assert GOALS["bill told"].reached(case([], said, proved=proved)) is reached


def test_that_by_telephone_the_amount_is_expected_as_it_is_spoken() -> None:
    bill = GOALS["bill told"].reached
    assert bill(case([], "十月电费一百二十八元五角", "ivr", proved=True))
    assert not bill(case([], "十月电费三百二十八元五角", "ivr", proved=True))
    assert not bill(case([], "十月电费128.50元", "ivr", proved=True))


def test_that_an_order_nobody_asked_for_is_noticed() -> None:
    assert case([RIGHT]).astray(["query_bill"]) == ["report_outage"]
    assert case([RIGHT]).astray(["report_outage"]) == []


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("牡丹路60弄18号楼601室", ["60", "18", "601"]),
        ("六十弄十八号楼六零幺室", ["60", "18", "601"]),
        ("幺八号楼", ["18"]),
    ],
)
def test_that_numbers_of_an_address_are_read_written_or_spoken(address: str, numbers: list[str]) -> None:
    assert numbers_in(address) == numbers


def test_that_a_question_is_recognised_by_its_words_the_last_first() -> None:
    said = [
        Words(1, "好的，我抓紧。\n请问是几号楼？", ()),
        Words(2, "师傅怎么联系您？请留一个电话号码，不方便留就回复“不用”。", ()),
    ]
    found = asked(said)
    assert found is not None
    assert found.name == "phone"
    assert asked([Words(1, "10月电费128.50元。", ())]) is None


def test_that_a_spoken_place_is_chosen_among_spoken_places() -> None:
    assert nearest(("花木路三十弄", "牡丹路六十弄"), "牡丹路60弄") == 1


def test_that_the_same_seed_gives_the_same_words_with_the_residents_own_account() -> None:
    goal = GOALS["bill told"]
    texts = [opening(goal, WHO, random.Random(seed)).text for seed in range(40)]
    assert texts == [opening(goal, WHO, random.Random(seed)).text for seed in range(40)]
    assert any(WHO.account in text for text in texts)
    assert not any("](" in text or "{" in text for text in texts)


def test_that_residents_come_by_every_channel_and_only_callers_are_silent() -> None:
    came = [drawn(list(GOALS.values()), random.Random(f"7:{number}")) for number in range(300)]
    assert {channel for _, _, channel in came} == {"web", "ivr", "wechat"}
    assert {channel for _, slip, channel in came if slip == "silence"} == {"ivr"}
    assert came == [drawn(list(GOALS.values()), random.Random(f"7:{number}")) for number in range(300)]


def test_that_mishearing_changes_sounds_alike_and_no_figures() -> None:
    assert misheard("户号三一零零123", random.Random(1), 1.0)[2:] == "三一零零123"
    assert misheard("停电", random.Random(1), 1.0) != "停电"


def test_that_failures_are_shown_masked_and_shares_with_their_interval() -> None:
    assert "3100000000018" not in masked("户号3100000000018")
    low, high = wilson(40, 40)
    assert round(low, 3) == 0.912
    assert high == pytest.approx(1.0)
