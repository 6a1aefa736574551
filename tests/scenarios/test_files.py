"""Scenario files themselves: complete, and a broken one is named with file, line and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.settings import ROOT
from tests.scenarios.files import NOW, BrokenScenario, read, read_all
from tests.scenarios.play import compare, read_tracker, template

INTENTS = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["intents"]
STRAYING = ("interrupted", "put_aside", "corrected", "stopped", "strayed")
GOOD = "- name: a\n  channel: web\n  steps:\n  - resident: 你好\n    expect: {says: 您好}\n"


def test_that_every_intent_has_at_least_two_scenarios() -> None:
    names: dict[str, set[str]] = {}
    for scenario in read_all():
        names.setdefault(scenario.file.stem, set()).add(scenario.name)
    assert [intent for intent in INTENTS if len(names.get(intent, ())) < 2] == []


def test_that_forty_conversations_are_interrupted_or_corrected() -> None:
    talks = {(one.file.stem, one.name) for one in read_all() if one.file.stem in STRAYING}
    assert len(talks) >= 40


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("- name: [", 1, "no YAML"),
        ("", 1, "must be a list"),
        (GOOD.replace("web", "fax"), 1, "channel is one or several of"),
        (GOOD.replace("resident", "says"), 4, "a step has no says"),
        (GOOD.replace("says:", "sings:"), 5, "expect has no sings"),
        (GOOD.replace("says: 您好", 'says: "/(/"'), 5, "no regular expression"),
        (GOOD.replace("says: 您好", "order: {colour: red}"), 5, "order has no colour"),
        (GOOD.replace("  steps", "  now: soon\n  steps"), 3, "now is a moment"),
        (GOOD.replace("你好", "12345"), 4, "quote digits"),
        (GOOD.replace("resident: 你好", "silent: true"), 4, "ivr only"),
        (GOOD.split("    expect")[0], 1, "nothing is expected"),
        (GOOD.replace("resident: 你好", "agent: sing"), 4, "agent: 'sing' is none of claim, release"),
        (GOOD.replace("resident: 你好", "agent: {close: ''}"), 4, "is none of claim"),
        (GOOD.replace("resident: 你好", "agent: {say: 好, close: resolved}"), 4, "is none of claim"),
        (GOOD.replace("web", "ivr").replace("resident: 你好", "agent: claim"), 4, "a call is transferred"),
        (GOOD.replace("resident: 你好", "other: 1"), 4, "quote digits"),
    ],
)
def test_that_a_broken_file_is_named_with_line_and_reason(
    tmp_path: Path, written: str, line: int, reason: str
) -> None:
    file = tmp_path / "broken.yml"
    file.write_text(written, "utf-8")
    with pytest.raises(BrokenScenario) as caught:
        list(read(file))
    assert f"broken.yml:{line}: " in str(caught.value)
    assert reason in str(caught.value)


def test_that_a_good_file_is_read_with_the_lines_of_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "good.yml"
    file.write_text(GOOD.replace("web", "[web, ivr]"), "utf-8")
    [web, phone] = read(file)
    assert (web.channel, phone.channel) == ("web", "ivr")
    assert (web.steps[0].lines["says"], web.steps[0].expect) == (5, {"says": ["您好"]})


def test_that_a_scenario_is_played_at_its_own_moment_or_at_that_of_all(tmp_path: Path) -> None:
    file = tmp_path / "good.yml"
    file.write_text(GOOD + GOOD.replace("  steps", '  now: "2020-02-20T10:05:00+08:00"\n  steps'), "utf-8")
    assert [scenario.now for scenario in read(file)] == [NOW, "2020-02-20T10:05:00+08:00"]


def test_that_what_an_agent_and_somebody_else_do_is_read(tmp_path: Path) -> None:
    file = tmp_path / "good.yml"
    steps = "  - agent: claim\n  - agent: {say: 您好}\n  - agent: {close: resolved}\n  - other: 你好\n"
    file.write_text(GOOD + steps, "utf-8")
    [scenario] = read(file)
    done = [(step.does, step.value) for step in scenario.steps[1:]]
    assert done == [
        ("agent", "claim"),
        ("agent", {"say": "您好"}),
        ("agent", {"close": "resolved"}),
        ("other", "你好"),
    ]


FACTS = {
    "actions": ["a", "b", "c"], "slots": {"address": "花木"}, "said": ["请说户号。"], "owner": "bot", "ticket": None, "cards": ["网上交电费"],
    "orders": [{"kind": "fault", "marks": ["elderly", "supervised"], "urgent": False}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("action", ["a", "c"], ["c", "a"]),
        ("says", ["户号", "/户.。/"], ["电费"]),
        ("says_not", ["电费"], ["户号"]),
        ("card", "网上交电费", "停电公告"),
        ("card", "网上交电费", "none"),
        ("slots", {"address": "花木"}, {"address": "牡丹"}),
        ("ticket", "none", {"urgent": True}),
        ("order", {"kind": "fault", "marks": ["elderly"]}, {"urgent": True}),
        ("order", {"kind": "fault"}, "none"),
        ("orders", 1, 2),
        ("owner", "bot", "queue"),
        ("silence", False, True),
    ],
)
def test_that_each_expectation_holds_and_fails(key: str, good: object, bad: object) -> None:
    assert compare(key, good, FACTS, "web") == []
    assert compare(key, bad, FACTS, "web") != []


def test_that_a_response_is_known_whatever_fills_it() -> None:
    assert (
        compare("asks", "utter_apply_ask_company", {**FACTS, "said": ["请问单位的名称是什么？"]}, "web") == []
    )
    assert compare("asks", "utter_apply_ask_company", FACTS, "web") != []
    with pytest.raises(LookupError, match="utter_none_such"):
        template("utter_none_such", "web")


def test_that_a_message_given_back_belongs_to_the_same_step() -> None:
    events: list[dict[str, Any]] = [
        {"event": "user", "message_id": "1"},
        {"event": "action", "name": "action_old"},
        {"event": "user", "message_id": "2"},
        {"event": "action", "name": "action_first"},
        {"event": "slot", "name": "x", "value": 1},
        {"event": "user", "message_id": "2"},
        {"event": "action", "name": "action_second"},
        {"event": "action", "name": "action_listen"},
    ]
    assert read_tracker(events, "resident") == (["action_first", "action_second"], {"x": 1})
