"""A ticket as its resident may know it, and hurrying it from the line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from conversations.ports import Parse
from desk import progress
from desk.errors import Closed
from desk.models import TicketEvent
from kit.errors import Conflict
from tests.desk.conftest import INNER_TOKEN, World
from tests.desk.test_replies import close

PHONE = "13800006789"


@pytest.fixture
async def door(address: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {INNER_TOKEN.get_secret_value()}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=10) as client:
        yield client


async def ask(door: httpx.AsyncClient, world: World, number: str, **body: Any) -> httpx.Response:
    """Another resident asks."""
    conversation, _ = await world.writes("你好", resident=body.pop("resident", "a-neighbour"))
    return await door.post(
        f"/inner/tickets/{number}/state", json={"conversation": str(conversation.id)} | body
    )


async def urge(world: World, number: str, key: str) -> int:
    async with world.db.work() as session:
        ticket = await progress.urge(session, world.desk, await _ticket(session, number), key=key)
        return ticket.urges


async def _ticket(session: Any, number: str) -> Any:
    from desk import repository

    return await repository.get_by_number(session, number)


async def later(world: World, by: timedelta) -> None:
    """Time passes for all that was hurried."""
    from sqlalchemy import update

    async with world.db.work() as session:
        await session.execute(update(TicketEvent).values(at=TicketEvent.at - by))


async def test_that_the_door_asks_for_the_inner_token(address: str, world: World) -> None:
    number = await world.waiting()
    async with httpx.AsyncClient(base_url=address) as stranger:
        assert (await stranger.post(f"/inner/tickets/{number}/state", json={})).status_code == 401
        assert (await stranger.get("/inner/tickets")).status_code == 401


async def test_that_a_ticket_is_told_to_its_conversation_and_to_nobody_else(
    door: httpx.AsyncClient, world: World
) -> None:
    number = await world.waiting(facts={"phone_number": PHONE})
    own = await ask(door, world, number, resident="openid-1")
    assert own.status_code == 200
    assert (own.json()["state"], own.json()["place"], own.json()["step"]) == ("queued", 1, "opened")
    for body in ({}, {"phone_last4": "1234"}):
        refused = await ask(door, world, number, **body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_proved")
    assert (await ask(door, world, number, phone_last4=PHONE[-4:])).status_code == 200


async def test_that_a_visitor_of_the_same_address_is_not_the_same_resident(
    door: httpx.AsyncClient, world: World
) -> None:
    from conversations.ports import InboundMessage

    visits = [
        await world.house.receive(InboundMessage("web", "web", visit, visit, "转人工", identity="10.0.0.1"))
        for visit in ("one", "two")
    ]
    await world.hand_over(world.request(await world.conversation(visits[0].conversation_id)))
    told = [
        (await door.get("/inner/tickets", params={"conversation": str(visit.conversation_id)})).json()[
            "tickets"
        ]
        for visit in visits
    ]
    assert [len(tickets) for tickets in told] == [1, 0]


async def test_that_a_caller_who_rings_again_is_the_same_resident(
    door: httpx.AsyncClient, world: World
) -> None:
    from conversations.ports import InboundMessage

    calls = [
        await world.house.receive(InboundMessage("ivr", "ivr", call, call, "转人工", identity=PHONE))
        for call in ("call-1", "call-2")
    ]
    await world.hand_over(world.request(await world.conversation(calls[0].conversation_id)))
    answer = await door.get("/inner/tickets", params={"conversation": str(calls[1].conversation_id)})
    assert len(answer.json()["tickets"]) == 1


async def test_that_three_wrong_telephones_lock_even_the_right_one(
    door: httpx.AsyncClient, world: World
) -> None:
    number = await world.waiting(facts={"phone_number": PHONE})
    conversation, _ = await world.writes("你好", resident="a-neighbour")
    for key in ("m1", "m2", "m2", "m3"):
        body = {"conversation": str(conversation.id), "key": key}
        assert (await door.post(f"/inner/tickets/{number}/failures", json=body)).status_code == 204
        refused = await ask(door, world, number, phone_last4=PHONE[-4:])
        assert refused.status_code == (429 if key == "m3" else 200), key
    # Also a number that is no ticket's, since the utility's orders are asked for after this.
    locked = await ask(door, world, "20200101000001", phone_last4="1234")
    assert (locked.status_code, locked.json()["error"]["code"]) == (429, "too_many_proofs")


async def test_that_hurrying_moves_up_but_never_before_what_is_urgent(world: World) -> None:
    urgent = await world.waiting(resident="r0", urgent=True)
    first, second = [await world.waiting(resident=f"r{n}") for n in (1, 2)]
    assert await urge(world, second, "k1") == 1
    assert await urge(world, second, "k1") == 1
    async with world.db.work() as session:
        places = {}
        for number in (urgent, first, second):
            ticket = await _ticket(session, number)
            places[number] = await world.desk.place_in_line(session, ticket.conversation_id)
    assert places == {urgent: 1, second: 2, first: 3}
    assert await world.events(second) == ["opened", "urged"]
    line = [row[0].number for row in await _line(world)]
    assert line == [urgent, second, first]


async def _line(world: World) -> Any:
    async with world.db.work() as session:
        return await world.desk.list_tickets(session, state="queued")


async def test_that_hurrying_keeps_to_the_dated_rule(world: World) -> None:
    number = await world.waiting()
    await urge(world, number, "k1")
    with pytest.raises(Conflict) as soon:
        await urge(world, number, "k2")
    assert soon.value.code == "too_soon"
    await later(world, timedelta(minutes=6))
    assert await urge(world, number, "k2") == 2
    await later(world, timedelta(minutes=6))
    with pytest.raises(Conflict) as often:
        await urge(world, number, "k3")
    assert often.value.code == "too_often"


async def test_that_a_closed_ticket_is_not_hurried(world: World) -> None:
    number = await world.claimed()
    await close(world, number)
    with pytest.raises(Closed):
        await urge(world, number, "k1")


async def test_that_who_waits_and_urges_is_told_the_new_place(world: World) -> None:
    await world.waiting(resident="before")
    number = await world.waiting(resident="openid-1")
    world.bot.parsed = Parse("urge_ticket", 0.9)
    for _ in range(2):
        _, turn = await world.writes("快点，催一下")
        await world.turns.run(turn.id)
    first, second = [
        message.text for message, _ in await world.said_in(number) if message.author == "system"
    ][-2:]
    assert first == world.house.words("utter_queue_urged", "wechat", number=number, place=1).text
    assert second == world.house.words("utter_queue_waiting", "wechat", number=number, place=1).text
    assert (await world.ticket(number)).urges == 1
