"""Hurrying and withdrawing: by the rules of who keeps the case, and never without a clear yes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conversations.models import Permit
from desk.models import TicketEvent
from kit import clock
from tests.actions.conftest import World
from tests.actions.rasa import Talk
from tests.actions.test_ticket import PHONE, begun, change_town, ordered, orders, said, settle, ticket_of

__all__ = ["orders"]


def long_ago(world: World, number: str) -> None:
    change_town(world, "update work_order_event set at = at - interval '1 hour' where number=%s", number)


async def test_that_an_own_order_is_hurried_with_a_permit_and_the_residents_words(
    world: World, orders: Any
) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    answer = await talk.says("催一下，家里有老人", "urge_ticket")
    about: dict[str, Any] = {"subject": "报修停电", "due": order.contact_by}
    assert answer == "\n".join([said("urged", **about), said("order_due", **about)])
    [row] = world.ask_town(f"select urges from work_order where number='{order.number}'")
    assert row == (1,)
    [text] = world.ask_town(
        f"select text from work_order_event where number='{order.number}' and act='urged'"
    )
    assert text == ("催一下，家里有老人",)
    assert len(await world.rows(_permits(talk))) == 1
    # Its state does not tell the resident's own words as news.
    assert "老人" not in await talk.says("到哪了", "query_ticket")


def _permits(talk: Talk) -> Any:
    from sqlalchemy import select

    return select(Permit).filter_by(conversation_id=talk.id)


async def test_that_hurrying_twice_at_once_is_answered_with_the_rule(world: World, orders: Any) -> None:
    talk = await begun(world)
    await ordered(orders, talk)
    await talk.says("催一下", "urge_ticket")
    assert await talk.says("再催一下", "urge_ticket") == said("urge_too_soon")
    assert talk.choices == ["转人工"]


async def test_that_the_third_time_a_person_comes(world: World, orders: Any) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk, kind="complaint", subject="complain")
    for _ in range(2):
        assert said("urged", subject=said("wish_complain")) in await talk.says("催一下", "urge_ticket")
        long_ago(world, order.number)
    await talk.says("还没人理我", "urge_ticket")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.facts["ticket_number"]) == ("urged_often", order.number)
    assert said("urge_too_often", subject=said("wish_complain")) in await world.said(talk)


async def test_that_a_fault_may_be_hurried_more_often(world: World, orders: Any) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    for _ in range(3):
        assert said("urged", subject="报修停电") in await talk.says("催一下", "urge_ticket")
        long_ago(world, order.number)
    assert not await world.tickets(talk)


async def test_that_what_is_urgent_goes_to_a_person_at_once(world: World, orders: Any) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk, urgent=True)
    await talk.says("快点啊", "urge_ticket")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "urged_urgent"
    assert world.ask_town(f"select urges from work_order where number='{order.number}'") == [(0,)]


async def test_that_a_closed_order_is_not_hurried(world: World, orders: Any) -> None:
    talk = await begun(world)
    order = await ordered(orders)
    change_town(world, "update work_order set state='closed' where number=%s", order.number)
    await talk.says(f"工单{order.number}催一下", "urge_ticket")
    answer = await talk.says(PHONE, "inform")
    assert said("urge_closed") in answer
    assert world.ask_town(f"select urges from work_order where number='{order.number}'") == [(0,)]


async def test_that_a_ticket_from_elsewhere_moves_up_in_the_line(world: World) -> None:
    first, second = await begun(world), await begun(world)
    await ticket_of(world, first)
    number = await ticket_of(world, second, phone_number=PHONE)
    talk = await begun(world, "web")
    await talk.says(f"工单{number}快点", "urge_ticket")
    answer = await talk.says("5678", "inform")
    assert "往前移了" in answer
    [ticket] = await world.tickets(second)
    assert (ticket.urges, ticket.priority) == (1, "normal")
    [event] = await world.rows(_urged(ticket))
    assert event.data["count"] == 1
    async with world.house.db.work() as session:
        places = [await world.house.desk.place_in_line(session, one.id) or 0 for one in (first, second)]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == 2


def _urged(ticket: Any) -> Any:
    from sqlalchemy import select

    return select(TicketEvent).filter_by(ticket_id=ticket.id, kind="urged")


WITHDRAWALS = ("不用来了", "已经来电了，撤了吧", "那个单子给我撤了", "取消报修")


@pytest.mark.parametrize("words", WITHDRAWALS)
async def test_that_an_own_order_is_withdrawn_after_a_yes(world: World, orders: Any, words: str) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    answer = await talk.says(words, "cancel")
    assert "您是要撤回" in answer
    assert world.ask_town(f"select state from work_order where number='{order.number}'") == [("received",)]
    assert await talk.says("是的", "affirm") == said("withdrawn", number=order.number)
    assert world.ask_town(f"select state from work_order where number='{order.number}'") == [("withdrawn",)]
    assert talk.loop is None


@pytest.mark.parametrize(("words", "intent"), [("不，还没来电", "deny"), ("嗯？什么", "inform")])
async def test_that_without_a_clear_yes_nothing_is_withdrawn(
    world: World, orders: Any, words: str, intent: str
) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    await talk.says("撤了吧", "cancel")
    await talk.says(words, intent)
    assert world.ask_town(f"select state from work_order where number='{order.number}'") == [("received",)]


async def test_that_of_several_the_one_meant_is_withdrawn_and_said_again_counts_as_yes(
    world: World, orders: Any
) -> None:
    talk = await begun(world)
    kept = await ordered(orders, talk)
    gone = await ordered(orders, talk, kind="meter", subject="apply_meter_test")
    assert "哪一件" in await talk.says("撤单", "cancel")
    place = next(n for n, title in enumerate(talk.choices) if "校验" in title)
    assert "您是要撤回" in await talk.says(f"第{'一二'[place]}个", "inform")
    assert await talk.says("对，撤了", "cancel") == said("withdrawn", number=gone.number)
    states = dict(
        world.ask_town(
            f"select number, state from work_order where number in ('{kept.number}', '{gone.number}')"
        )
    )
    assert states == {kept.number: "received", gone.number: "withdrawn"}


async def test_that_cancelling_without_an_order_cancels_as_before(world: World) -> None:
    talk = await begun(world)
    assert await talk.says("撤销吧", "cancel") == said("cancelled")


async def test_that_a_late_promised_call_is_no_case_for_hurrying_but_for_a_person(world: World) -> None:
    talk = await begun(world)
    await ticket_of(world, talk)
    call = {"phone": PHONE, "at": (clock.now() - timedelta(hours=1)).isoformat(timespec="minutes")}
    await settle(world, talk, outcome="callback_promised", callback=call)
    assert "还没有打通" in await talk.says("快点回电", "urge_ticket")
    await talk.says("是", "affirm")
    assert len(await world.tickets(talk)) == 2
