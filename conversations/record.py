"""Writing the record: rows of conversation, message, outbox. Nothing here commits or decides who speaks."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import verification
from conversations.models import Conversation, Message, Outbox, Turn
from conversations.ports import InboundMessage, Said
from kit import clock
from kit.errors import NotFound

CALLBACK_GRACE = timedelta(seconds=0.2)  # a response that is being written as its time ends


async def get_or_create_conversation(session: AsyncSession, inbound: InboundMessage) -> Conversation:
    """The resident's conversation, its row locked for this unit of work."""
    values = {"channel": inbound.channel, "account": inbound.account, "resident": inbound.resident}
    await session.execute(
        insert(Conversation)
        .values(
            id=uuid.uuid4(), owner="bot", epoch=0, next_seq=1, opened_at=clock.now(), attributes={},
            identity=f"{inbound.channel}:{inbound.identity or inbound.resident}", **values,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    query = (
        select(Conversation).filter_by(**values).with_for_update().execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one()


async def lock_conversation(session: AsyncSession, conversation_id: uuid.UUID) -> Conversation:
    """The conversation, its row locked. Raises `NotFound`."""
    found = await session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("no such conversation")
    return found


async def add_message(
    session: AsyncSession, conversation: Conversation, *, author: str, text: str, **columns: Any
) -> Message:
    """Append a message; the conversation's row must be locked, so that `seq` has no gap and no double."""
    message = Message(
        id=columns.pop("id", None) or uuid.uuid4(), conversation_id=conversation.id, seq=conversation.next_seq,
        author=author, text=text, created_at=clock.now(), **columns,
    )  # fmt: skip
    conversation.next_seq += 1
    session.add(message)
    await session.flush()
    return message


async def say(
    session: AsyncSession,
    conversation: Conversation,
    said: Said,
    *,
    author: str,
    turn_id: uuid.UUID | None = None,
    exempt: bool = False,
    suppressed: bool = False,
    author_name: str | None = None,
    client_token: str | None = None,
    open_until: datetime | None = None,
) -> Message:
    """Append words and put them on their way; suppressed ones are kept for the eyes of agents only.

    While a callback is open (the turn's, or `open_until`) its response is the way out; the send API waits.
    """
    if turn_id is not None:
        open_until = (await session.get_one(Turn, turn_id)).open_until
    message = await add_message(
        session, conversation, author=author, text=said.text, turn_id=turn_id, author_name=author_name,
        client_token=client_token, payload={"buttons": said.buttons, "data": said.data},
    )  # fmt: skip
    session.add(
        Outbox(
            message_id=message.id, conversation_id=conversation.id, turn_id=turn_id, seq=message.seq,
            epoch=conversation.epoch, exempt=exempt, state="suppressed" if suppressed else "ready",
            finished_at=clock.now() if suppressed else None,
            next_attempt_at=open_until + CALLBACK_GRACE if open_until else None,
        )
    )  # fmt: skip
    await session.flush()
    return message


async def change_owner(session: AsyncSession, conversation: Conversation, owner: str) -> None:
    """Give the locked conversation to `bot`, `queue` or `agent`: the epoch grows, what was verified ends."""
    conversation.owner = owner
    conversation.epoch += 1
    await verification.end(session, conversation.id, "owner")
    await session.flush()


async def transcript(
    session: AsyncSession, conversation_id: uuid.UUID, *, after: int = 0
) -> list[tuple[Message, Outbox | None]]:
    """Messages after `seq`, in order, each outbound one with its delivery."""
    query = (
        select(Message, Outbox)
        .outerjoin(Outbox, Outbox.message_id == Message.id)
        .where(Message.conversation_id == conversation_id, Message.seq > after)
        .order_by(Message.seq)
    )
    return [(message, outbox) for message, outbox in (await session.execute(query)).all()]
