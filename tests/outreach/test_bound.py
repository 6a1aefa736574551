"""Residents who had an account remembered: told of outages at its address, once, until they ask to stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from conversations.models import Binding, Conversation
from kit import clock
from outreach import notices
from outreach.service import Outreach
from tests.actions.conftest import World
from tests.outreach.conftest import bind, change_town, garden, resident, subscribe, told, unsubscribe

WANG = "3100000000018"  # where a fault outage runs


async def bound(world: World, outreach: Outreach, number: str = WANG) -> Conversation:
    who = await resident(world)
    await bind(world, who, number, (await outreach.accounts.profile(number)).holder_version)
    return who


async def test_that_an_outage_at_a_remembered_account_is_told_once_and_its_end(
    world: World, outreach: Outreach
) -> None:
    who, stranger = await bound(world, outreach), await resident(world)
    assert [await outreach.round() for _ in range(2)] == [1, 0]
    [first] = await told(world, who)
    assert first.startswith("【停电通知】牡丹路60弄正在")
    assert "退订" in first
    [(fault,)] = world.ask_town(
        "select outage_id from outage join account using (place_id) where kind = 'fault' and restored_at is null "
        f"and number = '{WANG}' and starts_at < now()"
    )
    change_town(world, "update outage set restored_at = now() where outage_id = %s", fault)
    try:
        assert [await outreach.round() for _ in range(2)] == [1, 0]
    finally:
        change_town(world, "update outage set restored_at = null where outage_id = %s", fault)
    assert (await told(world, who))[-1].startswith("【恢复供电】")
    assert await told(world, stranger) == []


async def test_that_who_wished_for_it_and_has_it_remembered_hears_once(
    world: World, outreach: Outreach
) -> None:
    who = await bound(world, outreach)
    [(place,)] = world.ask_town(f"select place_id from account where number = '{WANG}'")
    await subscribe(world, who, "outage", str(place))
    assert [await outreach.round() for _ in range(2)] == [1, 0]


async def test_that_planned_work_at_a_remembered_account_waits_for_the_morning_and_a_fault_does_not(
    world: World, outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    [(number,)] = world.ask_town(
        f"select number from account where place_id = '{garden(world)}' order by number limit 1"
    )
    planned, dark = await bound(world, outreach, str(number)), await bound(world, outreach)
    monkeypatch.setattr(notices, "quiet", lambda facts, moment: True)
    assert await outreach.round() == 1
    assert [len(await told(world, one)) for one in (planned, dark)] == [0, 1]
    monkeypatch.setattr(notices, "quiet", lambda facts, moment: False)
    assert await outreach.round() == 1
    assert (await told(world, planned))[0].startswith("【停电通知】阳光花园将有")


async def test_that_who_asked_to_stop_hears_nothing_until_they_wish_again(
    world: World, outreach: Outreach
) -> None:
    who = await bound(world, outreach)
    assert await unsubscribe(world, who, "arrears") == 0
    assert [await unsubscribe(world, who) for _ in range(2)] == [1, 0]
    assert await outreach.round() == 0
    await subscribe(world, who, "outage", garden(world))
    assert await outreach.round() == 2  # the place wished for, and the account's own
    assert len(await told(world, who)) == 2


async def test_that_stopping_covers_the_accounts_remembered_by_then(world: World, outreach: Outreach) -> None:
    who = await bound(world, outreach, "3200456789")
    await unsubscribe(world, who)
    await bind(world, who, WANG, (await outreach.accounts.profile(WANG)).holder_version)
    assert await outreach.round() == 1


async def test_that_a_stop_during_the_round_is_respected(world: World, outreach: Outreach) -> None:
    who = await bound(world, outreach)
    [due] = await outreach.due()
    await unsubscribe(world, who)
    async with world.house.db.work() as session:
        assert not await outreach._tell(session, due)


@pytest.mark.parametrize("state", ["another holder", "forgotten", "unused for years", "ended"])
async def test_that_what_is_no_longer_the_residents_is_not_told(
    world: World, outreach: Outreach, state: str
) -> None:
    who = await bound(world, outreach)
    values: dict[str, Any] = {
        "another holder": {"holder_version": "somebody before"},
        "forgotten": {"ended_at": clock.now(), "end_reason": "resident"},
        "unused for years": {"last_used_at": clock.now() - timedelta(days=800)},
    }.get(state, {})
    async with world.house.db.work() as session:
        if values:
            await session.execute(update(Binding).where(Binding.conversation_id == who.id).values(values))
        else:
            await session.execute(
                update(Conversation).where(Conversation.id == who.id).values(ended_at=clock.now())
            )
    assert await outreach.round() == 0


async def test_that_more_accounts_than_are_asked_at_once_are_all_told(
    world: World, outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.service.ACCOUNTS_AT_ONCE", 2)
    everybody = [await bound(world, outreach) for _ in range(5)]
    assert await outreach.round() == 5
    assert [len(await told(world, one)) for one in everybody] == [1] * 5
