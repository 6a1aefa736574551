"""Tables of what residents write and what is read out of it."""

from __future__ import annotations

import pytest

from actions.identity import SecondItem, SurnameOnly, second_item
from actions.reading import chosen, long_number

NAME, PHONE, DOOR = "holder_name", "phone_last4", "door_number"


@pytest.mark.parametrize(
    ("text", "digits", "is_account"),
    [
        ("3100000000018", "3100000000018", True),
        ("户号 3100 0000 0001 8 谢谢", "3100000000018", True),
        ("320-045-6789", "3200456789", True),
        ("三幺零零零零零零零零零幺八", "3100000000018", True),
        ("３２００４５６７８９", "3200456789", True),
        ("我的户号3200456789的电费", "3200456789", True),
        ("手机13912345678，户号3200456789", "3200456789", True),
        ("31000000", "31000000", False),
        ("3100000000018#", "3100000000018", True),
    ],
)
def test_that_account_numbers_are_read_as_they_are_written(text: str, digits: str, is_account: bool) -> None:
    found = long_number(text)
    assert found is not None
    assert (found.digits, found.is_account) == (digits, is_account)


@pytest.mark.parametrize("text", ["2026年11月20日", "六十弄", "尾号6789", "502室", "查电费", ""])
def test_that_other_numbers_are_no_account(text: str) -> None:
    assert long_number(text) is None


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("王建国", {NAME: "王建国"}),
        ("户主是王建国。", {NAME: "王建国"}),
        ("户主叫 欧阳雪梅 的", {NAME: "欧阳雪梅"}),
        ("鸿发五金店", {NAME: "鸿发五金店"}),
        ("尾号6789", {PHONE: "6789"}),
        ("手机尾号是六七八九", {PHONE: "6789"}),
        ("13900006789", {PHONE: "6789"}),
        ("6789", {PHONE: "6789", DOOR: "6789"}),
        ("好的，6789", {PHONE: "6789", DOOR: "6789"}),
        ("502", {DOOR: "502"}),
        ("502室", {DOOR: "502室"}),
        ("五零二室", {DOOR: "502室"}),
        ("3号楼502室", {DOOR: "3号楼502室"}),
        ("二十三号楼幺幺零四", {DOOR: "二十三号楼1104"}),
        ("7-2-301", {DOOR: "7-2-301"}),
    ],
)
def test_that_second_items_are_told_apart(text: str, given: dict[str, str]) -> None:
    found = second_item(text, asked=True)
    assert isinstance(found, SecondItem)
    assert found.given() == given


@pytest.mark.parametrize("text", ["王", "姓王", "我姓王", "王先生", "欧阳", "王女士。", "李阿姨"])
def test_that_a_surname_is_no_second_item(text: str) -> None:
    assert isinstance(second_item(text, asked=True), SurnameOnly)


@pytest.mark.parametrize(
    "text", ["谢谢", "谢谢您", "谢了", "不知道", "转人工", "安全吗", "查什么", "是的", "喂喂", "…", ""]
)
def test_that_other_words_are_no_second_item(text: str) -> None:
    assert second_item(text, asked=True) is None


def test_that_unasked_only_plain_items_count() -> None:
    assert second_item("王建国", asked=False) is None
    assert second_item("1234", asked=False) is None
    assert second_item("查电费", asked=False) is None
    found = second_item("户主王建国", [{"entity": "person_name", "value": "王建国"}], asked=False)
    assert isinstance(found, SecondItem)
    assert found.given() == {NAME: "王建国"}


def test_that_what_proves_is_not_shown() -> None:
    assert "6789" not in repr(SecondItem(phone_last4="6789"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0), ("第二个", 1), ("2", 1), ("选第三家", 2), ("二", 1), ("4", None),
        ("前者", 0), ("前面那个", 0), ("上面一个", 0), ("最后一个", 2), ("后者", None), ("后面那个", None),
        ("花木", 1), ("就是花木的吧", 1), ("塘桥供电营业厅", 2), ("供电营业厅", None), ("不知道", None), ("好", None),
    ],
)  # fmt: skip
def test_that_a_choice_is_by_place_or_name(text: str, place: int | None) -> None:
    assert chosen(text, ["浦东中心供电营业厅", "花木供电营业厅", "塘桥供电营业厅"]) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [("后者", 1), ("要后面那个吧", 1), ("下面的", 1), ("最后那个", 1), ("前一个。", 0), ("查", 0), ("电", None), ("上个月", None)],
)  # fmt: skip
def test_that_one_of_two_may_be_named_by_its_side_or_one_character(text: str, place: int | None) -> None:
    assert chosen(text, ["查电费", "交电费"], shortest=1) == place
