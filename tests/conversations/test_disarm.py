"""What residents write is plain text; what holds no words means nothing."""

from __future__ import annotations

import pytest

from conversations.bot import BotDoor
from conversations.disarm import disarm
from conversations.models import Message
from conversations.ports import Parse
from kit import clock
from tests.conversations.conftest import House


async def test_that_slash_commands_reach_the_bot_as_plain_text() -> None:
    for written in (
        "/restart",
        "\u200b/restart",
        "/／restart",
        " \u3000／ /restart",
        "\ufeff⁄restart",
        "/\u200d/restart",
    ):
        assert disarm(written) == "restart"
    assert disarm('／inform{"a":1}') == 'inform{"a":1}'
    assert disarm("每天3/4小时") == "每天3/4小时"
    assert disarm("/::)停电了") == "::)停电了"
    assert disarm("a\x00b") == "ab"


# What a model takes for danger, a yes, or anything else.
WORDLESS = [
    "",
    "。",
    "，",
    "、",
    "！",
    "……",
    "？",
    "???",
    " 。 ！",
    "\u200b",
    "/",
    "👍",
    "😊😊",
    "～",
    "/::)",
    "。\u3164",
]


@pytest.mark.parametrize("written", WORDLESS)
async def test_that_what_holds_no_words_means_nothing(open_house: House, written: str) -> None:
    words = await open_house.answered(written)
    assert words[-1] == open_house.conversations.wording.text("utter_empty", "web")
    assert open_house.bot.asked == []


@pytest.mark.parametrize("written", ["好", "1", "①", "。停电了", "1️⃣", "a", "〇", "/restart"])
async def test_that_one_word_is_enough_to_be_heard(open_house: House, written: str) -> None:
    await open_house.answered(written)
    assert open_house.bot.asked == [written]


@pytest.mark.parametrize("written", WORDLESS)
@pytest.mark.parametrize("owner", ["queue", "agent"])
async def test_that_what_holds_no_words_is_no_emergency_and_no_wish_while_a_person_is_awaited(
    open_house: House, owner: str, written: str
) -> None:
    await open_house.answered("hello")
    conversation = await open_house.conversations.find("web", "a", "o1")
    assert conversation is not None
    await open_house.give_to(owner, conversation.id)
    open_house.bot.parses[written] = Parse("cancel", 0.9, {"cancel": 0.9, "report_emergency": 0.6})
    words = await open_house.answered(written)
    assert [("第2位" in text, "8米" in text) for text in words] == [(True, False)] * (owner == "queue")
    assert open_house.desk.alarms == []


async def test_that_no_line_without_words_is_heard_with_the_others() -> None:
    lines = [{"text": "停电了"}, {"text": "。"}, {"text": " "}, {"text": "/电停了"}]
    message = Message(text="停电了", payload={"nbest": lines}, created_at=clock.now())
    heard = BotDoor._heard(message, "ivr")
    assert [line["text"] for line in heard["nbest"]] == ["停电了", "电停了"]
