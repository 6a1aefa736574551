"""Accounts remembered for a resident whose identity lasts, at their wish and after proof, so that they need not prove again.

WeChat's OpenID lasts and is the platform's word. A web visit's address and a caller's number are not: many share the
one, and the other can be forged, so neither is ever good for an account. A binding lapses after months of disuse
(`binding_idle_months` in `data/knowledge/facts/security.yml`) and when the account has another holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from conversations import verification
from conversations.models import Binding, Conversation
from kit import clock
from kit.facts import Facts

LASTING = frozenset({"wechat"})
MONTH = timedelta(days=30)
FACTS = Facts()

Outcome = Literal["bound", "declined", "not_lasting", "not_verified", "too_many"]


def lasting(conversation: Conversation) -> bool:
    """Whether the resident will be the same one next year."""
    return conversation.channel in LASTING


async def alive(session: AsyncSession, conversation: Conversation) -> Sequence[Binding]:
    """The resident's bindings, last used first; what was not used for too long ends here."""
    if not lasting(conversation):
        return []
    idle = int(FACTS.limit("binding_idle_months")) * MONTH
    await _end(session, conversation, "disuse", Binding.last_used_at < clock.now() - idle)
    query = select(Binding).where(Binding.identity == conversation.identity, Binding.ended_at.is_(None))
    return (await session.scalars(query.order_by(Binding.last_used_at.desc(), Binding.id))).all()


async def page(session: AsyncSession, after: int, limit: int) -> Sequence[tuple[Binding, Conversation]]:
    """Everybody's bindings in the order of their ids, those after that id, each with where its resident is reached."""
    idle = int(FACTS.limit("binding_idle_months")) * MONTH
    query = (
        select(Binding, Conversation)
        .join(Conversation, Conversation.id == Binding.conversation_id)
        .where(Binding.id > after, Binding.ended_at.is_(None), Binding.last_used_at >= clock.now() - idle)
        .order_by(Binding.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def bind(
    session: AsyncSession, conversation: Conversation, *, account_number: str, holder_version: str
) -> Outcome:
    """Remember the account that is verified in this locked conversation; again is no second time."""
    if not lasting(conversation):
        return "not_lasting"
    if await verification.active(session, conversation.id) != account_number:
        return "not_verified"
    # Two conversations of one identity at once must not pass the limit together.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(conversation.identity, 1))))
    kept = await alive(session, conversation)
    now = clock.now()
    for one in kept:
        if one.account_number == account_number:
            one.holder_version, one.last_used_at = holder_version, now
            return "bound"
    if len(kept) >= FACTS.limit("binding_limit"):
        return "too_many"
    session.add(
        Binding(
            conversation_id=conversation.id, identity=conversation.identity, account_number=account_number,
            holder_version=holder_version, bound_at=now, last_used_at=now,
        )
    )  # fmt: skip
    await session.flush()
    return "bound"


async def may_ask(session: AsyncSession, conversation: Conversation, account_number: str) -> bool:
    """Whether to ask if this account shall be remembered: never asked before, and there is room."""
    if not lasting(conversation) or len(await alive(session, conversation)) >= FACTS.limit("binding_limit"):
        return False
    before = select(func.count()).where(
        Binding.identity == conversation.identity, Binding.account_number == account_number
    )
    return not await session.scalar(before)


async def decline(
    session: AsyncSession, conversation: Conversation, *, account_number: str, holder_version: str
) -> Outcome:
    """Note that the resident does not want it, so that they are not asked again."""
    if (
        await bind(session, conversation, account_number=account_number, holder_version=holder_version)
        == "bound"
    ):
        await _end(session, conversation, "declined", Binding.account_number == account_number)
    return "declined"


async def use(
    session: AsyncSession, conversation: Conversation, *, account_number: str, holder_version: str
) -> bool:
    """Take a bound account as verified in this locked conversation; False if it is not bound, or no longer good."""
    kept = await alive(session, conversation)
    one = next((row for row in kept if row.account_number == account_number), None)
    if one is None:
        return False
    if one.holder_version != holder_version:
        await _end(session, conversation, "holder_changed", Binding.account_number == account_number)
        return False
    one.last_used_at = clock.now()
    await verification.begin(session, conversation.id, account_number)
    return True


async def unbind(
    session: AsyncSession, conversation: Conversation, account_number: str | None = None
) -> None:
    """Forget one account, or all of them, at the resident's wish."""
    if account_number is None:
        await _end(session, conversation, "resident")
    else:
        await _end(session, conversation, "resident", Binding.account_number == account_number)


async def _end(session: AsyncSession, conversation: Conversation, reason: str, *which: object) -> None:
    await session.execute(
        update(Binding)
        .where(Binding.identity == conversation.identity, Binding.ended_at.is_(None), *which)  # type: ignore[arg-type]
        .values(ended_at=clock.now(), end_reason=reason)
    )
