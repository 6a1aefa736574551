"""WeChat as a way out: conversations' words as the platform's text and images, sent in order, each byte once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.api import BUDGET_SECONDS, LAST_PAUSE_SECONDS, WeChatApi, pause
from connectors.wechat.pictures import NotShown, PictureSender
from connectors.wechat.split import LIMIT, spans
from conversations.models import Conversation, Message
from conversations.pictures import Pictures, shown_in
from conversations.ports import Delivery
from kit import clock
from kit.logging import get
from kit.wording import Wording

log = get(__name__)

PROGRESS_SECONDS = 7 * 24 * 3600
WINDOW = timedelta(hours=48)  # in which customer-service messages are allowed after the resident's last


def rendered(message: Message, wording: Wording) -> str:
    """The message as WeChat text: buttons as numbered lines, an agent's words with the agent's name."""
    text = message.text
    if message.author == "agent" and message.author_name:
        text = wording.text("wechat_agent_says", "wechat", name=message.author_name, text=text)
    if titles := choices(message):
        lines = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
        text = wording.text("wechat_choices", "wechat", text=text, choices=lines)
    return text


def choices(message: Message) -> list[str]:
    """What the message offers to choose from, in order."""
    return [str(button["title"]) for button in _buttons(message)]


def picked(message: Message, typed: str) -> str:
    """What the choice that was typed, by its number or its words, stands for; '' if it is none of the message's."""
    for number, button in enumerate(_buttons(message), 1):
        if typed in (str(number), button["title"]):
            return str(button.get("payload") or button["title"])
    return ""


def _buttons(message: Message) -> list[dict[str, str]]:
    return [button for button in message.payload.get("buttons") or [] if button.get("title")]


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
        self._pictures = PictureSender(redis, pictures)

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        """Send one message, in pieces if it is long; a repetition goes on where the last try ended.

        A picture that cannot be shown after all is sent as its words.
        """
        api = self._apis.get(conversation.account)
        if api is None:
            return Delivery("failed", f"no account {conversation.account} is configured any more")
        notice = message.payload.get("data", {}).get("notice")
        if notice and self._window_closed(conversation):
            return await self._by_template(api, conversation, notice)
        instead, begun = "", time.monotonic()
        if picture := shown_in(message):
            try:
                return await self._pictures.send(api, conversation, message, picture)
            except NotShown as why:
                instead = f"its words, because the picture was not shown: {why}"
        text = rendered(message, self._wording)
        limit, doubt = LIMIT, ""
        done, tries = await self._progress(message)
        while done < len(text):
            if time.monotonic() - begun > BUDGET_SECONDS:
                return Delivery("retry", "the rest follows", 0.0)
            end = done + spans(text[done:], limit)[0][1]
            if piece := text[done:end].strip():
                sent = await api.send_text(conversation.resident, piece, as_agent=message.author == "agent")
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
