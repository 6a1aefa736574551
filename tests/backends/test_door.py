"""Verification items: tables of what matches and what must not."""

from __future__ import annotations

import pytest

from backends.reference import door

LANE = "上海市浦东新区花木街道牡丹路60弄"


@pytest.mark.parametrize(
    "given",
    ["502", "502室", " 502 室", "５０２", "五零二", "五〇二室", "3号楼502室", "3号楼502", "三号楼五零二室", "3栋502", "3-502", "３－５０２",
     "03号楼502室", "牡丹路60弄3号楼502室", "花木街道牡丹路六十弄3号楼502室", "上海市浦东新区花木街道牡丹路60弄3号楼502室", "502室。", "3号楼1单元502"],
)  # fmt: skip
def test_that_a_right_door_matches(given: str) -> None:
    assert door.same_door(given, address=LANE, building="3", room="502")


@pytest.mark.parametrize(
    "given",
    ["", "室", "50", "02", "2", "5020", "1502", "503", "3号楼", "3", "4号楼502室", "13号楼502室", "3号楼1502室", "4-502",
     "牡丹路61弄3号楼502室", "牡丹路160弄3号楼502室", "芳甸路60弄3号楼502室", "502或503", "%", "a502", "502 503", "五百零三"],
)  # fmt: skip
def test_that_a_wrong_door_does_not_match(given: str) -> None:
    assert not door.same_door(given, address=LANE, building="3", room="502")


@pytest.mark.parametrize(
    ("given", "right"), [("12号", True), ("12", True), ("十二号", True), ("2号", False), ("112", False)]
)
def test_that_a_village_house_is_known_by_its_number(given: str, right: bool) -> None:
    assert door.same_door(given, address="安徽省亳州市蒙城县乐土镇王小庄村", building="", room="12") is right


@pytest.mark.parametrize(
    ("given", "right"),
    [("王建国", True), (" 王 建国 ", True), ("王", False), ("王先生", False), ("建国", False), ("王建", False), ("王建国民", False),
     ("", False), ("*建国", False), ("王**", False)],
)  # fmt: skip
def test_that_only_the_full_name_matches(given: str, right: bool) -> None:
    assert door.same_name(given, "王建国") is right


def test_that_a_record_with_a_surname_alone_matches_nobody() -> None:
    assert not door.same_name("王", "王")


@pytest.mark.parametrize(
    ("given", "right"),
    [("6789", True), ("６７８９", True), (" 6789 ", True), ("789", False), ("16789", False), ("13800006789", False), ("67 89", False),
     ("6788", False), ("٦٧٨٩", False), ("", False)],
)  # fmt: skip
def test_that_the_phone_needs_exactly_its_last_four_digits(given: str, right: bool) -> None:
    assert door.same_phone_end(given, "6789") is right
