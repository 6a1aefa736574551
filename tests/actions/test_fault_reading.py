"""What residents say of themselves while they report: tables of words and what is taken from them."""

from __future__ import annotations

import pytest

from actions.assent import agrees
from actions.fault import reading, rules


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800001234", "13800001234"),
        ("我电话138 0000 1234", "13800001234"),
        ("138-0000-1234找我", "13800001234"),
        ("幺三八零零零零一二三四", "13800001234"),
        ("+8613800001234", "13800001234"),
        ("座机021-61234567", "02161234567"),
        ("5 5 5", ""),
        ("户号3100000000018", ""),
        ("3号楼502", ""),
        ("0047815302这块表黑屏", ""),
        ("", ""),
    ],
)
def test_that_a_telephone_is_heard(text: str, phone: str) -> None:
    assert reading.phone_in(text) == phone


@pytest.mark.parametrize(
    ("text", "place", "door"),
    [
        ("3号楼502室", "", "3号楼502室"),
        ("3号楼502", "", "3号楼502"),
        ("三号楼五零二", "", "三号楼502"),
        ("5栋2单元301", "", "5栋2单元301"),
        ("8幢", "", "8幢"),
        ("3-502", "", "3-502"),
        ("3-2-502", "", "3-2-502"),
        ("不对，是5号楼", "", "5号楼"),
        ("阳光花园3号楼502室没电", "阳光花园", "3号楼502室"),
        ("牡丹路60弄3号502室", "牡丹路60弄", "3号502室"),
        ("黄河北路88号阳光花园", "阳光花园", ""),
        ("黄河北路88号没电", "", ""),
        ("电话138-0000-1234", "", ""),
        ("就我家", "", ""),
        ("98号线路", "", ""),
    ],
)
def test_that_a_door_is_heard(text: str, place: str, door: str) -> None:
    assert reading.door_in(text, place) == door


@pytest.mark.parametrize(
    ("door", "building", "room"),
    [
        ("3号楼502室", True, "502室"),
        ("3号楼502", True, "502"),
        ("5栋", True, ""),
        ("502室", False, "502室"),
        ("", False, ""),
    ],
)
def test_that_building_and_room_are_told_apart(door: str, building: bool, room: str) -> None:
    assert (reading.has_building(door), reading.room_of(door), reading.has_room(door)) == (
        building,
        room,
        bool(room),
    )


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("就我家没电", "household"), ("只有我们一家", "household"), ("隔壁都有电", "household"), ("邻居家亮着呢", "household"),
        ("别人家都正常", "household"), ("整栋楼都没电", "building"), ("隔壁也没有", "building"), ("邻居也停了", "building"),
        ("楼上楼下都黑了", "building"), ("我们这个单元", "building"), ("整个小区", "estate"), ("小区里都没电", "estate"),
        ("我们小区停了", "estate"), ("全村都停了", "area"), ("附近都没电", "area"), ("整条街黑的", "area"), ("没电了", ""), ("快点来人", ""),
    ],
)  # fmt: skip
def test_that_who_else_is_dark_is_heard_anywhere(text: str, scope: str) -> None:
    assert reading.scope_in(text) == scope


@pytest.mark.parametrize(
    ("answer", "scope"),
    [
        ("都没有", "building"), ("也没有", "building"), ("我家", "household"), ("一家", "household"), ("隔壁有电", "household"),
        ("不知道", "unknown"), ("没问", "unknown"), ("小区", "estate"), ("村里", "area"), ("大家都一样", "building"), ("我们自己家", "household"), ("就我们一户", "household"), ("哎呀", ""), ("家里有个孕妇", ""), ("我要找你们领导", ""),
    ],
)  # fmt: skip
def test_that_a_short_answer_means_what_was_asked(answer: str, scope: str) -> None:
    assert reading.scope_in(answer, asked=True) == scope


@pytest.mark.parametrize(
    ("text", "only"),
    [("隔壁有电", True), ("邻居家都有电的", True), ("楼上楼下也没电", True), ("对门亮着呢", True), ("隔壁漏电", False),
     ("隔壁有电线掉下来了", False), ("邻居触电了", False), ("地上有电", False)],
)  # fmt: skip
def test_that_the_neighbours_power_is_told_from_danger(text: str, only: bool) -> None:
    assert reading.only_of_neighbours(text) == only


@pytest.mark.parametrize("text", ["不对", "不是", "错了", "不", "说错了", "没有", "不太对"])
def test_that_a_no_is_heard(text: str) -> None:
    assert reading.says_no(text)
    assert not agrees(text)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("来电了", True), ("刚来电了，谢谢", True), ("家里有电了", True), ("已经恢复了", True), ("来电了吗", False), ("什么时候来电", False),
        ("还没来电", False), ("隔壁有电了", False), ("来电了又停了", False), ("没有电", False),
    ],
)  # fmt: skip
def test_that_power_that_is_back_is_heard(text: str, back: bool) -> None:
    assert reading.says_back(text) == back


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("是另一栋", "door"), ("门牌错了", "door"), ("电话不对", "phone"), ("号码错了", "phone"), ("地址不对", "place"),
        ("小区错了", "place"), ("不只我家，邻居也没电", "scope"), ("不对", ""),
    ],
)  # fmt: skip
def test_that_a_correction_names_its_part(text: str, part: str) -> None:
    assert reading.doubted(text, ("place", "scope", "door", "phone")) == part


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("我妈在家吸氧", {"medical_device"}),
        ("孩子上网课呢", {"online_class"}),
        ("八十多岁的老人", {"elderly"}),
        ("小区有门禁保安不让进", {"closed_estate"}),
        ("我们是区人民医院 停电了", {"important_user"}),
        ("我们养老院停电了", {"important_user", "elderly"}),
        ("消防站没电", {"important_user"}),
        ("一台变压器供的ICU", {"important_user"}),
        ("我住在人民医院对面", set()),
        ("我要去区人民医院看病，家里停电了", set()),
        ("中心医院家属院停电", set()),
        ("我们医院手术室", {"important_user"}),
        ("家里没有老人", set()),
        ("不用呼吸机", set()),
        ("没电了", set()),
        ("没有老人，但有人用呼吸机", {"medical_device"}),
    ],
)
def test_that_marks_are_heard_and_denials_are_not(text: str, marks: set[str]) -> None:
    assert rules.marks_in([text]) == marks


@pytest.mark.parametrize(
    ("marks", "raised", "expected"),
    [
        (set(), set(), rules.Priority()),
        ({"elderly"}, set(), rules.Priority(marks=frozenset({"elderly"}))),
        ({"elderly"}, {"elderly"}, rules.Priority(True, frozenset({"elderly", "supervised"}))),
        ({"medical_device"}, set(), rules.Priority(True, frozenset({"medical_device", "supervised"}))),
        ({"important_user"}, set(), rules.Priority(True, frozenset({"important_user", "supervised"}), True)),
    ],
)
def test_that_marks_come_to_a_priority(marks: set[str], raised: set[str], expected: rules.Priority) -> None:
    assert rules.priority(frozenset(marks), frozenset(raised)) == expected  # type: ignore[arg-type]


def test_that_every_wish_is_an_intent_with_words_of_its_own() -> None:
    from kit.wording import Wording

    known = Wording().keys()
    for intent in rules.intents():
        wish = rules.wish(intent)
        assert wish
        assert f"utter_part_fault_{intent}" in known
        assert "what" not in wish.parts or f"utter_fault_ask_what_{intent}" in known
        assert wish.parts[0] == "place"
        assert wish.parts[-1] == "phone"
