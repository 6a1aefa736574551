"""Subscribing, stopping and listing by fixed words, from anywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kit.wording import Wording
from outreach.models import Subscription
from tests.actions.conftest import Household, World
from tests.actions.rasa import Talk

WORDS = Wording()
LANE = "浦东新区牡丹路60弄"


def said(key: str, channel: str = "wechat", **values: object) -> str:
    return WORDS.text(f"utter_{key}", channel, **values)


async def wishes(world: World, talk: Talk) -> list[str]:
    query = select(Subscription).filter_by(conversation_id=talk.id, ended_at=None)
    return [one.title for one in await world.rows(query)]


async def test_that_a_place_in_the_message_is_subscribed_to(world: World) -> None:
    talk = world.talk("wechat")
    answer = await talk.says("订阅停电通知，牡丹路60弄", "query_planned_outage", ("address", "牡丹路60弄"))
    assert answer == said("subscribed_outage", title=LANE)
    assert await wishes(world, talk) == [LANE]


async def test_that_the_place_is_asked_for_and_then_listed_and_stopped(world: World) -> None:
    talk = world.talk("wechat")
    assert await talk.says("订阅停电通知", "out_of_scope", confidence=0.4) == said("ask_subscribe_place")
    assert await talk.says("火星基地", "inform") == said("address_unknown")
    answer = await talk.says("花木街道牡丹路60弄", "inform", ("address", "花木街道牡丹路60弄"))
    assert answer == said("subscribed_outage", title=LANE)
    assert talk.loop is None
    assert LANE in await talk.says("我的订阅", "query_bill")
    assert await talk.says("退订", "cancel") == said("unsubscribed")
    assert await talk.says("我的订阅", "inform") == said("subscriptions_none")
    assert await talk.says("不要再发了", "abuse") == said("unsubscribed_none")


async def test_that_stopping_is_heard_within_a_form(world: World) -> None:
    talk = world.talk("wechat")
    await talk.says("订阅停电通知，牡丹路60弄", "query_planned_outage", ("address", "牡丹路60弄"))
    await talk.says("查工单", "query_ticket")
    answer = await talk.says("退订", "inform")
    assert said("unsubscribed") in answer
    assert await wishes(world, talk) == []


async def test_that_notices_of_a_remembered_account_are_listed_and_stopped_by_the_same_words(
    world: World, household: Household
) -> None:
    talk = world.talk("wechat")
    await talk.says("查电费", "query_bill")
    await talk.says(household.number, "inform", ("account_number", household.number))
    await talk.says(household.holder_name, "inform", ("person_name", household.holder_name))
    await talk.says("好的", "affirm")
    assert said("part_wish_bound", title=household.number[-4:]) in await talk.says("我的订阅", "inform")
    assert await talk.says("退订", "cancel") == said("unsubscribed")
    assert await talk.says("我的订阅", "inform") == said("subscriptions_none")


async def test_that_danger_comes_before_any_command(world: World) -> None:
    talk = world.talk("wechat")
    answer = await talk.says("电线冒火了，别的不要再发了", "report_emergency")
    assert answer == said("emergency")


@pytest.mark.parametrize("channel", ["web", "ivr"])
async def test_that_where_nobody_can_be_written_to_it_is_said(world: World, channel: str) -> None:
    assert await world.talk(channel).says("订阅停电通知", "inform") == said("subscribe_not_here", channel)


async def test_that_arrears_need_a_bound_account(world: World) -> None:
    assert await world.talk("wechat").says("订阅欠费提醒", "inform") == said("subscribe_not_bound")
