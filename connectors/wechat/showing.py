"""What WeChat shows in another form than text: pictures, cards, menus. What it will not show is said in words.

A try that fails is repeated a few times; then, or when the platform refuses, `NotShown` tells the channel to say the words.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.wechat.accounts import WeChatAccount
from connectors.wechat.api import BUDGET_SECONDS, Sent, WeChatApi, pause
from connectors.wechat.split import size
from connectors.wechat.text import choices
from conversations.cards import card_in
from conversations.models import Conversation, Message
from conversations.pictures import Pictures, shown_in
from conversations.ports import Delivery
from kit.errors import NotFound
from kit.logging import get

log = get(__name__)

TRIES = 3  # fewer than the outbox grants a message: the words that stand for it need some as well
KEPT_SECONDS = 2 * 24 * 3600  # the platform keeps an upload for three days
MENU_HEAD_BYTES = 1024  # undocumented; what the platform's other menus take
COVER = Path(__file__).with_name("cover.png")  # 520 x 416, above a mini program's card


class NotShown(Exception):
    """It cannot be shown, its words must do; why, in English."""


class Showing(ABC):
    """One such form. What is uploaded for a message, and tries since, are kept in Redis; without it the first failure
    is the last. `what`: its name in the record.
    """

    what: ClassVar[str]

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @abstractmethod
    def shows(self, message: Message) -> bool:
        """Whether the message has this form."""

    async def upload(self, account: WeChatAccount, conversation: Conversation, message: Message) -> bytes:
        """The image that has to be uploaded first, b'' for none. Raises `NotFound`."""
        return b""

    @abstractmethod
    async def put(self, api: WeChatApi, openid: str, message: Message, media_id: str) -> Sent:
        """Send it; `media_id`: of the upload, '' without one."""

    async def send(self, api: WeChatApi, conversation: Conversation, message: Message) -> Delivery:
        """One try. Raises `NotShown`."""
        tries, media_id = await self._progress(message)
        if tries >= TRIES:
            raise NotShown(f"{tries} tries in vain")
        begun = time.monotonic()
        sent = await self._uploaded(api, conversation, message, media_id)
        if sent.state == "sent":
            media_id = sent.media_id
            if time.monotonic() - begun > BUDGET_SECONDS:
                await self._note(message, tries, media_id)
                return Delivery("retry", "uploaded slowly; sent next", 0.0)
            sent = await self.put(api, conversation.resident, message, media_id)
        if sent.state in ("sent", "unconfirmed"):
            return Delivery(sent.state, sent.error)
        refused = sent.state in ("failed", "too_long")
        tries = TRIES if refused else tries + (sent.state != "parked")
        noted = await self._note(message, tries, "" if sent.state == "unknown_media" else media_id)
        if sent.state == "parked":
            return Delivery("parked", sent.error)
        if tries >= TRIES or not noted:
            raise NotShown(sent.error)
        return Delivery("retry", sent.error, pause(tries - 1))

    async def _uploaded(
        self, api: WeChatApi, conversation: Conversation, message: Message, media_id: str
    ) -> Sent:
        if media_id:
            return Sent("sent", media_id=media_id)
        try:
            png = await self.upload(api.account, conversation, message)
        except NotFound as gone:
            return Sent("failed", str(gone))
        return await api.upload_picture(png) if png else Sent("sent")

    def _key(self, message: Message) -> str:
        return f"hotline:wechat:shown:{message.id}"

    async def _progress(self, message: Message) -> tuple[int, str]:
        try:
            kept = await self._redis.get(self._key(message))
        except (RedisError, OSError):
            return 0, ""
        tries, _, media_id = str(kept or "0:").partition(":")
        return int(tries), media_id

    async def _note(self, message: Message, tries: int, media_id: str) -> bool:
        try:
            await self._redis.set(self._key(message), f"{tries}:{media_id}", ex=KEPT_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("wechat_showing_progress_lost", error=type(error).__name__)
            return False
        return True


class PictureShowing(Showing):
    """A picture of the record, as an image."""

    what = "picture"

    def __init__(self, redis: Redis, pictures: Pictures) -> None:
        super().__init__(redis)
        self._pictures = pictures

    def shows(self, message: Message) -> bool:
        return shown_in(message) is not None

    async def upload(self, account: WeChatAccount, conversation: Conversation, message: Message) -> bytes:
        picture = shown_in(message)
        if picture is None:
            raise NotFound("no such picture")
        return await self._pictures.get(picture, conversation_id=conversation.id)

    async def put(self, api: WeChatApi, openid: str, message: Message, media_id: str) -> Sent:
        return await api.send(openid, "image", {"media_id": media_id})


class CardShowing(Showing):
    """A page on the web as an article of one, or as the mini program that the account has for it."""

    what = "card"

    def shows(self, message: Message) -> bool:
        return card_in(message) is not None

    async def upload(self, account: WeChatAccount, conversation: Conversation, message: Message) -> bytes:
        card = card_in(message)
        return COVER.read_bytes() if card and card.page in account.mini_programs else b""

    async def put(self, api: WeChatApi, openid: str, message: Message, media_id: str) -> Sent:
        card = card_in(message)
        if card is None:
            return Sent("failed", "no card")
        if media_id and (program := api.account.mini_programs.get(card.page)):
            place = {"title": card.title, "appid": program["appid"], "pagepath": program["path"]}
            return await api.send(openid, "miniprogrampage", place | {"thumb_media_id": media_id})
        article = {"title": card.title, "description": card.about, "url": card.url}
        return await api.send(openid, "news", {"articles": [article]})


class MenuShowing(Showing):
    """Choices as a menu to tap; a tap comes back as the choice's words."""

    what = "menu"

    def shows(self, message: Message) -> bool:
        return bool(choices(message)) and size(message.text) <= MENU_HEAD_BYTES

    async def put(self, api: WeChatApi, openid: str, message: Message, media_id: str) -> Sent:
        listed = [{"id": str(n), "content": title} for n, title in enumerate(choices(message), 1)]
        menu = {"head_content": message.text, "list": listed, "tail_content": ""}
        return await api.send(openid, "msgmenu", menu)
