"""Notices outside the customer-service window: by a template where the account has one, else parked with its reason."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.wechat.accounts import load_accounts
from connectors.wechat.channel import WeChatChannel
from conversations.models import Message
from conversations.ports import Delivery
from kit import clock
from kit.errors import MisconfiguredError
from kit.settings import Settings
from tests.connectors.wechat.conftest import Post

VALUES = {
    "place": "牡丹路60弄",
    "starts": "2026-11-23 08:30",
    "cause": "检" * 30,
    "text": "【停电通知】牡丹路60弄",
}
TEMPLATE = {
    "id": "template-1",
    "thing1": "place",
    "time2": "starts",
    "thing3": "cause",
    "thing4": "unheard of",
}


@pytest.fixture
async def with_template(post: Post) -> AsyncIterator[WeChatChannel]:
    channel = WeChatChannel(
        [replace(post.account, templates={"outage": TEMPLATE})], post.redis, post.pictures
    )
    yield channel
    await channel.aclose()


async def tell(post: Post, channel: WeChatChannel, *, hours: float) -> Delivery:
    """A notice to somebody who wrote that many hours ago."""
    data = {"notice": {"template": "outage", "values": VALUES}}
    message = Message(
        id=uuid.uuid4(), author="system", text=VALUES["text"], payload={"buttons": [], "data": data}
    )
    chat = post.chat()
    chat.last_inbound_at = clock.now() - timedelta(hours=hours)
    return await channel.send(chat, message)


async def test_that_within_the_window_a_notice_is_a_message(post: Post, with_template: WeChatChannel) -> None:
    assert (await tell(post, with_template, hours=1)).state == "sent"
    assert post.shown() == [VALUES["text"]]
    assert post.platform.counts["template"] == 0


async def test_that_after_the_window_it_is_a_template_with_its_values_cut_to_size(
    post: Post, with_template: WeChatChannel
) -> None:
    assert (await tell(post, with_template, hours=49)).state == "sent"
    [shown] = post.shown()
    assert shown.splitlines() == [
        "thing1: 牡丹路60弄", "time2: 2026-11-23 08:30", f"thing3: {'检' * 20}", "thing4: -"
    ]  # fmt: skip
    assert post.platform.counts["send"] == 0


async def test_that_a_window_the_platform_closed_earlier_leads_to_the_template(
    post: Post, with_template: WeChatChannel
) -> None:
    post.platform.mischief["out_of_window"] = 1
    assert (await tell(post, with_template, hours=1)).state == "sent"
    assert post.platform.counts["template"] == 1


async def test_that_without_a_template_it_is_parked_and_says_why(post: Post) -> None:
    delivery = await tell(post, post.channel, hours=49)
    assert delivery.state == "parked"
    assert "no template 'outage'" in delivery.error
    assert post.shown() == []


async def test_that_a_wrong_template_and_a_resident_who_left_fail_in_words(
    post: Post, with_template: WeChatChannel
) -> None:
    post.platform.mischief["template_unknown"] = 1
    assert "template" in (await tell(post, with_template, hours=49)).error
    post.platform.chat(post.account.appid, post.resident).follows = False
    left = await tell(post, with_template, hours=49)
    assert (left.state, "no longer follows" in left.error) == ("failed", True)


async def test_that_an_expired_token_is_renewed_for_templates_too(
    post: Post, with_template: WeChatChannel
) -> None:
    await tell(post, with_template, hours=49)
    post.platform.revoke_tokens()
    assert (await tell(post, with_template, hours=49)).state == "sent"


def written(folder: Path, template: str) -> Path:
    file = folder / "hotline.toml"
    file.write_text(f'[[wechat]]\nappid = "wx1"\nsecret = "s"\ntoken = "abc"\nmode = "plain"\n{template}')
    return file


def test_that_templates_are_read_from_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[wechat.templates.outage]\nid = "t1"\nthing1 = "place"\n')
    [account] = load_accounts(Settings(_env_file=None), file)  # type: ignore[call-arg]
    assert account.templates == {"outage": {"id": "t1", "thing1": "place"}}


@pytest.mark.parametrize("template", ['[wechat.templates.outage]\nthing1 = "place"\n', 'templates = "t1"\n'])
def test_that_a_template_without_an_id_stops_the_start(tmp_path: Path, template: str) -> None:
    with pytest.raises(MisconfiguredError, match="template"):
        load_accounts(Settings(_env_file=None), written(tmp_path, template))  # type: ignore[call-arg]
