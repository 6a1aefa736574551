"""A picture's way to WeChat: uploaded once, then sent by its media id."""

from __future__ import annotations

import time
import uuid

from redis.asyncio import Redis
from redis.exceptions import RedisError

from connectors.wechat.api import BUDGET_SECONDS, Sent, WeChatApi, pause
from conversations.models import Conversation, Message
from conversations.pictures import Pictures
from conversations.ports import Delivery
from kit.errors import NotFound
from kit.logging import get

log = get(__name__)

TRIES = 3  # fewer than the outbox grants a message: the words that stand for the picture need some as well
MEDIA_SECONDS = 2 * 24 * 3600  # the platform keeps an upload for three days


class NotShown(Exception):
    """The picture cannot be shown, its words must do; why, in English."""


class PictureSender:
    """What is uploaded, and tries since, are kept in Redis; without it the first failure is the last."""

    def __init__(self, redis: Redis, pictures: Pictures) -> None:
        self._redis, self._pictures = redis, pictures

    async def send(
        self, api: WeChatApi, conversation: Conversation, message: Message, picture: uuid.UUID
    ) -> Delivery:
        """Send the picture that a message shows. Raises `NotShown`."""
        tries, media_id = await self._progress(message)
        if tries >= TRIES:
            raise NotShown(f"{tries} tries in vain")
        begun = time.monotonic()
        if not media_id:
            sent = await self._upload(api, conversation, picture)
            media_id = sent.media_id
            if media_id and time.monotonic() - begun > BUDGET_SECONDS:
                await self._note(message, tries, media_id)
                return Delivery("retry", "uploaded slowly; sent next", 0.0)
        if media_id:
            sent = await api.send_picture(conversation.resident, media_id)
        if sent.state in ("sent", "unconfirmed"):
            return Delivery(sent.state, sent.error)
        tries = TRIES if sent.state == "failed" else tries + (sent.state != "parked")
        noted = await self._note(message, tries, "" if sent.state == "unknown_media" else media_id)
        if sent.state == "parked":
            return Delivery("parked", sent.error)
        if tries >= TRIES or not noted:
            raise NotShown(sent.error)
        return Delivery("retry", sent.error, pause(tries - 1))

    async def _upload(self, api: WeChatApi, conversation: Conversation, picture: uuid.UUID) -> Sent:
        try:
            png = await self._pictures.get(picture, conversation_id=conversation.id)
        except NotFound as gone:
            return Sent("failed", str(gone))
        return await api.upload_picture(png)

    def _key(self, message: Message) -> str:
        return f"hotline:wechat:picture:{message.id}"

    async def _progress(self, message: Message) -> tuple[int, str]:
        try:
            kept = await self._redis.get(self._key(message))
        except (RedisError, OSError):
            return 0, ""
        tries, _, media_id = str(kept or "0:").partition(":")
        return int(tries), media_id

    async def _note(self, message: Message, tries: int, media_id: str) -> bool:
        try:
            await self._redis.set(self._key(message), f"{tries}:{media_id}", ex=MEDIA_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("wechat_picture_progress_lost", error=type(error).__name__)
            return False
        return True
