"""Leave to write to the utility: given under the conversation's row lock, refused when the epoch moved."""

from __future__ import annotations

import uuid

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.models import Permit
from kit import clock
from kit.errors import Conflict


async def grant(session: AsyncSession, *, conversation_id: uuid.UUID, epoch: int, key: str) -> None:
    """Grant `key` once or again to the same conversation and epoch.

    Raises `Conflict` when somebody else owns the conversation by now, or the key is another's.
    """
    conversation = await record.lock_conversation(session, conversation_id)
    if conversation.owner != "bot" or conversation.epoch != epoch:
        raise Conflict("the conversation has another owner by now", code="stale_epoch")
    await session.execute(
        insert(Permit)
        .values(key=key, conversation_id=conversation_id, epoch=epoch, granted_at=clock.now())
        .on_conflict_do_nothing()
    )
    kept = await session.get(Permit, key)
    if kept is None or kept.conversation_id != conversation_id or kept.epoch != epoch:
        raise Conflict("this permit's key belongs to another order", code="key_taken")
