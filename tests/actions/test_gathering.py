"""Reading facts, and the files that say what applications need."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from actions.applications import guide
from actions.gathering import GATHERING, kva, load, power
from actions.identity import name_in
from actions.voice.guide import VOICES
from actions.voice.guide import load as load_voices
from kit.errors import MisconfiguredError
from kit.watched import Watched

GUIDE = """
intent: apply_meter_test
order: meter
variants:
- id: test
  title: 校验
  customer: any
  when: []
  default: true
  facts: [address]
  terms:
  - {rule: 旧, valid_from: 2000-01-01, valid_to: 2024-05-31, source: a}
  - {rule: 新, valid_from: 2024-06-01, source: b}
  - {rule: 沪, province: 上海, valid_from: 2020-01-01, source: c}
"""


@pytest.mark.parametrize(
    ("text", "bare", "value"),
    [
        ("大概30千瓦", False, "30千瓦"), ("30kW吧", False, "30千瓦"), ("５００ｋＶＡ", False, "500千伏安"),
        ("七个千瓦", False, "7千瓦"), ("两百千伏安的变压器", False, "200千伏安"), ("1.2兆瓦", False, "1200千瓦"),
        ("三十五", True, "35千瓦"), ("张江镇某某路888号工地", True, ""), ("大概35左右吧", True, "35千瓦"), ("三十五", False, ""), ("不知道", True, ""), ("6.6 千瓦", False, "6.6千瓦"),
    ],
)  # fmt: skip
def test_that_power_is_read_as_it_is_said(text: str, bare: bool, value: str) -> None:
    assert power(text, bare=bare) == value


def test_that_the_greatest_power_of_a_message_counts() -> None:
    assert kva("原来200千伏安，要加到五百千伏安") == 500
    assert kva("没说多大") == 0


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [
        ("我叫王建国", False, "王建国"), ("王建国", True, "王建国"), ("王建国", False, ""), ("姓王", True, "姓王"),
        ("我姓李", True, "李"), ("张师傅", True, "张师傅"), ("宏达机械有限公司", True, "宏达机械有限公司"), ("多少钱", True, ""),
        ("啊", True, ""), ("联系人李秀英", False, "李秀英"),
    ],
)  # fmt: skip
def test_that_a_name_is_read_as_people_give_it(text: str, asked: bool, name: str) -> None:
    assert name_in(text, asked=asked) == name


# what a resident says about an application, and the variant it means; None: asked which
@pytest.mark.parametrize(
    ("intent", "text", "variant"),
    [
        ("apply_new_connection", "我要报装", None),
        ("apply_new_connection", "刚买了套毛坯，想装表", "resident"),
        ("apply_new_connection", "开个洗车店，要接电", "small_firm"),
        ("apply_new_connection", "给公司报装500千伏安", "high_voltage"),
        ("apply_new_connection", "公司报装100千瓦", "small_firm"),
        ("apply_new_connection", "工地临时用电", "temporary"),
        ("apply_ev_charger", "充电桩怎么申请", "own"),
        ("apply_ev_charger", "公交公司充电场站新装", "station"),
        ("apply_solar", "厂房屋顶做1.2兆瓦分布式", "firm"),
        ("apply_solar", "我家屋顶想装光伏", "person"),
        ("apply_capacity_change", "从400降到200", "less"),
        ("apply_capacity_change", "家里热水器一开就跳闸", "more_resident"),
        ("apply_capacity_change", "想扩容", None),
        ("apply_suspension", "之前封的变压器，想提前十天解封", "restart"),
        ("apply_suspension", "家里没人住，先把电停了", "household"),
        ("apply_suspension", "暂停要提前几天", "transformer"),
        ("apply_name_change", "户名写错了要更正", "rename"),
        ("apply_name_change", "二手房过户", "transfer"),
        ("apply_name_change", "改一下户名", None),
        ("apply_site_visit", "洪水退了，屋里泡过的线来看看", "flooded"),
        ("apply_site_visit", "孤寡老人，请人看看线", "elderly"),
        ("apply_site_visit", "配电室体检", "firm"),
        ("apply_site_visit", "上门走一趟", "home"),
        ("ask_green_channel", "三零是啥", "small_firm"),
        ("ask_green_channel", "绿色通道", "project"),
    ],
)
def test_that_the_words_tell_the_variant(intent: str, text: str, variant: str | None) -> None:
    meant = guide.GUIDES.get()[intent].meant(text, kva(text))
    assert (meant.id if meant else None) == variant


@pytest.mark.parametrize(
    ("day", "rule"), [(date(2020, 3, 1), "每年可以暂停2次"), (date(2024, 5, 31), "每年可以暂停2次"), (date(2024, 6, 1), "次数不限")]
)  # fmt: skip
def test_that_the_rule_of_suspension_goes_by_the_day(day: date, rule: str) -> None:
    variant = guide.GUIDES.get()["apply_suspension"].variant("transformer")
    assert variant is not None
    term = variant.term("rule", "上海", day)
    assert term is not None
    assert rule in term.text


def test_that_what_no_row_says_is_not_known() -> None:
    variant = guide.GUIDES.get()["ask_multi_person_household"].variant("household")
    assert variant is not None
    assert variant.term("rule", "四川", date(2026, 1, 1)) is None
    assert variant.term("rule", "安徽", date(2010, 1, 1)) is None


def test_that_a_province_s_own_term_wins_and_lapsed_ones_are_not_said(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(GUIDE, "utf-8")
    [variant] = guide.read([file])["apply_meter_test"].variants
    told = [variant.term("rule", province, day) for province, day in
            [("江苏", date(2024, 5, 31)), ("江苏", date(2024, 6, 1)), ("上海", date(2024, 6, 1))]]  # fmt: skip
    assert [term.text for term in told if term] == ["旧", "新", "沪"]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("order: meter", "order: tea", "no kind of order"),
        ("facts: [address]", "facts: [shoe_size]", "shoe_size"),
        ("source: b", "source: ''", "without a source"),
        ("valid_to: 2024-05-31", "valid_to: 1999-01-01", "in order"),
        ("rule: 旧", "rumour: 旧", "rumour"),
        ("default: true", "default: false", "label"),
        ("customer: any", "customer: cat", "customer"),
        ("title: 校验", "titel: 校验", "titel"),
        ("intent:", "intent", "no guide"),
    ],
)
def test_that_a_broken_guide_is_named_with_its_reason(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    file = tmp_path / "broken.yml"
    file.write_text(GUIDE.replace(before, after, 1), "utf-8")
    with pytest.raises(MisconfiguredError, match=reason) as error:
        guide.read([file])
    assert "broken.yml" in str(error.value)


def test_that_a_changed_file_counts_at_once_and_a_broken_one_leaves_the_last_good(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text(GUIDE, "utf-8")
    watched = Watched(lambda: sorted(tmp_path.glob("*.yml")), guide.read)
    assert watched.get()["apply_meter_test"].variants[0].title == "校验"
    for number, (written, title) in enumerate(
        [(GUIDE.replace("校验", "检定"), "检定"), ("variants: [", "检定"), (GUIDE, "校验")], 1
    ):
        file.write_text(written, "utf-8")
        os.utime(file, (number, number))
        assert watched.get()["apply_meter_test"].variants[0].title == title


def test_that_a_file_broken_from_the_start_stops(tmp_path: Path) -> None:
    for broken in ("facts: {a: {reader: mind}}\nwords: {}", "words: {}", "["):
        file = tmp_path / "gathering.yml"
        file.write_text(broken, "utf-8")
        with pytest.raises(MisconfiguredError):
            load([file])
        with pytest.raises(MisconfiguredError):
            load_voices([file])


def test_that_every_term_can_be_spoken() -> None:
    for one in guide.GUIDES.get().values():
        for variant in one.variants:
            for term in variant.terms:
                assert term.text.endswith("。"), term.text
                assert not any(mark in term.text for mark in ("http", "www", "\n", "·", "*")), term.text


def test_that_choices_and_voices_ask_only_for_known_facts() -> None:
    known = GATHERING.get().facts
    for voice in VOICES.get().kinds.values():
        assert set(voice.facts) <= set(known)


@pytest.mark.parametrize(
    ("text", "says"),
    [("我要投诉", False), ("投诉你们服务态度", False), ("建议", False), ("抄表的骂我婆婆还不道歉", True)],
)
def test_that_wanting_to_complain_is_told_from_a_complaint(text: str, says: bool) -> None:
    assert (len(VOICES.get().content(text)) >= 6) == says
