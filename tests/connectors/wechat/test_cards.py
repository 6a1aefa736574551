"""Cards, menus and links on WeChat: each in the platform's own form, and in words where it will not have that."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connectors.wechat import WeChatChannel
from connectors.wechat.text import rendered
from conversations import record
from conversations.models import Conversation, Message
from conversations.ports import BotTurn, Delivery, Said
from kit.wording import Wording
from tests.connectors.wechat.conftest import SECURE, Post, Town, ours

URL = "https://www.95598.cn/osgweb/index"
CARD = {"page": "pay", "title": "网上交电费", "about": "登录后给户号交费。", "url": URL}
PROGRAM = {"pay": {"appid": "wxprogram", "path": "pages/pay"}}
WORDS = "网上交电费\n登录后给户号交费。"
MENU = {"buttons": [{"title": "记住", "payload": "是"}, {"title": "不用", "payload": "不用了"}]}
Send = Callable[[], Awaitable[Delivery]]


def sender(post: Post, payload: dict[str, Any], **account: Any) -> Send:
    """Send one and the same message, as often as it is called."""
    if account:
        post.channel = WeChatChannel(
            [ours(SECURE, post.account.api_url, **account)], post.redis, post.pictures
        )
    message = Message(id=uuid.uuid4(), author="bot", text="要我记住吗？", payload=payload)
    return lambda: post.channel.send(post.chat(), message)


def lines(post: Post) -> list[dict[str, Any]]:
    return post.platform.lines(SECURE.appid, post.resident)


async def test_that_a_page_is_an_article_of_one(post: Post) -> None:
    assert await sender(post, {"data": {"card": CARD}})() == Delivery("sent")
    [line] = lines(post)
    assert (line["kind"], line["card"]) == (
        "news",
        {"title": CARD["title"], "about": CARD["about"], "href": URL},
    )


@pytest.mark.parametrize(
    ("trick", "times", "states", "seen"),
    [
        ("card_refused", 1, ["sent"], "text"),
        ("busy", 1, ["retry", "sent"], "news"),
        ("busy", 3, ["retry", "retry", "sent"], "text"),
        ("quota", 1, ["parked", "sent"], "news"),
        ("send_timeout", 1, ["unconfirmed"], "news"),
    ],
)
async def test_that_each_refusal_ends_with_the_card_or_its_link(
    post: Post, trick: str, times: int, states: list[str], seen: str
) -> None:
    send = sender(post, {"data": {"card": CARD}})
    post.platform.mischief[trick] = times
    assert [(await send()).state for _ in states] == states
    [line] = lines(post)
    assert line["kind"] == seen
    if seen == "text":
        assert line["text"] == WORDS
        assert line["parts"][0] == {"text": "网上交电费", "href": URL}


async def test_that_a_page_with_a_mini_program_opens_there_below_a_cover(post: Post) -> None:
    send = sender(post, {"data": {"card": CARD}}, mini_programs=PROGRAM)
    assert await send() == Delivery("sent")
    [line] = lines(post)
    assert line["card"] == {"title": "网上交电费", "about": "", "href": "wxprogram/pages/pay"}
    cover = post.platform.media_of(SECURE.appid, line["media"])
    assert cover is not None
    assert cover.startswith(b"\x89PNG")
    await post.channel.aclose()


async def test_that_a_mini_program_that_is_refused_is_a_link(post: Post) -> None:
    send = sender(post, {"data": {"card": CARD}}, mini_programs=PROGRAM)
    post.platform.mischief["program_refused"] = 1
    delivery = await send()
    assert (delivery.state, "card was not shown" in delivery.error) == ("sent", True)
    assert [line["text"] for line in lines(post)] == [WORDS]
    await post.channel.aclose()


async def test_that_choices_are_a_menu_to_tap(post: Post) -> None:
    assert await sender(post, MENU)() == Delivery("sent")
    [line] = lines(post)
    assert (line["kind"], line["text"]) == ("msgmenu", "要我记住吗？")
    assert [choice["content"] for choice in line["menu"]] == ["记住", "不用"]


async def test_that_a_refused_menu_is_a_numbered_list(post: Post) -> None:
    post.platform.mischief["menu_refused"] = 1
    assert (await sender(post, MENU)()).state == "sent"
    [line] = lines(post)
    assert line["text"] == "要我记住吗？\n\n1. 记住\n2. 不用\n（回复序号或文字都可以）"


def test_that_choices_in_text_are_tapped_only_where_nothing_has_to_be_escaped() -> None:
    choices = {
        "buttons": [{"title": "15%以上"}, {"title": "a&b"}, {"title": '"x"'}, {"title": "牡丹路60弄（南）"}]
    }
    message = Message(id=uuid.uuid4(), author="bot", text="哪一个？", payload=choices)
    text = rendered(message, Wording(), menu_links=True)
    assert '\n1. 15%以上\n2. a&b\n3. "x"\n<a href=' in text
    assert 'msgmenucontent=牡丹路60弄（南）&msgmenuid=4">4. 牡丹路60弄（南）</a>' in text
    assert "<a" not in rendered(message, Wording())


@pytest.mark.parametrize(
    "card",
    [
        None,
        7,
        {"title": "x"},
        {**CARD, "url": "http://95598.cn"},
        {**CARD, "more": 1},
        {**CARD, "url": "javascript:x"},
    ],
)
def test_that_what_is_no_card_stays_words(card: Any) -> None:
    message = Message(id=uuid.uuid4(), author="bot", text="网上交电费", payload={"data": {"card": card}})
    assert rendered(message, Wording()) == "网上交电费"


def answers(town: Town, *words: Said) -> None:
    async def turn(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        town.bot.turns.append(message.text)
        return BotTurn(list(words))

    town.bot.turn = turn  # type: ignore[method-assign]


async def test_that_the_card_follows_the_words_of_the_response(town: Town) -> None:
    await town.say("hello")
    answers(town, Said("目前欠费"), Said("网上交电费", data={"card": CARD}))
    went = await town.say("查电费")
    assert went["deliveries"][0]["text"] == "目前欠费"
    assert (await town.shows(3))[1:] == ["目前欠费", "网上交电费"]
    assert (await town.becomes("网上交电费", "sent")).via == "send"


async def test_that_a_tap_on_a_pushed_menu_is_its_choice(town: Town) -> None:
    await town.say("hello")
    answers(town, Said("记住了"))
    house = town.house
    conversation = await house.find("wechat", SECURE.appid, town.resident)
    assert conversation is not None
    async with house.db.work() as session:
        locked = await record.lock_conversation(session, conversation.id)
        await record.say(session, locked, Said("要我记住吗？", MENU["buttons"]), author="bot")
        await house.on_their_way(session, locked)
    assert (await town.shows(2))[-1] == "要我记住吗？"
    await town.say("记住", fields={"bizmsgmenuid": "1"})
    assert town.bot.turns[-1] == "是"
