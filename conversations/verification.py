"""Who has proved which account is theirs: one account, one conversation, fifteen minutes of silence at most.

Failures count per resident and per account, three in 24 hours each; then only a person can go on. So it is when one
identity tries many different accounts within weeks, proved or not (`data/knowledge/facts/security.yml`).
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.models import Conversation, Verification, VerificationAttempt
from kit import clock
from kit.facts import Facts

FACTS = Facts()
SILENCE = timedelta(minutes=15)
FAILURES = 3
FAILURE_WINDOW = timedelta(hours=24)

Lock = Literal["resident", "account", "probing"]


async def active(session: AsyncSession, conversation_id: uuid.UUID) -> str | None:
    """The verified account number, if it is still good; using it keeps it good."""
    row = await session.scalar(
        select(Verification)
        .where(Verification.conversation_id == conversation_id, Verification.ended_at.is_(None))
        .with_for_update()
    )
    if row is None:
        return None
    if clock.now() - row.last_used_at > SILENCE:
        row.ended_at, row.end_reason = clock.now(), "silence"
        return None
    row.last_used_at = clock.now()
    return row.account_number


async def locked(session: AsyncSession, conversation: Conversation, account_number: str) -> Lock | None:
    """Whose failures forbid another attempt, if anybody's; until the unit of work ends nobody else may count them."""
    for counted in sorted((conversation.identity, account_number)):
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(counted, 0))))
    since = clock.now() - FAILURE_WINDOW
    failed = select(func.count()).where(
        VerificationAttempt.matched.is_(False), VerificationAttempt.at > since
    )
    if (
        await session.scalar(failed.where(VerificationAttempt.identity == conversation.identity)) or 0
    ) >= FAILURES:
        return "resident"
    if (
        await session.scalar(failed.where(VerificationAttempt.account_number == account_number)) or 0
    ) >= FAILURES:
        return "account"
    return "probing" if await _probing(session, conversation.identity, account_number) else None


async def _probing(session: AsyncSession, identity: str, account_number: str) -> bool:
    """Whether this account would be one too many; those tried before stay open to the same identity."""
    since = clock.now() - timedelta(days=int(FACTS.limit("probing_days")))
    tried = select(VerificationAttempt.account_number).where(
        VerificationAttempt.identity == identity, VerificationAttempt.at > since
    )
    others = set(await session.scalars(tried.distinct())) - {account_number}
    return len(others) + 1 >= FACTS.limit("probing_accounts")


async def record(
    session: AsyncSession, conversation: Conversation, *, account_number: str, key: str, matched: bool
) -> None:
    """Note the outcome of an attempt on the locked conversation; the same key counts once."""
    added = await session.scalar(
        insert(VerificationAttempt)
        .values(
            conversation_id=conversation.id, key=key, identity=conversation.identity,
            account_number=account_number, matched=matched, at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(VerificationAttempt.id)
    )  # fmt: skip
    if added is None or not matched:
        return
    await begin(session, conversation.id, account_number)


async def begin(session: AsyncSession, conversation_id: uuid.UUID, account_number: str) -> None:
    """This account is proved here from now on; whatever was before it ends."""
    await end(session, conversation_id, "replaced")
    now = clock.now()
    session.add(
        Verification(
            conversation_id=conversation_id, account_number=account_number, verified_at=now, last_used_at=now
        )
    )
    await session.flush()


async def end(session: AsyncSession, conversation_id: uuid.UUID, reason: str) -> None:
    """End what is verified here: the call is over, the resident cancelled, or the owner changed."""
    await session.execute(
        update(Verification)
        .where(Verification.conversation_id == conversation_id, Verification.ended_at.is_(None))
        .values(ended_at=clock.now(), end_reason=reason)
    )
