"""Whose account is proved, for how long, and how often one may try."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from conversations import record, verification
from conversations.models import Conversation, Verification, VerificationAttempt
from kit import clock
from tests.conversations.conftest import House

WANG, LI = "3100000000018", "3200456789"
Elapse = Callable[[timedelta], None]


@pytest.fixture
def elapse(monkeypatch: pytest.MonkeyPatch) -> Elapse:
    """Let time pass."""
    passed = timedelta()
    real = clock.now

    def later() -> datetime:
        return real() + passed

    def elapse(time: timedelta) -> None:
        nonlocal passed
        passed += time

    monkeypatch.setattr(clock, "now", later)
    return elapse


class Resident:
    """One conversation and what is tried in it."""

    def __init__(self, house: House, conversation_id: uuid.UUID) -> None:
        self.house, self.id = house, conversation_id

    async def tries(self, account: str = WANG, *, matched: bool, key: str = "") -> verification.Lock | None:
        """One attempt, as the inner door records it; tells the lock afterwards."""
        async with self.house.conversations.db.work() as session:
            conversation = await record.lock_conversation(session, self.id)
            await verification.record(
                session, conversation, account_number=account, key=key or uuid.uuid4().hex, matched=matched
            )
            return await verification.locked(session, conversation, account)

    async def lock(self, account: str = WANG) -> verification.Lock | None:
        async with self.house.conversations.db.work() as session:
            conversation = await session.get_one(Conversation, self.id)
            return await verification.locked(session, conversation, account)

    async def verified(self) -> str | None:
        async with self.house.conversations.db.work() as session:
            return await verification.active(session, self.id)

    async def ends(self) -> list[str | None]:
        """Why each verification of this conversation ended, the oldest first; None: it lives."""
        query = select(Verification).filter_by(conversation_id=self.id).order_by(Verification.id)
        return [row.end_reason for row in await self.house.rows(query)]


async def write(house: House, resident: str, *, channel: str = "wechat", identity: str = "") -> Resident:
    accepted = await house.write("查电费", resident=resident, channel=channel, identity=identity)
    return Resident(house, accepted.conversation_id)


@pytest.fixture
async def resident(house: House) -> Resident:
    return await write(house, "o1")


async def test_that_nothing_is_verified_at_first(resident: Resident) -> None:
    assert await resident.verified() is None
    assert await resident.lock() is None


async def test_that_a_match_verifies_this_conversation_and_no_other(house: House, resident: Resident) -> None:
    other = await write(house, "o2")
    await resident.tries(matched=True)
    assert await resident.verified() == WANG
    assert await other.verified() is None


async def test_that_a_failure_verifies_nothing(resident: Resident) -> None:
    await resident.tries(matched=False)
    assert await resident.verified() is None


async def test_that_fifteen_minutes_of_silence_end_it(resident: Resident, elapse: Elapse) -> None:
    await resident.tries(matched=True)
    elapse(timedelta(minutes=15, seconds=1))
    assert await resident.verified() is None
    assert await resident.ends() == ["silence"]
    assert await resident.verified() is None


async def test_that_use_keeps_it_good_and_the_silence_starts_anew(resident: Resident, elapse: Elapse) -> None:
    await resident.tries(matched=True)
    for _ in range(4):
        elapse(timedelta(minutes=14, seconds=50))
        assert await resident.verified() == WANG
    elapse(timedelta(minutes=15, seconds=1))
    assert await resident.verified() is None


async def test_that_another_account_replaces_the_first(resident: Resident) -> None:
    await resident.tries(WANG, matched=True)
    await resident.tries(LI, matched=True)
    assert await resident.verified() == LI
    assert await resident.ends() == ["replaced", None]


async def test_that_a_failure_with_another_account_leaves_the_first_good(resident: Resident) -> None:
    await resident.tries(WANG, matched=True)
    await resident.tries(LI, matched=False)
    assert await resident.verified() == WANG


@pytest.mark.parametrize("owner", ["queue", "agent"])
async def test_that_a_change_of_owner_ends_it(house: House, resident: Resident, owner: str) -> None:
    await resident.tries(matched=True)
    await house.give_to(owner, resident.id)
    assert await resident.verified() is None
    assert await resident.ends() == ["owner"]


async def test_that_a_cancel_ends_it(house: House, resident: Resident) -> None:
    await resident.tries(matched=True)
    async with house.conversations.db.work() as session:
        await verification.end(session, resident.id, "cancelled")
    assert await resident.verified() is None
    assert await resident.ends() == ["cancelled"]


async def test_that_the_end_of_the_visit_ends_it(house: House, resident: Resident) -> None:
    await resident.tries(matched=True)
    await house.conversations.end(resident.id, "hung up")
    assert await resident.verified() is None
    assert await resident.ends() == ["ended"]


async def test_that_what_ended_is_not_ended_again(house: House, resident: Resident) -> None:
    await resident.tries(matched=True)
    async with house.conversations.db.work() as session:
        await verification.end(session, resident.id, "cancelled")
        await verification.end(session, resident.id, "ended")
    assert await resident.ends() == ["cancelled"]


async def test_that_three_failures_lock_the_resident_whatever_the_account(resident: Resident) -> None:
    assert await resident.tries(WANG, matched=False) is None
    assert await resident.tries(LI, matched=False) is None
    assert await resident.tries("3200000001", matched=False) == "resident"
    assert await resident.lock("3200000002") == "resident"


async def test_that_failures_follow_the_identity_into_other_conversations(house: House) -> None:
    """Hanging up and calling again gives no new attempts."""
    calls = [await write(house, f"call-{n}", channel="web", identity="13800006789") for n in range(4)]
    for call, account in zip(calls, (WANG, LI, "3200000001"), strict=False):
        await call.tries(account, matched=False)
    assert await calls[3].lock("3200000002") == "resident"
    stranger = await write(house, "call-9", channel="web", identity="13911112222")
    assert await stranger.lock("3200000002") is None


async def test_that_the_same_name_on_another_channel_is_somebody_else(house: House) -> None:
    on_web = await write(house, "v1", channel="web", identity="same")
    on_wechat = await write(house, "o1", channel="wechat", identity="same")
    for account in (WANG, LI, "3200000001"):
        await on_web.tries(account, matched=False)
    assert await on_wechat.lock("3200000002") is None


async def test_that_three_failures_of_different_people_lock_the_account(house: House) -> None:
    people = [await write(house, f"o{n}") for n in range(4)]
    for person in people[:3]:
        await person.tries(WANG, matched=False)
    assert await people[3].lock(WANG) == "account"
    assert await people[3].lock(LI) is None


async def test_that_failures_are_forgotten_after_a_day(resident: Resident, elapse: Elapse) -> None:
    await resident.tries(matched=False)
    elapse(timedelta(hours=1))
    for _ in range(2):
        await resident.tries(matched=False)
    assert await resident.lock() == "resident"
    elapse(timedelta(hours=22, minutes=59))
    assert await resident.lock() == "resident"
    elapse(timedelta(minutes=1, seconds=1))
    assert await resident.lock() is None
    assert await resident.tries(matched=False) == "resident"


async def test_that_the_fifth_account_within_a_month_needs_a_person(
    resident: Resident, elapse: Elapse
) -> None:
    accounts = [f"320000000{n}" for n in range(5)]
    for account in accounts[:3]:
        assert await resident.tries(account, matched=True) is None
    elapse(timedelta(days=2))
    assert await resident.tries(accounts[3], matched=True) is None
    assert await resident.lock(accounts[4]) == "probing"
    assert await resident.lock(accounts[0]) is None  # not one more
    elapse(timedelta(days=28, seconds=1))
    assert await resident.lock(accounts[4]) is None


async def test_that_accounts_are_counted_over_all_conversations_of_an_identity(house: House) -> None:
    calls = [await write(house, f"call-{n}", channel="web", identity="13800006789") for n in range(5)]
    for n, call in enumerate(calls[:4]):
        await call.tries(f"320000000{n}", matched=True)
    assert await calls[4].lock("3200000009") == "probing"
    stranger = await write(house, "call-9", channel="web", identity="13911112222")
    assert await stranger.lock("3200000009") is None


async def test_that_successes_do_not_count_as_failures(resident: Resident) -> None:
    for _ in range(5):
        assert await resident.tries(matched=True) is None


async def test_that_a_success_does_not_wash_failures_away(resident: Resident) -> None:
    for matched in (False, False, True):
        assert await resident.tries(matched=matched) is None
    assert await resident.tries(matched=False) == "resident"


async def test_that_a_replayed_key_counts_once(house: House, resident: Resident) -> None:
    for _ in range(5):
        assert await resident.tries(matched=False, key="message-1") is None
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [1]


async def test_that_a_replay_cannot_turn_a_failure_into_a_success(resident: Resident) -> None:
    await resident.tries(matched=False, key="message-1")
    await resident.tries(matched=True, key="message-1")
    assert await resident.verified() is None


async def test_that_a_replayed_success_does_not_revive_what_ended(resident: Resident, elapse: Elapse) -> None:
    await resident.tries(matched=True, key="message-1")
    elapse(timedelta(minutes=16))
    assert await resident.verified() is None
    await resident.tries(matched=True, key="message-1")
    assert await resident.verified() is None


async def test_that_the_same_key_in_another_conversation_is_another_attempt(house: House) -> None:
    first, second = await write(house, "o1"), await write(house, "o2")
    await first.tries(matched=False, key="message-1")
    await second.tries(matched=False, key="message-1")
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [2]
