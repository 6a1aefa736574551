"""Files of entries: what is broken is named; the province and the day decide."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from actions.knowledge.entries import read, speakable
from kit.errors import MisconfiguredError

GOOD = """entries:
- id: a
  title: 甲
  intents: [ask_tariff]
  questions: [甲是多少, 甲怎么算]
  answers:
  - {valid_from: 2020-01-01, valid_to: 2022-12-31, source: 文件, text: 旧的}
  - {valid_from: 2023-01-01, valid_to: 2024-12-31, source: 文件, text: 5个, ivr: 五个}
  - {province: 江苏, valid_from: 2021-01-01, source: 文件, text: 江苏的}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "some.yml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("province", "day", "says"),
    [
        ("上海", date(2019, 12, 31), None), ("上海", date(2020, 1, 1), "旧的"), ("上海", date(2022, 12, 31), "旧的"),
        ("上海", date(2023, 1, 1), "5个"), ("上海", date(2024, 12, 31), "5个"), ("上海", date(2025, 1, 1), None),
        ("江苏", date(2020, 6, 1), "旧的"), ("江苏", date(2023, 1, 1), "江苏的"), ("江苏", date(2030, 1, 1), "江苏的"),
    ],
)  # fmt: skip
def test_that_province_and_day_decide(tmp_path: Path, province: str, day: date, says: str | None) -> None:
    [entry] = read(written(tmp_path, GOOD))
    answer = entry.answer(province, day)
    assert (answer.text if answer else None) == says


def test_that_what_is_over_is_known_as_over(tmp_path: Path) -> None:
    [entry] = read(written(tmp_path, GOOD))
    assert entry.ended("上海", date(2024, 12, 31)) is None
    over = entry.ended("上海", date(2025, 1, 1))
    assert over
    assert over.valid_to == date(2024, 12, 31)
    assert entry.ended("上海", date(2019, 1, 1)) is None


def test_that_the_ear_gets_its_own_words(tmp_path: Path) -> None:
    [entry] = read(written(tmp_path, GOOD))
    answer = entry.answer("上海", date(2023, 1, 1))
    assert answer
    assert (answer.words("ivr"), answer.words("web"), answer.words("wechat")) == ("五个", "5个", "5个")


@pytest.mark.parametrize(
    ("change", "to", "reason"),
    [
        ("entries:", "entry:", "`entries:`"), ("- id: a", "- id: 甲", "id: must be"), ("  title: 甲\n", "", "title"),
        ("[甲是多少, 甲怎么算]", "[甲是多少]", "questions: needs 2"), ("[甲是多少, 甲怎么算]", "[甲, 甲]", "questions: needs 2"),
        ("[甲是多少, 甲怎么算]", "甲是多少", "questions: must be a list"), ("[ask_tariff]", "[]", "intents"),
        ("source: 文件, text: 旧的", "text: 旧的", "source"), ("source: 文件, text: 旧的", "source: ' ', text: 旧的", "source"),
        ("2022-12-31", "2019-12-31", "valid_to is before"), ("2022-12-31", "soon", "must be days"),
        ("valid_from: 2020-01-01, ", "", "must be days"), (", ivr: 五个", "", "ivr: must be speakable"),
        ("ivr: 五个", "ivr: 五 https", "ivr: must be speakable"), ("text: 旧的", "text: 旧的, until: x", "unknown keys"),
        ("text: 旧的", "text: 旧的, buttons: [{title: x}]", "buttons"), ("  answers:", "  answers: []\n  more:", "unknown keys"),
        ("entries:", "entries: [", "cannot be read"), ("  answers:", "  registers: all\n  answers:", "registers: must be one of waive, defer"),
        ("text: 旧的", "text: 看http://95598.cn", "no https link"), ("text: 旧的", "text: 看https://95598.cn.pay.top", "no https link"),
    ],
)  # fmt: skip
def test_that_a_broken_file_is_named_with_entry_and_reason(
    tmp_path: Path, change: str, to: str, reason: str
) -> None:
    assert change in GOOD
    with pytest.raises(MisconfiguredError) as error:
        read(written(tmp_path, GOOD.replace(change, to, 1)))
    assert "some.yml" in error.value.reason
    assert reason in error.value.reason


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("拨九五五九八，说转人工。", True), ("拨95598", False), ("看 https", False), ("一、二\n三", False), ("百分之五", True),
        ("5%", False), ("网上国网App", False), ("{x}", False), ("·甲", False),
    ],
)  # fmt: skip
def test_that_only_what_a_voice_can_read_is_speakable(text: str, can: bool) -> None:
    assert speakable(text) is can
