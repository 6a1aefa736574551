"""Domain, rules, code and words agree; words hold no figure that could go stale."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import Any

import pytest
import yaml

from actions.app import ACTIONS
from kit.facts import Facts
from kit.settings import ROOT
from kit.wording import Wording
from tests.actions.rasa import rules

CHANNELS = ("wechat", "web", "ivr")
OURS = (
    "account.yml",
    "application.yml",
    "binding.yml",
    "dialogue.yml",
    "fault.yml",
    "hall.yml",
    "knowledge.yml",
    "measures.yml",
    "notice.yml",
    "outage.yml",
    "records.yml",
    "tariff.yml",
    "ticket.yml",
    "voice.yml",
    "wish.yml",
)
_KEY = re.compile(r'"(utter_[a-z0-9_]+)"')
_PIECE = re.compile(r'piece\(\s*"([a-z_]+)"')
# Numbers of public services, and places in a list.
_KNOWN = re.compile(r"95598|12398|120|119|110|12315")
_PLACE_IN_LIST = re.compile(r"^\d\. ", re.MULTILINE)
_NUMERAL = "零〇一二两三四五六七八九十百千万"
_UNIT = "(?:个?工作日|个?月|个?小时|分钟|千伏安|千瓦|周|天|日|年|位|米|元|块|毛|角|分|度|次|家|件|户|项|伏|倍|成|人|口|点|岁)"
# Digits, and numerals with a unit; one alone is no figure (任意一项, 再说一次), nor is the name of a unit (千伏安).
_FIGURE = re.compile(
    rf"\d+|百分之[{_NUMERAL}]+|(?<![第{_NUMERAL}])(?!一[^{_NUMERAL}]|千伏|百分之(?![{_NUMERAL}]))[{_NUMERAL}]+{_UNIT}"
)
# Not figures that could change: what is asked for, and what it is.
IDIOMS = {
    "四位": "the last four digits of a telephone number are what verification compares",
}
SCREEN_ONLY = (
    "desk.yml",
    "conversation.yml",
    "wechat.yml",
    "web.yml",
)  # without an ivr variant: for screens only


@lru_cache(maxsize=1)
def domain() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def catalogue() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name in OURS:
        found |= yaml.safe_load((ROOT / "data" / "responses" / name).read_text("utf-8"))["responses"]
    return found


def used() -> set[str]:
    """Every key that domain, rules and code speak of, spelled out."""
    code = "".join(file.read_text("utf-8") for file in (ROOT / "actions").rglob("*.py"))
    names = set(domain()["responses"]) | set(_KEY.findall(code))
    names |= {f"utter_{piece}" for piece in _PIECE.findall(code)}
    names |= {action for actions in rules().values() for action in actions if action.startswith("utter_")}
    return names


@pytest.mark.parametrize("channel", CHANNELS)
def test_that_every_key_has_words_for_every_channel(channel: str) -> None:
    from kit.wording import RESPONSES

    keys = set(Wording().keys())
    assert not sorted(used() - keys)
    for file in RESPONSES.glob("*.yml"):
        if file.name in OURS:
            for key, variants in yaml.safe_load(file.read_text("utf-8"))["responses"].items():
                assert any(v.get("channel", channel) == channel for v in variants), key


def test_that_no_words_are_left_over() -> None:
    code = "".join(file.read_text("utf-8") for file in (ROOT / "actions").rglob("*.py"))
    for key in catalogue():
        stem = key.removeprefix("utter_")
        made = [  # keys put together from a prefix and what a record says
            "bill_", "part_outage_", "outage_", "part_month", "hall_", "wish_", "fault_ask_", "part_fault_",
            "part_line_", "part_bill_kind_", "part_hours_", "part_tier", "tier_", "suspension_", "rates_", "late_fee_",
            "apply_ask_", "part_apply_", "voice_", "part_way_", "part_case_", "payment_", "binding_",
            "ticket_", "order_", "notice_", "relief_", "part_relief_", "part_wish_",
        ]  # fmt: skip
        assert key in used() or stem in code or any(stem.startswith(prefix) for prefix in made), key


def everywhere() -> list[tuple[str, str, bool]]:
    """`(key, text without placeholders, spoken)` of all that can be said, whoever says it."""
    found = []
    for file in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for key, variants in yaml.safe_load(file.read_text("utf-8"))["responses"].items():
            for variant in variants:
                alone = not any(v.get("channel") == "ivr" for v in variants)
                spoken = variant.get("channel") == "ivr" or ("channel" not in variant and alone)
                for text in filter(None, (variant["text"], variant.get("undated"))):
                    bare = "".join(part for part, *_ in Formatter().parse(text))
                    found.append((key, bare, spoken and file.name not in SCREEN_ONLY))
    return found


def test_that_words_hold_no_loose_figures() -> None:
    for key, bare, _ in everywhere():
        told = _KNOWN.sub("", _PLACE_IN_LIST.sub("", bare))
        loose = [found for found in _FIGURE.findall(told) if found not in IDIOMS]
        assert not loose, (key, loose)


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("五个工作日内答复", ["五个工作日"]), ("3天", ["3"]), ("每度六角", ["六角"]), ("百分之五", ["百分之五"]), ("第一个", []),
        ("任意一项", []), ("千瓦或者千伏安", []), ("十千伏", ["十千伏"]), ("三零服务", []), ("十一月", ["十一月"]), ("再说一遍", []), ("二十四小时", ["二十四小时"]),
    ],
)  # fmt: skip
def test_that_a_loose_figure_is_seen(text: str, loose: list[str]) -> None:
    assert _FIGURE.findall(text) == loose


def test_that_every_figure_in_words_is_in_force() -> None:
    facts = Facts()
    for file in (ROOT / "data" / "responses").glob("*.yml"):
        for name in re.findall(r"\{fact_([a-z0-9_]+)", file.read_text("utf-8")):
            assert facts.get(name).value > 0, (file.name, name)


def test_that_words_with_a_figure_have_words_for_a_day_on_which_it_is_not_in_force() -> None:
    files = (ROOT / "data" / "responses").glob("*.yml")
    for key, variants in (
        (k, v) for f in files for k, v in yaml.safe_load(f.read_text("utf-8"))["responses"].items()
    ):
        for variant in variants:
            undated = variant.get("undated", "")
            assert ("{fact_" in variant["text"]) == bool(undated), key
            assert "{fact_" not in undated, key
            values = [
                {field for _, field, *_ in Formatter().parse(text) if field and not field.startswith("fact_")}
                for text in (variant["text"], undated or variant["text"])
            ]
            assert values[1] <= values[0], key


def test_that_spoken_words_hold_no_digits_links_or_lists() -> None:
    for key, bare, spoken in everywhere():
        assert not spoken or not re.search(r"\d|http|www|·|\n|回复“|按钮", bare), key


def test_that_spoken_words_are_short() -> None:
    for key, variants in catalogue().items():
        for variant in variants:
            if variant.get("channel") == "ivr":
                bare = "".join(text for text, *_ in Formatter().parse(variant["text"]))
                assert len(bare) <= 90, key


def test_that_every_intent_of_the_domain_has_a_rule_and_no_other() -> None:
    assert set(rules()) == set(domain()["intents"])


def test_that_every_rule_asks_for_understanding() -> None:
    for file in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]:
            assert rule["condition"] == [{"slot_was_set": [{"understood": True}]}], rule["rule"]


def test_that_training_data_know_the_intents_and_entities_of_the_domain() -> None:
    entities = {next(iter(one)) for one in domain()["entities"]}
    for file in (ROOT / "data" / "nlu").glob("*.yml"):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            assert block["intent"] in domain()["intents"]
            named = re.findall(r"\]\(([a-z_]+)\)|\"entity\":\s*\"([a-z_]+)\"", block["examples"])
            assert {a or b for a, b in named} <= entities


def test_that_domain_and_code_have_the_same_actions() -> None:
    assert set(domain()["actions"]) == {kind.action_name for kind in ACTIONS}


def test_that_slots_fill_themselves_from_nothing() -> None:
    assert all(slot["mappings"] == [{"type": "custom"}] for slot in domain()["slots"].values())
    assert domain()["session_config"] == {
        "session_expiration_time": 30, "carry_over_slots_to_new_session": False
    }  # fmt: skip
