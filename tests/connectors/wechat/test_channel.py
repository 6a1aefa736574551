"""What the platform answers to a send, and what that means for the words."""

from __future__ import annotations

import asyncio
import time
import uuid

import httpx
import pytest
from redis.asyncio import Redis

from connectors.wechat import WeChatChannel
from connectors.wechat.token import Tokens
from conversations.models import Message
from tests.connectors.wechat.conftest import SECURE, Post, ours
from tests.serving import bound


async def test_that_chinese_arrives_as_written(post: Post) -> None:
    assert (await post.send("预计今天18:30恢复😀")).state == "sent"
    assert post.shown() == ["预计今天18:30恢复😀"]


@pytest.mark.parametrize(
    ("trick", "state", "said"),
    [
        ("busy", "retry", "-1"),
        ("too_fast", "retry", "45011"),
        ("quota", "parked", "45047"),
        ("out_of_window", "parked", "45015"),
        ("unauthorized", "failed", "48001"),
        ("send_500", "unconfirmed", "HTTP 500"),
        ("token_unlisted", "failed", "40164"),
        ("token_busy", "retry", "no token"),
    ],
)
async def test_that_each_refusal_comes_to_its_own_end(post: Post, trick: str, state: str, said: str) -> None:
    post.platform.mischief[trick] = 1
    delivery = await post.send("您好")
    assert delivery.state == state
    assert said in delivery.error
    assert (delivery.after > 0) == (state == "retry")
    assert post.shown() == []


async def test_that_the_sixth_message_waits_for_the_resident(post: Post) -> None:
    states = [(await post.send(f"第{number}句")).state for number in range(6)]
    assert states == ["sent"] * 5 + ["parked"]


async def test_that_an_unknown_resident_is_a_failure_in_words(post: Post) -> None:
    post.resident = "oNobody"
    delivery = await post.send("您好")
    assert delivery.state == "failed"
    assert "OpenID is unknown" in delivery.error


async def test_that_silence_after_sending_is_left_in_doubt(post: Post) -> None:
    post.platform.mischief["send_timeout"] = 1
    begun = time.monotonic()
    delivery = await post.send("您好")
    assert delivery.state == "unconfirmed"
    assert time.monotonic() - begun < 6.5
    assert post.shown() == ["您好"]


async def test_that_a_platform_out_of_reach_is_tried_again(post: Post) -> None:
    door = bound()
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    door.close()
    channel = WeChatChannel([ours(SECURE, address)], post.redis, post.pictures)
    await post.redis.set(f"hotline:wechat:token:{SECURE.appid}", "a token", ex=60)
    delivery = await channel.send(
        post.chat(), Message(id=uuid.uuid4(), author="bot", text="您好", payload={})
    )
    await channel.aclose()
    assert delivery.state == "retry"


async def test_that_pauses_between_tries_grow(post: Post) -> None:
    post.platform.mischief["busy"] = 3
    message = uuid.uuid4()
    pauses = [(await post.send("您好", message)).after for _ in range(3)]
    assert pauses == sorted(set(pauses))
    assert (await post.send("您好", message)).state == "sent"


async def test_that_a_fresh_token_refused_as_well_ends_the_call(post: Post) -> None:
    await post.send("您好")
    post.platform.mischief["token_refused"] = 5
    before = post.platform.counts.copy()
    delivery = await post.send("您好")
    assert delivery.state == "retry"
    assert post.platform.counts["send"] - before["send"] == 2
    assert post.platform.counts["stable_token"] - before["stable_token"] == 1


async def test_that_an_account_no_longer_configured_is_a_failure(post: Post) -> None:
    conversation = post.chat()
    conversation.account = "wxgone"
    message = Message(id=uuid.uuid4(), author="bot", text="您好", payload={})
    assert (await post.channel.send(conversation, message)).state == "failed"


async def test_that_a_try_goes_on_where_the_last_one_ended(post: Post) -> None:
    text = "".join(f"第{number}条，请断电后再检查。" for number in range(200))
    post.platform.mischief["busy"] = 0
    message = uuid.uuid4()
    post.platform.chat(SECURE.appid, post.resident).grants["message"] = (
        post.platform.chat(SECURE.appid, post.resident).grants["message"][0], 2,
    )  # fmt: skip
    assert (await post.send(text, message)).state == "parked"
    assert len(post.shown()) == 2
    post.platform.chat(SECURE.appid, post.resident).grant("message")
    assert (await post.send(text, message)).state == "sent"
    assert "".join(post.shown()) == text


async def test_that_a_text_found_too_long_is_cut_smaller_once(post: Post) -> None:
    post.platform.mischief["too_long"] = 1
    text = "请断电。" * 150
    assert (await post.send(text)).state == "sent"
    assert "".join(post.shown()) == text
    assert len(post.shown()) == 2
    post.platform.mischief["too_long"] = 2
    assert (await post.send(text)).state == "failed"


async def test_that_many_processes_renew_a_dead_token_once(post: Post) -> None:
    await post.send("您好")
    dead = str(await post.redis.get(f"hotline:wechat:token:{SECURE.appid}"))
    post.platform.revoke_tokens()
    before = post.platform.counts["stable_token"]
    clients = [httpx.AsyncClient(base_url=post.account.api_url) for _ in range(5)]
    processes = [Tokens(post.account, client, post.redis) for client in clients]
    tokens = await asyncio.gather(*(process.renewed(dead) for process in processes * 3))
    for client in clients:
        await client.aclose()
    assert len(set(tokens)) == 1
    assert dead not in tokens
    assert post.platform.counts["stable_token"] - before == 1


async def test_that_words_leave_while_redis_is_dead(post: Post) -> None:
    door = bound()
    redis = Redis.from_url(f"redis://127.0.0.1:{door.getsockname()[1]}/0", decode_responses=True)
    door.close()
    channel = WeChatChannel([post.account], redis, post.pictures)
    for _ in range(2):
        message = Message(id=uuid.uuid4(), author="bot", text="您好", payload={})
        assert (await channel.send(post.chat(), message)).state == "sent"
    await channel.aclose()
    await redis.aclose()
    assert post.platform.counts["stable_token"] == 1


async def test_that_secrets_do_not_show(post: Post) -> None:
    shown = repr(post.account) + repr(post.channel._apis)
    assert SECURE.secret not in shown
    assert SECURE.token not in shown
    assert SECURE.aes_key not in shown
