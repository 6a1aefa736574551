"""WeChat as a way out: conversations' words as the platform's messages, sent in order, each byte once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.api import BUDGET_SECONDS, LAST_PAUSE_SECONDS, WeChatApi, pause
from connectors.wechat.showing import CardShowing, MenuShowing, NotShown, PictureShowing
from connectors.wechat.split import LIMIT, spans
from connectors.wechat.text import rendered
from conversations.models import Conversation, Message
from conversations.pictures import Pictures
from conversations.ports import Delivery
from kit import clock
from kit.logging import get
from kit.wording import Wording

log = get(__name__)

PROGRESS_SECONDS = 7 * 24 * 3600
WINDOW = timedelta(hours=48)  # in which customer-service messages are allowed after the resident's last


class WeChatChannel:
    """The channel `wechat` for all our accounts; `Conversation.account` is the appid."""

    name = "wechat"
    pushes = True
    remembers = True

    def __init__(
        self,
        accounts: Sequence[WeChatAccount],
        redis: Redis,
        pictures: Pictures,
        wording: Wording | None = None,
    ) -> None:
        self._apis = {account.appid: WeChatApi(account, redis) for account in accounts}
        self._redis, self._wording = redis, wording or Wording()
        self._showings = [PictureShowing(redis, pictures), CardShowing(redis), MenuShowing(redis)]

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        """Send one message, in pieces if it is long; a repetition goes on where the last try ended.

        What cannot be shown after all is sent as its words.
        """
        api = self._apis.get(conversation.account)
        if api is None:
            return Delivery("failed", f"no account {conversation.account} is configured any more")
        notice = message.payload.get("data", {}).get("notice")
        if notice and self._window_closed(conversation):
            return await self._by_template(api, conversation, notice)
        instead, begun = "", time.monotonic()
        for showing in (one for one in self._showings if one.shows(message)):
            try:
                return await showing.send(api, conversation, message)
            except NotShown as why:
                instead = f"its words, because the {showing.what} was not shown: {why}"
        text = rendered(message, self._wording, menu_links=api.account.menu_links)
        limit, doubt = LIMIT, ""
        done, tries = await self._progress(message)
        while done < len(text):
            if time.monotonic() - begun > BUDGET_SECONDS:
                return Delivery("retry", "the rest follows", 0.0)
            end = done + spans(text[done:], limit)[0][1]
            if piece := text[done:end].strip():
                sent = await api.send(
                    conversation.resident, "text", {"content": piece}, as_agent=message.author == "agent"
                )
                if sent.state == "too_long" and limit == LIMIT:
                    limit = LIMIT // 2
                    continue
                if sent.state == "retry":
                    await self._note(message, done, tries + 1)
                    return Delivery("retry", sent.error, pause(tries))
                if sent.state == "too_long":
                    return Delivery("failed", sent.error)
                if sent.state == "parked" and notice and not done:
                    return await self._by_template(api, conversation, notice)
                if sent.state in ("parked", "failed"):
                    return Delivery(sent.state, sent.error)
                doubt = sent.error if sent.state == "unconfirmed" else doubt
            done = end
            if done < len(text):
                await self._note(message, done, 0)
        return Delivery("unconfirmed", doubt) if doubt else Delivery("sent", instead)

    @staticmethod
    def _window_closed(conversation: Conversation) -> bool:
        heard = conversation.last_inbound_at
        return heard is None or clock.now() - heard > WINDOW

    @staticmethod
    async def _by_template(api: WeChatApi, conversation: Conversation, notice: dict[str, Any]) -> Delivery:
        """A notice outside the customer-service window: by a template, or parked where the account has none."""
        sent = await api.send_template(conversation.resident, notice["template"], notice["values"])
        if sent.state == "retry":
            return Delivery("retry", sent.error, LAST_PAUSE_SECONDS)
        if sent.state == "too_long" or sent.state == "unknown_media":
            return Delivery("failed", sent.error)
        return Delivery(sent.state, sent.error)

    async def aclose(self) -> None:
        """Give the connections back."""
        for api in self._apis.values():
            await api.aclose()

    def _key(self, message: Message) -> str:
        return f"hotline:wechat:progress:{message.id}"

    async def _progress(self, message: Message) -> tuple[int, int]:
        """Code points of this message that have left, and tries since; with a dead Redis from the beginning."""
        try:
            kept = await self._redis.get(self._key(message))
        except (RedisError, OSError) as error:
            log.warning("wechat_progress_unknown", error=type(error).__name__)
            return 0, 0
        done, _, tries = str(kept or "0:0").partition(":")
        return int(done), int(tries)

    async def _note(self, message: Message, done: int, tries: int) -> None:
        try:
            await self._redis.set(self._key(message), f"{done}:{tries}", ex=PROGRESS_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("wechat_progress_lost", error=type(error).__name__)
