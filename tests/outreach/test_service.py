"""Rounds on a real record and a real reference service: told once, by day, to those who wish it, as long as it is true."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backends.contracts import Mark, OrderRequest
from backends.outages import Outages
from conversations import outbox
from conversations.models import Message, Outbox
from desk.models import Survey
from hotline.metrics import metrics_of_record
from kit import clock
from outreach import notices, subscriptions
from outreach.models import Notice
from outreach.preview import lines
from outreach.service import Outreach
from tests.actions.conftest import World
from tests.actions.servers import BACKENDS
from tests.outreach.conftest import bind, change_town, garden, resident, subscribe, told


async def test_that_an_announced_outage_is_told_once_and_its_change_and_end_too(
    world: World, outreach: Outreach
) -> None:
    who, place = await resident(world), garden(world)
    assert await subscribe(world, who, "outage", place) == "subscribed"
    assert await outreach.round() == 1
    assert await outreach.round() == 0
    [first] = await told(world, who)
    assert first.startswith("【停电通知】阳光花园")
    mine = "where place_id = %s and kind = 'planned'"
    change_town(world, f"update outage set expected_end = expected_end + interval '1 hour' {mine}", place)
    try:
        assert await outreach.round() == 1
        change_town(world, f"update outage set cancelled_at = now() {mine}", place)
        assert [await outreach.round() for _ in range(2)] == [1, 0]
    finally:
        change_town(
            world,
            f"update outage set cancelled_at = null, expected_end = expected_end - interval '1 hour' {mine}",
            place,
        )
    assert [text[:6] for text in await told(world, who)] == ["【停电通知】", "【停电变更】", "【停电取消】"]
    assert len(await world.rows(select(Notice).filter_by(conversation_id=who.id))) == 3


async def test_that_nobody_is_told_who_did_not_ask_or_asked_to_stop(world: World, outreach: Outreach) -> None:
    silent, stopped = await resident(world), await resident(world)
    await subscribe(world, stopped, "outage", garden(world))
    async with world.house.db.work() as session:
        assert await subscriptions.end(session, stopped.id) == 1
    assert await outreach.round() == 0
    assert [await told(world, one) for one in (silent, stopped)] == [[], []]


async def test_that_a_wish_that_ends_during_the_round_is_respected(world: World, outreach: Outreach) -> None:
    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    [due] = await outreach.due()
    async with world.house.db.work() as session:
        await subscriptions.end(session, who.id)
        assert not await outreach._tell(session, due)


async def test_that_two_rounds_at_once_tell_once(world: World, outreach: Outreach) -> None:
    import asyncio

    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    assert sum(await asyncio.gather(*(outreach.round() for _ in range(4)))) == 1


async def test_that_nothing_is_told_at_night(
    world: World, outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    monkeypatch.setattr(notices, "quiet", lambda facts, moment: True)
    assert await outreach.round() == 0
    assert await outreach.ask_content() == 0
    assert "quiet hours" in (await lines(outreach))[0]


async def test_that_the_preview_shows_words_without_sending_and_masks_whom(
    world: World, outreach: Outreach
) -> None:
    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    [line] = await lines(outreach)
    assert "阳光花园" in line
    assert who.resident not in line
    assert await told(world, who) == []


@pytest.mark.parametrize("channel", ["web", "ivr"])
async def test_that_only_who_can_be_written_to_subscribes(world: World, channel: str) -> None:
    assert await subscribe(world, await resident(world, channel), "outage", "p1") == "not_reachable"


async def test_that_subscribing_twice_is_one_wish_and_there_is_a_limit(world: World) -> None:
    who = await resident(world)
    for number in range(subscriptions.MOST):
        for _ in range(2):
            assert await subscribe(world, who, "outage", f"p{number}") == "subscribed"
    assert await subscribe(world, who, "outage", "one more") == "too_many"
    async with world.house.db.work() as session:
        assert await subscriptions.end(session, who.id) == subscriptions.MOST


async def test_that_arrears_are_told_to_the_bound_resident_once_a_month(
    world: World, outreach: Outreach
) -> None:
    number = "3100000000018"
    who, stranger = await resident(world), await resident(world)
    assert await subscribe(world, stranger, "arrears", number) == "not_bound"
    version = (await outreach.accounts.profile(number)).holder_version
    await bind(world, who, number, version)
    assert await subscribe(world, who, "arrears", number, number[-4:]) == "subscribed"
    assert [await outreach.round() for _ in range(2)] == [2, 0]  # the power has failed there, too
    [text] = [one for one in await told(world, who) if one.startswith("【电费提醒】")]
    assert "128.50元" in text
    assert number not in text


async def test_that_arrears_are_not_told_when_the_account_has_another_holder(
    world: World, outreach: Outreach
) -> None:
    number = "3100000000018"
    who = await resident(world)
    await bind(world, who, number, "somebody before")
    await subscribe(world, who, "arrears", number)
    assert await outreach.round() == 0


async def test_that_a_parked_notice_is_not_said_when_it_would_mislead(
    world: World, outreach: Outreach
) -> None:
    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    await outreach.round()
    async with world.house.db.work() as session:
        [row] = (await session.scalars(select(Outbox).filter_by(conversation_id=who.id))).all()
        row.state = "parked"
        message = await session.get_one(Message, row.message_id)
        past = (clock.now() - timedelta(minutes=1)).isoformat()
        data = message.payload["data"] | {"good_until": past}
        await session.execute(
            update(Message).where(Message.id == message.id).values(payload=message.payload | {"data": data})
        )
    async with world.house.db.work() as session:
        await outbox.suppress_stale(session, who.id)
    [row] = await world.rows(select(Outbox).filter_by(conversation_id=who.id))
    assert row.state == "suppressed"


async def test_that_finished_orders_are_asked_about_once_and_anonymous_ones_never(
    world: World, outreach: Outreach
) -> None:
    who = await resident(world)
    numbers = []
    marked: list[set[Mark]] = [set(), {"anonymous"}]
    for marks in marked:
        request = OrderRequest(
            kind="fault", subject="report_outage", text="没电", conversation=str(who.id), marks=marks
        )
        numbers.append((await outreach.orders.create(request, key=secrets.token_hex(8))).number)
    assert await outreach.ask_content() == 0
    for number in numbers:
        change_town(world, "update work_order set state = 'closed' where number = %s", number)
        change_town(
            world, "insert into work_order_event (number, act, at, state, text) values (%s, 'moved', now(), 'closed', '')",
            number,
        )  # fmt: skip
    assert [await outreach.ask_content() for _ in range(2)] == [1, 0]
    [survey] = await world.rows(select(Survey).filter_by(conversation_id=who.id))
    assert (survey.number, survey.source, survey.answer) == (numbers[0], "utility", None)
    metrics = (await metrics_of_record(world.house.db)).decode()
    assert 'hotline_survey_answers_total{answer="none",source="utility"}' in metrics


async def test_that_a_dead_utility_costs_a_round_and_nothing_else(world: World, outreach: Outreach) -> None:
    who = await resident(world)
    await subscribe(world, who, "outage", garden(world))
    dead = Outages("http://127.0.0.1:9", BACKENDS)
    alive, outreach.outages = outreach.outages, dead
    assert await outreach.round() == 0
    outreach.outages = alive
    await dead.aclose()
    assert await outreach.round() == 1
