"""Accounts remembered for a resident: by proof and wish only, as long as they are used and the holder stays."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from conversations import bindings, record, verification
from conversations.models import Binding
from kit import clock
from tests.conversations.conftest import House
from tests.conversations.test_verification import LI, WANG, Resident, write


async def bind(person: Resident, account: str = WANG, version: str = "1") -> bindings.Outcome:
    async with person.house.conversations.db.work() as session:
        conversation = await record.lock_conversation(session, person.id)
        return await bindings.bind(session, conversation, account_number=account, holder_version=version)


async def prove_and_bind(person: Resident, account: str = WANG) -> bindings.Outcome:
    async with person.house.conversations.db.work() as session:
        await verification.begin(session, person.id, account)
    return await bind(person, account)


async def use(person: Resident, account: str = WANG, version: str = "1") -> bool:
    async with person.house.conversations.db.work() as session:
        conversation = await record.lock_conversation(session, person.id)
        return await bindings.use(session, conversation, account_number=account, holder_version=version)


async def bound(person: Resident) -> list[str]:
    async with person.house.conversations.db.work() as session:
        conversation = await record.lock_conversation(session, person.id)
        return [row.account_number for row in await bindings.alive(session, conversation)]


async def silence(person: Resident) -> None:
    """What was verified here ends."""
    async with person.house.conversations.db.work() as session:
        await verification.end(session, person.id, "cancelled")


@pytest.fixture
async def resident(house: House) -> Resident:
    return await write(house, "o1")


async def test_that_only_what_was_proved_here_is_remembered(resident: Resident) -> None:
    assert await bind(resident) == "not_verified"
    assert await prove_and_bind(resident) == "bound"
    assert await bind(resident, LI) == "not_verified"
    assert await bound(resident) == [WANG]


async def test_that_a_bound_account_needs_no_second_proof(resident: Resident) -> None:
    await prove_and_bind(resident)
    await silence(resident)
    assert await use(resident)
    assert await resident.verified() == WANG


async def test_that_nobody_else_can_use_it(house: House, resident: Resident) -> None:
    other = await write(house, "o2")
    await prove_and_bind(resident)
    assert not await use(other)
    assert await other.verified() is None
    assert await bound(other) == []


@pytest.mark.parametrize("channel", ["web", "ivr"])
async def test_that_an_address_or_a_callers_number_is_no_lasting_identity(house: House, channel: str) -> None:
    visit = await write(house, "v1", channel=channel, identity="13800006789")
    assert await prove_and_bind(visit) == "not_lasting"
    assert not await use(visit)


async def test_that_binding_twice_is_once(house: House, resident: Resident) -> None:
    for _ in range(2):
        assert await prove_and_bind(resident) == "bound"
    assert len(await house.rows(Binding.__table__.select())) == 1


async def test_that_another_holder_ends_it(resident: Resident) -> None:
    await prove_and_bind(resident)
    await silence(resident)
    assert not await use(resident, version="2")
    assert await resident.verified() is None
    assert await bound(resident) == []


async def test_that_disuse_ends_it_and_use_keeps_it(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, passed = clock.now, timedelta()

    def later() -> datetime:
        return real() + passed

    monkeypatch.setattr(clock, "now", later)
    await prove_and_bind(resident)
    await prove_and_bind(resident, LI)
    passed = timedelta(days=350)
    assert await use(resident, WANG)
    passed = timedelta(days=370)
    assert await bound(resident) == [WANG]
    assert not await use(resident, LI)


async def test_that_there_is_a_limit_also_for_two_at_once(resident: Resident) -> None:
    numbers = [f"32000000{n:02d}" for n in range(11)]
    for number in numbers[:9]:
        assert await prove_and_bind(resident, number) == "bound"
    outcomes = [await prove_and_bind(resident, number) for number in numbers[9:]]
    assert outcomes == ["bound", "too_many"]
    assert len(await bound(resident)) == 10
    await asyncio.gather(*(bind(resident, numbers[10]) for _ in range(3)))
    assert len(await bound(resident)) == 10


async def test_that_one_or_all_are_forgotten(house: House, resident: Resident) -> None:
    for number in (WANG, LI):
        await prove_and_bind(resident, number)
    async with house.conversations.db.work() as session:
        conversation = await record.lock_conversation(session, resident.id)
        await bindings.unbind(session, conversation, WANG)
    assert await bound(resident) == [LI]
    async with house.conversations.db.work() as session:
        conversation = await record.lock_conversation(session, resident.id)
        await bindings.unbind(session, conversation)
    assert await bound(resident) == []
