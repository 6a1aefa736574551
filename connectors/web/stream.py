"""What a page sees of its conversation: every visible message after `seq`, live.

The record is the source, the bell only wakes: a page that reconnects with the last `seq` it saw gets
what it missed, once. Words count as said when they have been handed to the connection.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from connectors.web.channel import NAME
from conversations import outbox, record
from conversations.cards import card_in
from conversations.models import Conversation, Message, Outbox, Turn
from conversations.pictures import shown_in
from conversations.service import Conversations, Word
from kit import clock
from kit.bell import Listener

LIFE_SECONDS = 600.0  # then the browser connects again by itself, perhaps to another process
POLL_SECONDS = 2.0  # the record is asked that often if the bell is dead
HEARTBEAT_SECONDS = 15.0  # keeps proxies from closing a silent line
RETRY_MS = 1500
SAID = ("sending", "sent", "unconfirmed")  # suppressed words and those of an ended visit are for agents only


@dataclass(frozen=True)
class _Look:
    """One look at the record."""

    conversation: Conversation
    rows: list[tuple[Message, Outbox | None]]
    working: bool  # the bot is at work on something that was written


class Stream:
    """The events of one page's connection."""

    def __init__(self, house: Conversations, conversation_id: uuid.UUID, after: int) -> None:
        self.house, self.conversation_id, self.seq = house, conversation_id, after
        self._state: dict[str, Any] | None = None

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events until the visit ends, the page leaves, or `LIFE_SECONDS` are over."""
        started = beat = time.monotonic()
        await self._received()
        yield f"retry: {RETRY_MS}\n\n"
        async with self.house.bell.listen(f"conversation:{self.conversation_id}") as listener:
            while time.monotonic() - started < LIFE_SECONDS:
                look = await self._look()
                for message, row in look.rows:
                    yield self._shown(message)
                    self.seq = message.seq
                    if row is not None and row.state in ("sending", "unconfirmed"):
                        await self.house.confirm([Word(row.id, message)])
                if event := self._changed(look):
                    yield event
                if look.conversation.ended_at is not None:
                    yield _event("ended", {})
                    return
                if time.monotonic() - beat >= HEARTBEAT_SECONDS:
                    beat = time.monotonic()
                    yield ": alive\n\n"
                await self._sleep(listener)

    async def _received(self) -> None:
        """What the page says it has seen did arrive, even if the connection that brought it died just then."""
        async with self.house.db.work() as session:
            seen = select(Outbox.id).where(
                Outbox.conversation_id == self.conversation_id, Outbox.seq <= self.seq,
                Outbox.state.in_(("sending", "unconfirmed")), Outbox.via == "callback",
            )  # fmt: skip
            if ids := list(await session.scalars(seen)):
                await outbox.confirm(session, ids)

    @staticmethod
    async def _sleep(listener: Listener) -> None:
        if await listener.wait(POLL_SECONDS):
            while await listener.wait(0.01):  # several rings at once are one reason to look
                pass

    async def _look(self) -> _Look:
        """Claim what is ready, so that it may be shown, and read what comes after `seq`."""
        look = await self._read()
        if any(row and row.state in ("ready", "parked") for _, row in look.rows):
            await self.house.collect(self.conversation_id)
            look = await self._read()
        visible = []
        for message, row in look.rows:
            if row is not None and row.state in ("ready", "parked"):
                break  # written just now: the next look claims it, and the order stays
            if row is None or row.state in SAID:
                visible.append((message, row))
        return _Look(look.conversation, visible, look.working)

    async def _read(self) -> _Look:
        async with self.house.db.work() as session:
            conversation = await session.get_one(Conversation, self.conversation_id)
            rows = await record.transcript(session, self.conversation_id, after=self.seq)
            waiting = select(Turn.id).filter_by(conversation_id=self.conversation_id, state="queued").limit(1)
            return _Look(conversation, rows, await session.scalar(waiting) is not None)

    def _shown(self, message: Message) -> str:
        data = message.payload.get("data") or {}
        handoff = data.get("handoff") if isinstance(data.get("handoff"), dict) else None
        shown: dict[str, Any] = {
            "seq": message.seq, "author": message.author, "label": self._label(message), "text": message.text,
            "at": message.created_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        }  # fmt: skip
        if message.author == "resident":
            shown["client_id"] = message.channel_message_id
        if buttons := message.payload.get("buttons"):
            shown["buttons"] = [
                {"title": str(b.get("title", "")), "payload": str(b.get("payload", ""))} for b in buttons
            ]
        if picture := shown_in(message):
            shown["picture"] = f"/chat/pictures/{picture}"
        if card := card_in(message):
            shown["card"] = {"title": card.title, "about": card.about, "url": card.url}
        if handoff and handoff.get("ticket"):
            shown["ticket"] = str(handoff["ticket"])
        return _event("message", shown, seq=message.seq)

    def _label(self, message: Message) -> str:
        if message.author == "resident":
            return ""
        name = message.author_name or ""
        return self.house.words(f"utter_web_author_{message.author}", NAME, name=name).text

    def _changed(self, look: _Look) -> str:
        """Who has the word, and whether the bot is at work: told at first and when it changes."""
        working = look.working and look.conversation.owner == "bot"
        state = {"owner": look.conversation.owner, "working": working}
        if state == self._state:
            return ""
        self._state = state
        return _event("state", state)


def _event(name: str, data: dict[str, Any], *, seq: int | None = None) -> str:
    head = f"id: {seq}\n" if seq is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
