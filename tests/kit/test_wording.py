"""Words for residents: chosen by channel, filled completely or not at all, reloaded while running."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kit.errors import MisconfiguredError
from kit.facts import Facts
from kit.wording import Wording

FIRST = """
responses:
  utter_balance:
  - text: "余额{balance:yuan}。"
    buttons: [{title: 交费, payload: 我要交费}]
  - channel: ivr
    text: "您的余额是{balance:yuan}"
  utter_called:
  - channel: ivr
    text: 请讲。
  utter_number:
  - text: |
      工单{number:digits}，{name}您好

"""


def write(file: Path, text: str | bytes, *, tick: int = 0) -> None:
    """Write as an editor does; `tick` moves the file's time, which a fast test would not."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, ns=(1_000_000_000 * tick, 1_000_000_000 * tick))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "a.yml", FIRST, tick=1)
    return tmp_path


def test_that_the_variant_of_the_channel_wins(folder: Path) -> None:
    words = Wording(folder)
    assert words.text("utter_balance", "ivr", balance="-128.5") == "您的余额是负一百二十八元五角"
    assert words.text("utter_balance", "wechat", balance="-128.5") == "余额-128.50元。"
    assert words.text("utter_balance", "web", balance="-128.5") == "余额-128.50元。"


def test_that_buttons_are_shown_and_never_spoken(folder: Path) -> None:
    words = Wording(folder)
    assert words.render("utter_balance", "web", {"balance": 1}).buttons == [
        {"title": "交费", "payload": "我要交费"}
    ]
    assert words.render("utter_balance", "ivr", {"balance": 1}).buttons == []


def test_that_text_is_stripped_and_a_bare_placeholder_is_text(folder: Path) -> None:
    assert Wording(folder).text("utter_number", "web", number="20260731004219", name="王") == (
        "工单2026 0731 0042 19，王您好"
    )


def test_that_braces_in_a_value_are_not_filled_again(folder: Path) -> None:
    text = Wording(folder).text("utter_number", "web", number="1", name="{balance}")
    assert text == "工单1，{balance}您好"


@pytest.mark.parametrize(
    ("key", "channel", "values", "named"),
    [
        ("utter_nothing", "web", {}, "utter_nothing"),
        ("utter_called", "web", {}, "'web'"),
        ("utter_balance", "web", {}, "utter_balance.*balance"),
        ("utter_balance", "web", {"balance": None}, "utter_balance"),
        ("utter_balance", "web", {"balance": "much"}, "utter_balance"),
    ],
)
def test_that_a_missing_key_variant_or_value_is_an_error(
    folder: Path, key: str, channel: str, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(MisconfiguredError, match=named):
        Wording(folder).render(key, channel, values)


@pytest.mark.parametrize("template", ["{until:time}", "{until:litre}", "{0}", "{until.year}", "{until[0]}"])
def test_that_a_template_that_cannot_be_filled_is_named(tmp_path: Path, template: str) -> None:
    write(tmp_path / "a.yml", f'responses:\n  utter_x:\n  - text: "{template}"\n')
    with pytest.raises(MisconfiguredError, match="utter_x"):
        Wording(tmp_path).text("utter_x", "web", until=7)


def test_that_a_changed_file_is_read_again(folder: Path) -> None:
    words = Wording(folder)
    assert words.text("utter_called", "ivr") == "请讲。"
    write(folder / "a.yml", FIRST.replace("请讲。", "请说。"), tick=2)
    assert words.text("utter_called", "ivr") == "请说。"


def test_that_a_new_file_and_a_removed_one_are_noticed(folder: Path) -> None:
    words = Wording(folder)
    write(folder / "b.yml", "responses:\n  utter_b:\n  - text: b\n", tick=1)
    assert words.text("utter_b", "web") == "b"
    assert words.keys() == ["utter_b", "utter_balance", "utter_called", "utter_number"]
    (folder / "b.yml").unlink()
    assert "utter_b" not in words.keys()  # noqa: SIM118  a method of ours, not a dict's


BROKEN = {
    "no YAML": "responses: [",
    "empty": "",
    "without responses": "answers: {}",
    "a list": "- a",
    "a variant without text": "responses:\n  utter_called:\n  - channel: ivr\n",
    "a key without variants": "responses:\n  utter_called:\n",
    "not UTF-8": b"responses:\n  utter_called:\n  - text: \xff\xfe\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_that_a_broken_file_at_run_time_keeps_the_last_good_words(folder: Path, broken: str | bytes) -> None:
    words = Wording(folder)
    assert words.text("utter_called", "ivr") == "请讲。"
    write(folder / "a.yml", broken, tick=2)
    assert words.text("utter_called", "ivr") == "请讲。"
    write(folder / "a.yml", FIRST.replace("请讲。", "请说。"), tick=3)
    assert words.text("utter_called", "ivr") == "请说。"


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_that_a_broken_file_at_start_is_refused_with_its_name(folder: Path, broken: str | bytes) -> None:
    write(folder / "b.yml", broken)
    with pytest.raises(MisconfiguredError, match=r"b\.yml"):
        Wording(folder).keys()


def test_that_a_key_in_two_files_is_refused_at_start_and_survived_at_run_time(folder: Path) -> None:
    words = Wording(folder)
    words.keys()
    write(folder / "b.yml", "responses:\n  utter_called:\n  - text: b\n")
    assert words.text("utter_called", "ivr") == "请讲。"
    with pytest.raises(MisconfiguredError, match=r"b\.yml.*utter_called.*another file"):
        Wording(folder).keys()


def test_that_every_response_we_ship_is_readable_and_its_kinds_are_known() -> None:
    words = Wording()
    assert "utter_greeting" in words.keys()  # noqa: SIM118
    assert "机器人" in words.text("utter_greeting", "ivr")


def test_that_words_whose_figure_is_not_in_force_are_said_without_it(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    row = "facts:\n  arrival:\n  - {value: 45, valid_from: 2022-01-01, valid_to: 2022-12-31, source: s}\n"
    write(tmp_path / "facts" / "a.yml", row)
    texts = "{text: '{fact_arrival:number}分钟到，{name}', undated: '尽快到，{name}'}"
    write(tmp_path / "a.yml", f"responses:\n  utter_x:\n  - {texts}\n")
    words = Wording(tmp_path, facts=Facts(tmp_path / "facts"))
    assert words.text("utter_x", "web", name="王") == "尽快到，王"
    with pytest.raises(MisconfiguredError, match="name"):
        words.text("utter_x", "web")
