"""Domain, rules, code and words agree; words hold no figure that could go stale."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import Any

import pytest
import yaml

from actions.app import ACTIONS
from kit.settings import ROOT
from kit.wording import Wording
from tests.actions.rasa import rules

CHANNELS = ("wechat", "web", "ivr")
OURS = ("account.yml", "dialogue.yml", "hall.yml", "notice.yml", "outage.yml", "ticket.yml", "wish.yml")
_KEY = re.compile(r'"(utter_[a-z0-9_]+)"')
_PIECE = re.compile(r'piece\(\s*"([a-z_]+)"')
# Numbers of public services, and places in a list.
_KNOWN = re.compile(r"95598|12398|120|119|110")


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
    code = "".join(file.read_text("utf-8") for file in (ROOT / "actions").glob("*.py"))
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
    code = "".join(file.read_text("utf-8") for file in (ROOT / "actions").glob("*.py"))
    for key in catalogue():
        stem = key.removeprefix("utter_")
        made = [  # keys put together from a prefix and what a record says
            "bill_", "part_outage_", "outage_", "part_month", "hall_", "wish_", "ticket_", "order_", "notice_",
        ]  # fmt: skip
        assert key in used() or stem in code or any(stem.startswith(prefix) for prefix in made), key


def test_that_words_hold_no_loose_figures() -> None:
    for key, variants in catalogue().items():
        for variant in variants:
            bare = "".join(text for text, *_ in Formatter().parse(variant["text"]))
            assert not re.search(r"\d", _KNOWN.sub("", bare)), key


def test_that_spoken_words_hold_no_digits_links_or_lists() -> None:
    for key, variants in catalogue().items():
        for variant in variants:
            spoken = variant.get("channel") == "ivr" or not any(v.get("channel") == "ivr" for v in variants)
            bare = "".join(text for text, *_ in Formatter().parse(variant["text"]))
            assert not spoken or not re.search(r"\d|http|www|·|\n|回复“|按钮", bare), key


def test_that_spoken_words_are_short() -> None:
    for key, variants in catalogue().items():
        for variant in variants:
            if variant.get("channel") == "ivr":
                assert len(variant["text"]) <= 90, key


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
