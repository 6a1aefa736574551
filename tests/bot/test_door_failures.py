"""A failed turn says why with 502, leaves the conversation as it was, and a second try works."""

from __future__ import annotations

import pytest

from tests.bot.action_server import event, said
from tests.bot.doors import running_door

pytest_plugins = ("tests.bot.doors",)
pytestmark = pytest.mark.asyncio


async def fails(house, rows, text: str, code: str, message_id: str = "m-bad") -> None:
    """The turn fails with `code` and no row changes."""
    stored = rows.all()
    status, body = await house.turn(text, message_id=message_id)
    assert (status, body["error"]["code"]) == (502, code), body
    assert "秘密" not in body["error"]["reason"]
    assert text not in body["error"]["reason"]
    assert rows.all() == stored


@pytest.mark.parametrize("known", [False, True], ids=["first message", "later message"])
@pytest.mark.parametrize(
    ("text", "bad", "code"),
    [
        ("两步", {"action_first": "500"}, "action_error"),
        ("两步", {"action_first": "hang"}, "action_timeout"),
        ("两步", {"action_second": "hang"}, "action_timeout"),
        ("两步", {"action_first": "drop"}, "action_unreachable"),
        ("两步", {"action_first": "dies after"}, "action_unreachable"),
        ("你好", {"nlg": "500"}, "nlg_error"),
        ("你好", {"nlg": "hang"}, "nlg_timeout"),
        ("你好", {"nlg": "drop"}, "nlg_unreachable"),
        ("心情", {"action_mood": "500"}, "action_error"),  # slot extraction: Rasa only logs it
        ("心情", {"action_mood": "drop"}, "action_unreachable"),
    ],
)
async def test_that_a_broken_part_fails_the_turn_and_a_second_try_works(
    house, actions, rows, known, text, bad, code
):
    if known:
        await house.says("你好")
    actions.bad = bad
    await fails(house, rows, text, code)

    actions.bad = {}
    await actions.stop()
    await actions.start()
    actions.calls.clear()
    status, body = await house.turn(text, message_id="m-bad")
    assert status == 200
    assert body["replayed"] is False
    assert body["messages"]
    # The second try ran everything from the beginning.
    assert actions.calls
    assert text != "两步" or actions.asked() == ["action_first", "action_second"]


async def test_that_a_stopped_action_server_fails_the_turn(house, actions, rows):
    await house.says("你好")
    await actions.stop()
    await fails(house, rows, "两步", "action_unreachable")
    await fails(house, rows, "你好", "nlg_unreachable")
    await fails(house, rows, "心情", "action_unreachable")

    await actions.start()
    assert await house.says("两步", message_id="m-bad") == ["第一步", "第二步"]


async def test_that_an_action_without_an_event_fails_the_turn(house, actions, rows):
    await fails(house, rows, "安静", "no_event")

    actions.answers["action_quiet"] = said("好的")
    assert await house.says("安静", message_id="m-bad") == ["好的"]


async def test_that_silence_without_a_reason_fails_the_turn(house, actions, rows):
    actions.answers["action_quiet"] = {"events": [event("followup", name="action_listen")]}
    await fails(house, rows, "安静", "silent")
    actions.answers["action_quiet"] = {"responses": [{"text": ""}]}
    await fails(house, rows, "安静", "silent")

    actions.answers["action_quiet"] = {"events": [event("slot", name="ticket", value="1")]}
    assert await house.says("安静", message_id="m-bad") == []


async def test_that_nonsense_from_the_action_server_fails_the_turn(house, actions, rows):
    actions.answers["action_quiet"] = {"events": "none"}
    await fails(house, rows, "安静", "action_exception")
    actions.answers["action_quiet"] = {"events": [event("sing")]}
    await fails(house, rows, "安静", "action_exception")


async def test_that_words_that_are_none_fail_the_turn(house, rows):
    await fails(house, rows, "丢了", "nlg_error")


async def test_that_endless_actions_trip_the_circuit_breaker(house, rows):
    await fails(house, rows, "没完", "action_limit")


async def test_that_an_action_that_always_refuses_ends(house, rows):
    await fails(house, rows, "不行", "action_limit")


async def test_that_a_refused_slot_extraction_fails_the_turn(house, actions, rows):
    actions.bad = {"action_mood": "500"}
    await fails(house, rows, "心情", "action_error")


async def test_that_a_long_turn_is_cut_off(keyword_model, database_url, rows, actions):
    async with running_door(keyword_model, database_url, actions, timeout=5, turn_seconds=0.4) as house:
        actions.bad = {"action_second": "hang"}
        await fails(house, rows, "两步", "turn_timeout")
        actions.bad = {}
        assert await house.says("两步", message_id="m-bad") == ["第一步", "第二步"]


async def test_that_a_lost_lock_cannot_overwrite_a_turn(house, actions, rows):
    await house.says("你好")

    async def meanwhile(*_):
        rows.run("UPDATE rasa.tracker SET version = version + 1")

    actions.answers["action_quiet"] = said("好的")
    original = house.door.processor.answer

    async def answer(message, tracker):
        await original(message, tracker)
        await meanwhile()

    house.door.processor.answer = answer
    status, body = await house.turn("安静")
    assert (status, body["error"]["code"]) == (502, "conflict")
    house.door.processor.answer = original
    assert await house.says("安静") == ["好的"]


async def test_that_dead_database_connections_are_renewed(house, rows):
    await house.says("你好")
    rows.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hotline-bot'")

    assert await house.says("你好") == ["utter_greet wechat"]


async def test_that_a_database_that_fails_is_a_failed_turn(house, rows):
    await house.says("你好")
    rows.run("ALTER TABLE rasa.tracker RENAME TO gone")
    status, body = await house.turn("你好")
    assert (status, body["error"]["code"]) == (502, "storage")

    rows.run("ALTER TABLE rasa.gone RENAME TO tracker")
    assert await house.says("你好") == ["utter_greet wechat"]
