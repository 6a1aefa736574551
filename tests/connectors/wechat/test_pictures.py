"""Pictures on WeChat: uploaded once, sent in their place, and in words where the platform will not have them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from connectors.wechat import WeChatChannel
from conversations import record
from conversations.models import Conversation, Message
from conversations.ports import BotTurn, Delivery, InboundMessage, Said
from kit import clock
from tests.connectors.wechat.conftest import SECURE, Post, Town
from tests.pictures import png
from tests.serving import bound

ALT = "1至6月用电量：6月最多"
Send = Callable[[], Awaitable[Delivery]]


@pytest.fixture
async def send(post: Post) -> Send:
    """Send one and the same message that shows a picture, as often as it is called."""
    inbound = InboundMessage("wechat", SECURE.appid, post.resident, "m1", "用电量")
    async with post.db.work() as session:
        conversation = await record.get_or_create_conversation(session, inbound)
    kept = await post.pictures.keep(conversation.id, png=png(), alt=ALT)
    message = Message(
        id=uuid.uuid4(), author="bot", text=ALT, payload={"data": {"picture": str(kept)}}, created_at=clock.now()
    )  # fmt: skip
    return lambda: post.channel.send(conversation, message)


def shown(post: Post) -> list[str | bytes]:
    """What is on the phone: words, and pictures as their bytes."""
    lines = post.platform.lines(SECURE.appid, post.resident)
    return [post.platform.media_of(SECURE.appid, line["media"]) or line["text"] for line in lines]


async def test_that_a_picture_arrives_byte_for_byte_and_costs_one_message(post: Post, send: Send) -> None:
    before = post.platform.chat(SECURE.appid, post.resident).left()
    assert await send() == Delivery("sent")
    assert shown(post) == [png()]
    assert post.platform.chat(SECURE.appid, post.resident).left() == before - 1


@pytest.mark.parametrize(
    ("trick", "times", "states", "seen", "uploads"),
    [
        ("upload_500", 1, ["retry", "sent"], "picture", 2),
        ("upload_busy", 2, ["retry", "retry", "sent"], "picture", 3),
        ("upload_timeout", 1, ["retry", "sent"], "picture", 2),
        ("upload_500", 9, ["retry", "retry", "sent"], "words", 3),
        ("upload_refused", 1, ["sent"], "words", 1),
        ("media_gone", 1, ["retry", "sent"], "picture", 2),
        ("busy", 1, ["retry", "sent"], "picture", 1),
        ("quota", 1, ["parked", "sent"], "picture", 1),
        ("unauthorized", 1, ["sent"], "words", 1),
        ("send_timeout", 1, ["unconfirmed"], "picture", 1),
        ("token_refused", 1, ["sent"], "picture", 1),
    ],
)
async def test_that_each_refusal_ends_with_the_picture_or_its_words(
    post: Post, send: Send, trick: str, times: int, states: list[str], seen: str, uploads: int
) -> None:
    post.platform.mischief[trick] = times
    deliveries = [await send() for _ in states]
    assert [delivery.state for delivery in deliveries] == states
    assert shown(post) == [ALT if seen == "words" else png()]
    assert post.platform.counts["upload"] == uploads
    assert all(delivery.error for delivery in deliveries[:-1])
    assert bool(deliveries[-1].error) == (seen == "words" or states[-1] == "unconfirmed")


async def test_that_words_begun_in_place_of_a_picture_are_not_followed_by_it(post: Post, send: Send) -> None:
    post.platform.mischief["upload_refused"] = 1
    post.platform.mischief["quota"] = 1
    assert (await send()).state == "parked"
    assert (await send()).state == "sent"
    assert shown(post) == [ALT]
    assert post.platform.counts["upload"] == 1


async def test_that_without_redis_the_first_failure_ends_in_words(post: Post, send: Send) -> None:
    door = bound()
    redis = Redis.from_url(f"redis://127.0.0.1:{door.getsockname()[1]}/0", decode_responses=True)
    door.close()
    alive = post.channel
    post.channel = WeChatChannel([post.account], redis, post.pictures)
    post.platform.mischief["upload_500"] = 1
    assert (await send()).state == "sent"
    assert (await send()).state == "sent"
    await post.channel.aclose()
    await redis.aclose()
    post.channel = alive
    assert shown(post) == [ALT, png()]


async def test_that_a_picture_after_its_day_is_words(
    post: Post, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=25))
    assert (await send()).state == "sent"
    assert shown(post) == [ALT]


def shows(town: Town, *words: str) -> None:
    """`用电量` is answered by these words; `ALT` among them shows the picture."""

    async def turn(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        town.bot.turns.append(message.text)
        kept = await town.house.pictures.keep(conversation.id, png=png(), alt=ALT)
        return BotTurn([Said(w, data={"picture": str(kept)} if w == ALT else {}) for w in words])

    town.bot.turn = turn  # type: ignore[method-assign]


async def on_the_phone(town: Town, count: int) -> list[str | bytes]:
    """The account's lines once there are `count`, and a moment later: pictures as their bytes."""
    await town.shows(count)
    await asyncio.sleep(0.5)
    lines = town.platform.lines(SECURE.appid, town.resident)
    return [
        town.platform.media_of(SECURE.appid, line["media"]) or line["text"]
        for line in lines
        if line["who"] == "account"
    ]


async def test_that_words_are_in_the_response_and_the_picture_and_what_follows_come_after_it(
    town: Town,
) -> None:
    await town.say("hello")
    [greeting] = town.shown()
    shows(town, "before", ALT, "after")
    went = await town.say("用电量")
    assert went["deliveries"][0]["text"] == "before"
    assert await on_the_phone(town, 4) == [greeting, "before", png(), "after"]
    assert [(await town.becomes(w, "sent")).via for w in ("before", ALT, "after")] == [
        "callback",
        "send",
        "send",
    ]


async def test_that_an_answer_that_is_a_picture_only_is_a_success_and_then_the_picture(town: Town) -> None:
    await town.say("hello")
    shows(town, ALT)
    went = await town.say("用电量")
    assert went["deliveries"][0]["outcome"] == "success"
    assert (await on_the_phone(town, 2))[1:] == [png()]


async def test_that_a_lost_answer_is_given_again_and_the_picture_comes_once(town: Town) -> None:
    await town.say("hello")
    shows(town, "before", ALT)
    await town.misbehave("lose_answer")
    first, second = (await town.say("用电量"))["deliveries"]
    assert first["text"] == second["text"] == "before"
    seen = await on_the_phone(town, 3)
    assert seen.count(png()) == 1
    assert town.platform.counts["upload"] == 1
    assert (await town.becomes(ALT, "sent")).via == "send"


async def test_that_a_picture_the_platform_never_takes_is_said_in_its_words_in_its_place(town: Town) -> None:
    await town.say("hello")
    shows(town, "before", ALT, "after")
    await town.misbehave("upload_busy", 9)
    await town.say("用电量")
    assert (await on_the_phone(town, 4))[1:] == ["before", ALT, "after"]
    assert "picture was not shown" in str((await town.becomes(ALT, "sent")).error)
