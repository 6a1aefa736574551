"""The action server's doors: token, status codes, nothing personal in answers or logs."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.app import ACTIONS, create_app, executor_of, run
from actions.clients import Clients
from tests.actions import servers
from tests.actions.conftest import World
from tests.actions.rasa import client

SECRET = "户主王建国3100000000018"


def call(name: str, **changes: Any) -> dict[str, Any]:
    message = {
        "text": SECRET, "intent": {"name": "greet", "confidence": 0.9}, "entities": [],
        "metadata": {"channel": "web", "epoch": 0, "message_id": "m"},
    }  # fmt: skip
    tracker = {"sender_id": "c", "slots": {}, "latest_message": message, "events": [], "active_loop": {}}
    return {"next_action": name, "sender_id": "c", "tracker": tracker, "version": "3.6.21"} | changes


@pytest.mark.parametrize("path", ["/webhook", "/nlg"])
@pytest.mark.parametrize("token", ["", "wrong", servers.BACKENDS])
async def test_that_a_wrong_token_is_refused(world: World, path: str, token: str) -> None:
    async with client(world.actions, token) as http:
        answer = await http.post(path, json={})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


async def test_that_health_needs_no_token(world: World) -> None:
    async with client(world.actions, "") as http:
        assert (await http.get("/health")).json() == {"status": "ok"}


async def test_that_an_unknown_action_is_404(world: World) -> None:
    answer = await world.http.post("/webhook", json=call("action_unknown"))
    assert answer.status_code == 404
    assert answer.json()["action_name"] == "action_unknown"


async def test_that_a_digest_without_its_domain_is_449(world: World) -> None:
    body = call("action_affirm", domain_digest="d")
    assert (await world.http.post("/webhook", json=body)).status_code == 449
    body = call("action_affirm", domain_digest="d", domain={"intents": []})
    assert (await world.http.post("/webhook", json=body)).status_code == 200


async def test_that_a_rejection_is_400() -> None:
    clients = Clients.build(servers.settings_of())
    executor = executor_of(clients)

    async def refuse(dispatcher: Any, tracker: Any, domain: Any) -> None:
        raise ActionExecutionRejection("action_affirm")

    executor.register_function("action_affirm", refuse)
    answer = await run(executor, call("action_affirm"))
    assert answer.status_code == 400
    await clients.aclose()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no json", b'{"next_action": "action_affirm"}', b'{"tracker": {}}']
)
async def test_that_a_malformed_call_is_400(world: World, body: bytes) -> None:
    answer = await world.http.post("/webhook", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


async def test_that_a_huge_body_is_413(world: World) -> None:
    answer = await world.http.post("/webhook", content=b" " * (2**20 + 1))
    assert answer.status_code == 413


async def test_that_a_failure_quotes_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    broken = call("action_handoff")
    broken["tracker"]["latest_message"]["metadata"] = {"channel": "web", "epoch": SECRET, "message_id": "m"}
    with caplog.at_level(logging.DEBUG):
        answer = await world.http.post("/webhook", json=broken)
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert SECRET not in caplog.text


async def test_that_an_ordinary_turn_logs_nothing_personal(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        talk = world.talk()
        await talk.says("查3200456789电费，手机尾号1234", "query_bill", ("account_number", "3200456789"))
        await talk.says("转人工", "request_agent")
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("actions", "rasa_sdk")))
    assert "3200456789" not in logged
    assert "1234" not in logged


async def test_that_words_of_a_response_are_rendered_for_the_channel(world: World) -> None:
    body = {
        "response": "utter_greet",
        "id": None,
        "arguments": {},
        "tracker": {},
        "channel": {"name": "wechat"},
    }
    written = (await world.http.post("/nlg", json=body)).json()
    assert written["buttons"]
    metadata = {"latest_message": {"metadata": {"channel": "ivr"}}}
    spoken = (await world.http.post("/nlg", json=body | {"tracker": metadata})).json()
    assert spoken["text"] != written["text"]
    assert spoken["buttons"] == []


async def test_that_unknown_words_are_404_and_an_unknown_channel_400(world: World) -> None:
    body = {"response": "utter_nothing", "channel": {"name": "web"}}
    assert (await world.http.post("/nlg", json=body)).status_code == 404
    body = {"response": "utter_greet", "channel": {"name": "fax"}}
    assert (await world.http.post("/nlg", json=body)).status_code == 400
    body = {"response": "utter_bill_paid", "channel": {"name": "web"}}
    assert (await world.http.post("/nlg", json=body)).status_code == 500


def test_that_an_empty_token_opens_nothing() -> None:
    from pydantic import SecretStr

    settings = servers.settings_of().model_copy(update={"internal_token": SecretStr("")})
    assert create_app(settings)
    assert len({kind.action_name for kind in ACTIONS}) == len(ACTIONS)
