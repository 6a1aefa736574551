"""Where tickets and work orders stand: own ones without a number, others after the end of their telephone."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backends.contracts import Order, OrderRequest
from backends.orders import Orders
from conversations import record
from conversations.models import Conversation
from conversations.ports import HandoffRequest
from kit import clock
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk
from tests.actions.servers import BACKENDS
from tests.serving import serving

WORDS = Wording()
PHONE = "13800005678"


@pytest.fixture
async def orders(world: World) -> AsyncIterator[Orders]:
    async with Orders(world.reference, BACKENDS) as client:
        yield client


async def ordered(orders: Orders, talk: Talk | None = None, **changes: Any) -> Order:
    """A work order, of this conversation or of nobody's here."""
    asked = {"kind": "fault", "subject": "report_outage", "text": "没电", "contact_phone": PHONE}
    conversation = str(talk.id) if talk else ""
    request = OrderRequest(**(asked | {"conversation": conversation} | changes))
    return await orders.create(request, key=secrets.token_hex(8))


def change_town(world: World, query: str, *values: Any) -> None:
    with psycopg.connect(world.town, options="-c search_path=reference,public") as connection:
        connection.execute(query, values)


async def begun(world: World, channel: str = "wechat") -> Talk:
    """A conversation in which something was said."""
    talk = world.talk(channel)
    await talk.says("你好", "greet")
    return talk


async def ticket_of(world: World, talk: Talk, **facts: Any) -> str:
    """A ticket of the desk that this resident waits with."""
    async with world.house.db.work() as session:
        conversation = await session.get_one(Conversation, talk.id)
        result = await world.house.desk.hand_over(
            session,
            HandoffRequest(
                talk.id, secrets.token_hex(8), conversation.epoch, "beyond_bot", "dispute_bill", facts=facts
            ),
        )
        return result.number


async def settle(world: World, talk: Talk, **columns: Any) -> None:
    """An agent has closed it; the bot is back."""
    [ticket] = [t for t in await world.tickets(talk) if t.state != "closed"]
    async with world.house.db.work() as session:
        row = await session.get_one(type(ticket), ticket.id)
        row.state, row.outcome, row.closed_at = "closed", "resolved", clock.now()
        for name, value in columns.items():
            setattr(row, name, value)
        await record.change_owner(session, await record.lock_conversation(session, talk.id), "bot")


def said(key: str, /, channel: str = "wechat", **values: Any) -> str:
    return WORDS.text(f"utter_{key}", channel, **values)


async def test_that_an_own_order_is_told_without_its_number(world: World, orders: Orders) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    answer = await talk.says("我报的修到哪了", "query_ticket")
    about: dict[str, Any] = {"subject": "报修停电", "opened": order.created_at, "due": order.contact_by}
    assert answer == "\n".join([said("order_received", **about), said("order_due", **about)])
    assert talk.slots["ticket_number"] == order.number


async def test_that_an_own_ticket_of_the_desk_is_told_without_its_number(world: World) -> None:
    talk = await begun(world)
    await ticket_of(world, talk)
    await settle(world, talk)
    [ticket] = await world.tickets(talk)
    answer = await talk.says("上次的事办好没有", "query_ticket")
    assert "办结" in answer
    assert said("wish_dispute_bill") in answer
    assert talk.slots["ticket_number"] == ticket.number


async def test_that_of_several_the_resident_says_which(world: World, orders: Orders) -> None:
    talk = await begun(world)
    await ordered(orders, talk)
    meter = await ordered(orders, talk, kind="meter", subject="apply_meter_test")
    assert "想问哪一件" in await talk.says("我的工单", "query_ticket")
    assert len(talk.choices) == 2
    answer = await talk.says("第二个" if "校验" in talk.choices[1] else "第一个", "inform")
    assert said("wish_apply_meter_test") in answer
    assert talk.slots["ticket_number"] == meter.number
    assert talk.loop is None


async def test_that_a_foreign_order_needs_its_number_and_the_end_of_its_telephone(
    world: World, orders: Orders
) -> None:
    order = await ordered(orders)
    talk = await begun(world)
    assert await talk.says("查工单进度", "query_ticket") == said("ask_ticket_number", length=14)
    assert await talk.says(order.number, "inform") == said("ask_ticket_phone")
    answer = await talk.says(PHONE[-4:], "inform")
    assert answer.startswith(said("order_received", subject="报修停电", opened=order.created_at))
    assert talk.loop is None
    # The same one is meant afterwards, and proved again.
    assert await talk.says("那催一下", "urge_ticket") != said("ask_ticket_number", length=14)
    assert talk.slots["ticket_number"] == order.number


async def test_that_a_ticket_of_another_conversation_needs_the_same_proof(world: World) -> None:
    caller = await begun(world)
    number = await ticket_of(world, caller, phone_number=PHONE)
    talk = await begun(world)
    assert await talk.says(f"工单{number}", "query_ticket") == said("ask_ticket_phone")
    answer = await talk.says("尾号五六七八", "inform")
    assert "排在第" in answer
    [ticket] = await world.tickets(caller)
    assert ticket.state == "queued"


async def test_that_a_wrong_telephone_tells_nothing_and_is_counted_for_a_day(
    world: World, orders: Orders
) -> None:
    order = await ordered(orders)
    talk = await begun(world)
    await talk.says(f"工单{order.number}怎么样了", "query_ticket")
    assert await talk.says("1111", "inform") == said("ticket_phone_wrong")
    assert await talk.says("2222", "inform") == said("ticket_phone_wrong")
    assert await talk.says("3333", "inform") == said("ticket_given_up")
    assert talk.loop is None
    # A person has it, and guessing goes on from nowhere else, though the digits be right by now.
    again = await begun(world)
    await again.says(f"工单{order.number}怎么样了", "query_ticket")
    await again.says(PHONE[-4:], "inform")
    for one in (talk, again):
        [ticket] = await world.tickets(one)
        assert ticket.reason == "verification_failed"


async def test_that_an_unknown_number_ends_with_a_person_at_the_third_try(world: World) -> None:
    talk = await begun(world)
    assert await talk.says("工单20200101000001", "query_ticket") == said("ticket_unknown", length=14)
    assert await talk.says("20200101000002", "inform") == said("ticket_unknown", length=14)
    assert await talk.says("20200101000003", "inform") == said("ticket_given_up")
    assert len(await world.tickets(talk)) == 1


async def test_that_a_number_heard_in_parts_is_put_together(world: World, orders: Orders) -> None:
    order = await ordered(orders)
    talk = await begun(world, "ivr")
    await talk.says("查工单", "query_ticket")
    first, second = order.number[:8], order.number[8:]
    assert await talk.says(first, "inform") == said("ticket_number_part", "ivr", heard=first, missing=6)
    assert await talk.says(second, "inform") == said("ask_ticket_phone", "ivr")
    assert "已经受理" in await talk.says("五六七八", "inform")


@pytest.mark.parametrize("answer", ["没有工单号", "忘了", "我不记得了"])
async def test_that_who_has_no_number_is_offered_a_person(world: World, answer: str) -> None:
    talk = await begun(world)
    await talk.says("查工单", "query_ticket")
    assert await talk.says(answer, "deny") == said("ticket_no_number")
    await talk.says("好", "affirm")
    assert len(await world.tickets(talk)) == 1


async def test_that_another_matter_leads_out_of_the_question(world: World) -> None:
    talk = await begun(world)
    await talk.says("查工单", "query_ticket")
    answer = await talk.says("12398是什么", "ask_complaint_channel")
    assert "12398" in answer
    assert answer.endswith(said("ask_ticket_number", length=14))


async def test_that_what_is_late_is_admitted(world: World, orders: Orders) -> None:
    talk = await begun(world)
    order = await ordered(orders, talk)
    late = clock.now() - timedelta(minutes=20)
    change_town(
        world, "update work_order set state='dispatched', created_at=%s, contact_by=%s where number=%s",
        late - timedelta(hours=1), late, order.number,
    )  # fmt: skip
    answer = await talk.says("师傅怎么还没来", "query_ticket")
    assert said("order_overdue", due=late) in answer
    assert talk.choices == ["催办", "转人工"]


async def test_that_a_promised_call_that_never_came_is_admitted_and_a_person_offered(world: World) -> None:
    talk = await begun(world)
    await ticket_of(world, talk)
    promised = (clock.now() - timedelta(hours=2)).replace(second=0, microsecond=0)
    call = {"phone": PHONE, "at": promised.isoformat(timespec="minutes")}
    await settle(world, talk, outcome="callback_promised", callback=call)
    answer = await talk.says("说好给我回电的呢", "query_ticket")
    assert "还没有打通" in answer
    await talk.says("好", "affirm")
    assert len(await world.tickets(talk)) == 2


async def test_that_dead_systems_are_admitted(world: World) -> None:
    from actions.app import create_app
    from tests.actions import servers
    from tests.actions.rasa import client

    talk = await begun(world)
    settings = servers.settings_of(backends_url="http://127.0.0.1:9", inner_url=world.inner)
    async with serving(create_app(settings)) as url, client(url) as http:
        talk.http = http
        assert await talk.says("我的工单呢", "query_ticket") == said("backend_down")
