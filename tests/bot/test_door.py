"""The door's four calls over real HTTP, on a real database and a real action server."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest_plugins = ("tests.bot.doors",)
pytestmark = pytest.mark.asyncio


async def test_that_a_turn_answers_with_words_intent_and_actions(house, actions, rows):
    status, body = await house.turn(
        "你好", message_id="m-1", nbest=[{"text": "你号", "confidence": 0.4}], asr_confidence=0.7
    )

    assert status == 200
    assert body["message_id"] == "m-1"
    assert body["replayed"] is False
    assert body["messages"] == [
        {
            "text": "utter_greet wechat",
            "buttons": [],
            "data": {"variant": "wechat", "utter_action": "utter_greet"},
        }
    ]
    assert body["intent"] == {"name": "greet", "confidence": 1.0}
    assert body["entities"] == []
    assert body["actions"] == ["utter_greet"]
    assert body["elapsed_ms"] > 0
    assert list(rows.all()) == ["c1"]


async def test_that_actions_see_channel_epoch_and_what_was_heard(house, actions):
    await house.turn(
        "两步", message_id="m-7", epoch=9, channel="ivr", asr_confidence=0.5, now="2026-01-02T03:04:05+08:00",
        nbest=[{"text": "两部", "confidence": 0.2}], caller="13800001234",
    )  # fmt: skip
    call = next(call for call in actions.calls if call.get("next_action") == "action_first")

    assert call["sender_id"] == "c1"
    assert call["tracker"]["latest_input_channel"] == "ivr"
    assert call["tracker"]["latest_message"]["message_id"] == "m-7"
    metadata = call["tracker"]["latest_message"]["metadata"]
    assert {key: metadata[key] for key in ("channel", "epoch", "message_id", "asr", "now", "caller")} == {
        "channel": "ivr",
        "epoch": 9,
        "message_id": "m-7",
        "asr": {"confidence": 0.5, "nbest": [{"text": "两部", "confidence": 0.2}]},
        "now": "2026-01-02T03:04:05+08:00",
        "caller": "13800001234",
    }
    assert "domain" not in call


async def test_that_a_picture_of_an_action_is_a_message_of_its_own_the_second_time_too(house, actions):
    actions.answers["action_first"] = {
        "responses": [
            {"text": "先看图", "buttons": [], "custom": {}},
            {"text": "用电量：6月最多", "buttons": [], "custom": {"picture": "p-1"}},
        ]
    }
    said = [(await house.turn("两步", message_id="m-1"))[1]["messages"][:2] for _ in range(2)]
    assert said[0] == said[1]
    assert [(one["text"], one["data"]) for one in said[0]] == [
        ("先看图", {}),
        ("用电量：6月最多", {"picture": "p-1"}),
    ]


async def test_that_a_dialogue_remembers_over_turns(house):
    assert await house.says("查电费") == ["utter_ask_account wechat"]
    assert await house.says("3100000000018") == ["账单128元"]


async def test_that_a_repeated_message_gets_the_same_words_and_runs_nothing(house, actions, rows):
    first = await house.turn("两步", message_id="m-1")
    asked, stored = actions.asked(), rows.all()
    again = await house.turn("两步", message_id="m-1")

    assert first[0] == again[0] == 200
    assert again[1]["replayed"] is True
    for key in ("messages", "intent", "entities", "actions"):
        assert again[1][key] == first[1][key]
    assert actions.asked() == asked
    assert rows.all() == stored


async def test_that_a_persons_words_are_not_repeated_as_the_bots(house):
    await house.turn("两步", message_id="m-1")
    await house.post("events", {"conversation": "c1", "events": [{"event": "bot", "text": "我是坐席"}]})

    assert [m["text"] for m in (await house.turn("两步", message_id="m-1"))[1]["messages"]] == [
        "第一步",
        "第二步",
    ]


async def test_that_turns_of_one_conversation_run_one_after_the_other(house, actions):
    actions.delay = 0.05
    results = await asyncio.gather(*(house.turn("两步", message_id=f"p{i}") for i in range(6)))

    assert [status for status, _ in results] == [200] * 6
    assert actions.most_at_once == 1
    assert actions.asked() == ["action_first", "action_second"] * 6


async def test_that_turns_of_different_conversations_run_at_the_same_time(house, actions):
    actions.delay = 0.2
    await asyncio.gather(*(house.turn("两步", conversation=f"c{i}") for i in range(3)))

    assert actions.most_at_once > 1


@pytest.mark.parametrize(
    "text",
    [
        "/restart", "／restart", " /restart", "\u200b/restart", "/／restart", "/session_start", "/greet",
        '/inform{"number": "1"}', "／inform{\"number\": \"1\"}", "/greet@1.0", "/",
    ],
)  # fmt: skip
async def test_that_what_looks_like_a_command_is_plain_text(house, rows, text):
    await house.says("查电费")
    status, body = await house.turn(text)

    # The form took the text as the account number: the dialogue went on, nothing was restarted.
    assert status == 200
    assert [m["text"] for m in body["messages"]] == ["账单128元"]
    assert body["intent"]["name"] not in ("restart", "session_start", "inform", "greet")
    assert body["entities"] == []
    events = json.loads(rows.all()["c1"][0])
    last = [event for event in events if event["event"] == "user"][-1]
    assert last["text"] == last["parse_data"]["text"] == text
    assert "restart" not in [event["event"] for event in events]
    assert (await house.post("parse", {"text": text}))[1] == {
        "text": text, "intent": {"name": None, "confidence": 0.0}, "intent_ranking": [], "entities": [],
    }  # fmt: skip


async def test_that_text_with_a_nul_or_half_a_character_survives(house, rows):
    text = "  你好\x00\ud83d \n"
    status, body = await house.turn(text)

    assert status == 200
    assert body["intent"]["name"] == "greet"
    assert [e["text"] for e in json.loads(rows.all()["c1"][0]) if e["event"] == "user"] == [text]
    assert await house.says("你好")


async def test_that_a_parse_leaves_no_row(house, rows):
    status, body = await house.post("parse", {"text": "  你好", "channel": "web", "nbest": [], "now": None})

    assert status == 200
    assert body["text"] == "  你好"
    assert body["intent"] == {"name": "greet", "confidence": 1.0}
    assert rows.all() == {}


async def test_that_a_paused_conversation_is_woken_by_a_resume(house, rows):
    status, body = await house.turn("转人工")
    assert (status, body["messages"], body["actions"]) == (200, [], ["action_handoff"])
    stored = rows.all()
    assert (await house.turn("你好"))[1]["error"]["code"] == "paused"
    assert rows.all() == stored

    events = [{"event": "resume"}, {"event": "slot", "name": "ticket", "value": None}]
    assert await house.post("events", {"conversation": "c1", "events": events}) == (200, {"count": 2})
    assert await house.says("你好") == ["utter_greet wechat"]


@pytest.mark.parametrize(
    ("events", "field"),
    [
        ([{"event": "resume"}, {"event": "sing"}], "events[1].event"),
        ([{"name": "ticket"}], "events[0].event"),
        (["resume"], "events[0].event"),
        ([{"event": "slot", "name": "no_such_slot", "value": 1}], "events[0].name"),
        ([{"event": "export", "path": "stories.yml"}], "events[0].event"),
        ([], "events"),
        (None, "events"),
    ],
)
async def test_that_an_unknown_event_changes_nothing(house, rows, events, field):
    await house.turn("转人工")
    stored = rows.all()
    status, body = await house.post("events", {"conversation": "c1", "events": events})

    assert status == 400
    assert body["error"]["field"] == field
    assert rows.all() == stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conversation": None}, "conversation"),
        ({"conversation": "a\x00b"}, "conversation"),
        ({"message_id": ""}, "message_id"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"channel": "telex"}, "channel"),
        ({"channel": None}, "channel"),
        ({"epoch": "1"}, "epoch"),
        ({"epoch": True}, "epoch"),
        ({"nbest": {}}, "nbest"),
        ({"nbest": [{"confidence": 1}]}, "nbest[0].text"),
        ({"asr_confidence": "high"}, "asr_confidence"),
        ({"now": "tomorrow"}, "now"),
        ({"caller": "sip:1"}, "caller"),
        ({"caller": 138}, "caller"),
    ],
)
async def test_that_a_bad_field_is_named(house, rows, change, field):
    body = {"conversation": "c1", "message_id": "m1", "text": "你好", "channel": "web", "epoch": 0}
    status, answer = await house.post("turn", {**body, **change})

    assert status == 400
    assert answer["error"]["code"] == "bad_request"
    assert answer["error"]["field"] == field
    assert rows.all() == {}


async def test_that_bad_json_and_big_bodies_are_refused(house):
    assert (await house.post("turn", b"{"))[1]["error"]["field"] == "body"
    assert (await house.post("turn", b"[]"))[1]["error"]["field"] == "body"
    assert (await house.post("parse", b"[" * 100_000))[1]["error"]["field"] == "body"
    big = json.dumps({"text": "x" * 300_000}).encode()
    assert (await house.post("parse", big))[0] == 413

    async def drops():
        for _ in range(300):
            yield b" " * 1024

    async with house.client.post(f"{house.url}/parse", data=drops()) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    "shown", [None, "Bearer wrong", "inner-token-of-the-tests", "Bearer ", "bearer \u00e9"]
)
async def test_that_every_call_wants_the_token(house, rows, actions, shown):
    headers = {"Authorization": shown or ""}
    body = {"conversation": "c1", "message_id": "m1", "text": "你好", "channel": "web", "epoch": 0}
    for call in ("turn", "parse", "events"):
        status, answer = await house.post(call, {**body, "events": [{"event": "resume"}]}, headers=headers)
        assert status == 401
        assert answer["error"]["code"] == "unauthorized"
    for path in ("health", "webhooks/rest/webhook", ""):
        async with house.client.get(f"{house.url}/{path}", headers=headers) as response:
            assert response.status == 401
    assert rows.all() == {}
    assert actions.calls == []


async def test_that_health_tells_model_and_canary(house):
    async with house.client.get(f"{house.url}/health") as response:
        body = await response.json()

    assert response.status == 200
    assert body["status"] == "ready"
    assert body["model"].endswith(".tar.gz")
    assert body["canary"]["slowest_ms"] > 0


async def test_that_nothing_else_is_open(house):
    for path in ("webhooks/rest/webhook", "model", "conversations/c1/tracker", "version"):
        async with house.client.get(f"{house.url}/{path}") as response:
            assert response.status == 404
    async with house.client.get(f"{house.url}/turn") as response:
        assert response.status == 405
