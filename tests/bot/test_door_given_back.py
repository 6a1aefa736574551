"""A message that an action gives back to the rules with another meaning; and how well it was heard, as far as the model."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.nlu.classifiers.keyword_intent_classifier import KeywordIntentClassifier

from tests.bot.action_server import event

pytest_plugins = ("tests.bot.doors",)
pytestmark = pytest.mark.asyncio


def given_back(message_id: str, intent: str, text: str) -> dict[str, Any]:
    """The answer of an action that takes the message for `text`, meaning `intent`."""
    meaning = {"name": intent, "confidence": 1.0}
    metadata = {"channel": "wechat", "epoch": 3, "message_id": message_id}
    parse = {
        "text": text,
        "intent": meaning,
        "intent_ranking": [meaning],
        "entities": [],
        "metadata": metadata,
    }
    told = {"message_id": message_id, "metadata": metadata, "input_channel": "wechat"}
    return {
        "events": [
            event("slot", name="mood", value=None),
            event("action", name="action_listen"),
            event("user", text=text, parse_data={**parse, "message_id": message_id}, **told),
        ]
    }


async def test_that_a_message_given_back_runs_its_rule(house, actions):
    actions.answers["action_quiet"] = given_back("m-1", "two", "先前的话")
    status, body = await house.turn("安静", message_id="m-1")

    assert status == 200, body
    assert [message["text"] for message in body["messages"]] == ["第一步", "第二步"]
    assert body["intent"]["name"] == "two"
    seen = next(call for call in actions.calls if call.get("next_action") == "action_first")
    latest = seen["tracker"]["latest_message"]
    assert (latest["text"], latest["message_id"]) == ("先前的话", "m-1")
    assert latest["metadata"]["epoch"] == 3


async def test_that_what_was_said_before_it_is_part_of_the_answer(house, actions):
    answer = given_back("m-1", "two", "另外一件")
    actions.answers["action_quiet"] = {**answer, "responses": [{"text": "第一件办好了"}]}
    _, body = await house.turn("安静", message_id="m-1")
    assert [message["text"] for message in body["messages"]] == ["第一件办好了", "第一步", "第二步"]
    _, again = await house.turn("安静", message_id="m-1")
    assert again["messages"] == body["messages"]
    assert await house.says("你好") == ["utter_greet wechat"]


async def test_that_it_is_answered_once(house, actions, rows):
    actions.answers["action_quiet"] = given_back("m-1", "two", "先前的话")
    first = await house.turn("安静", message_id="m-1")
    asked, stored = actions.asked(), rows.all()
    again = await house.turn("安静", message_id="m-1")

    assert again[1]["replayed"] is True
    assert again[1]["messages"] == first[1]["messages"]
    assert actions.asked() == asked
    assert rows.all() == stored


async def test_that_the_conversation_goes_on_after_it(house, actions):
    actions.answers["action_quiet"] = given_back("m-1", "bill", "先前的话")
    _, body = await house.turn("安静", message_id="m-1")
    assert [message["text"] for message in body["messages"]] == ["utter_ask_account wechat"]
    assert await house.says("3100000000018") == ["账单128元"]
    assert await house.says("你好") == ["utter_greet wechat"]


@pytest.fixture
def heard(monkeypatch):
    """The messages that the model's component gets; asked for before the door, which binds components as it loads."""
    got: list[Any] = []
    process = KeywordIntentClassifier.process

    def listening(self, messages):
        got.extend(messages)
        return process(self, messages)

    monkeypatch.setattr(KeywordIntentClassifier, "process", listening)
    return got


@pytest.mark.parametrize("call", ["turn", "parse"])
async def test_that_a_low_confidence_of_the_recogniser_reaches_the_models_components(heard, house, call):
    nbest = [{"text": "你好", "confidence": 0.12}, {"text": "你号", "confidence": None}]
    body = {"conversation": "c1", "message_id": "m1", "text": "你好", "channel": "ivr", "epoch": 0}
    heard.clear()  # the canaries
    status, _ = await house.post(call, {**body, "asr_confidence": 0.12, "nbest": nbest})

    assert status == 200
    [message] = heard
    assert message.get("metadata")["asr"] == {"confidence": 0.12, "nbest": nbest}


async def test_that_what_was_said_before_is_part_of_the_turn(house, actions):
    back = given_back("m-1", "two", "先前的话")
    actions.answers["action_quiet"] = {**back, "responses": [{"text": "先说这一件"}]}
    first = await house.turn("安静", message_id="m-1")

    assert [message["text"] for message in first[1]["messages"]] == ["先说这一件", "第一步", "第二步"]
    again = await house.turn("安静", message_id="m-1")
    assert again[1]["messages"] == first[1]["messages"]


async def test_that_the_turn_before_is_none_of_it(house, actions):
    actions.answers["action_quiet"] = given_back("m-2", "two", "先前的话")
    await house.turn("安静", message_id="m-1")
    status, body = await house.turn("安静", message_id="m-2")
    assert status == 200, body
    assert [message["text"] for message in body["messages"]] == ["第一步", "第二步"]
