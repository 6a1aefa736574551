"""Promised calls: made by whoever is on duty, tried as often and as far apart as the rule says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desk import calls
from desk.models import Survey, Ticket, TicketEvent
from kit.errors import BadInput, Conflict
from tests.desk.conftest import Browser, World
from tests.desk.test_replies import CALL, close


async def promised(world: World, **changes: Any) -> str:
    number = await world.claimed(**changes)
    await close(world, number, outcome="callback_promised", callback=CALL)
    return number


async def call(world: World, number: str, by: str = "agent1", **result: Any) -> Ticket:
    async with world.db.work() as session:
        return await calls.record(session, world.desk, number=number, agent=world.agents[by], **result)


async def pass_time(world: World, hours: float) -> None:
    async with world.db.work() as session:
        await session.execute(update(TicketEvent).values(at=TicketEvent.at - timedelta(hours=hours)))


async def listed(world: World) -> list[str]:
    async with world.db.work() as session:
        return [row[0].number for row in await world.desk.list_tickets(session, state="calls")]


async def test_that_a_promised_call_is_listed_until_somebody_was_reached(world: World) -> None:
    number = await promised(world)
    assert await listed(world) == [number]
    assert (await call(world, number, reached=False)).outcome == "callback_promised"
    await pass_time(world, 3)
    assert (await call(world, number, reached=True, answer="satisfied", note="已送电")).outcome == "resolved"
    assert await listed(world) == []
    async with world.db.work() as session:
        row = await session.get_one(Survey, number)
        assert (row.source, row.answer, row.comment) == ("call", "satisfied", "已送电")
    with pytest.raises(Conflict) as done:
        await call(world, number, reached=True)
    assert done.value.code == "no_call_due"


async def test_that_tries_lie_apart_and_three_in_vain_are_the_outcome(world: World) -> None:
    number = await promised(world)
    for tried in (1, 2, 3):
        ticket = await call(world, number, reached=False)
        assert ticket.outcome == ("not_reachable" if tried == 3 else "callback_promised")
        if tried < 3:
            with pytest.raises(Conflict) as soon:
                await call(world, number, reached=False)
            assert soon.value.code == "call_too_soon"
            await pass_time(world, 2.1)
    assert (await world.events(number)).count("called") == 3


async def test_that_another_agent_takes_the_call_over_before_making_it(world: World) -> None:
    number = await promised(world)
    with pytest.raises(Conflict) as foreign:
        await call(world, number, by="agent2", reached=True)
    assert foreign.value.code == "call_not_yours"
    async with world.db.work() as session:
        await calls.take(session, world.desk, number=number, agent=world.agents["agent2"])
    await call(world, number, by="agent2", reached=True)


async def test_that_nobody_who_was_not_reached_was_content(world: World) -> None:
    number = await promised(world)
    with pytest.raises(BadInput):
        await call(world, number, reached=False, answer="satisfied")
    with pytest.raises(BadInput):
        await call(world, number, reached=True, answer="delighted")


async def test_that_the_console_shows_urging_the_call_and_the_rating(
    world: World, browsers: Sequence[Browser]
) -> None:
    first, second = browsers
    number = await promised(world)
    assert 'data-testid="call-form"' in (await first.http.get(f"/desk/tickets/{number}")).text
    other = (await second.http.get(f"/desk/tickets/{number}")).text
    assert 'data-testid="call-take"' in other
    assert CALL["phone"] not in other
    assert number in (await second.http.get("/desk/tickets?state=calls")).text
    assert (await second.post(f"/desk/tickets/{number}/calls/take")).status_code == 204
    assert CALL["phone"] in (await second.http.get(f"/desk/tickets/{number}")).text
    form = {"reached": "1", "answer": "neutral", "note": "等了两天"}
    assert (await first.post(f"/desk/tickets/{number}/calls", data=form)).status_code == 409
    assert (await second.post(f"/desk/tickets/{number}/calls", data=form)).status_code == 204
    shown = (await second.http.get(f"/desk/tickets/{number}")).text
    assert "一般：等了两天" in shown
    assert 'data-kind="called"' in shown


async def test_that_the_list_of_calls_tells_when_and_what_to_dial_to_who_makes_the_call(
    world: World, browsers: Sequence[Browser]
) -> None:
    await promised(world)
    mine, other = [(await browser.http.get("/desk/tickets?state=calls")).text for browser in browsers]
    assert "13800006789" in mine
    assert "13800006789" not in other
    assert "89</td>" in other
    for page in (mine, other):
        assert 'data-testid="call-at">08-13 18:00<' in page


async def test_that_the_api_lists_and_notes_calls(world: World, browsers: Sequence[Browser]) -> None:
    browser = browsers[0]
    number = await promised(world)
    rows = (await browser.http.get("/api/tickets?state=calls")).json()
    assert [row["number"] for row in rows] == [number]
    answer = await browser.post(
        f"/api/tickets/{number}/calls", json={"reached": True, "answer": "dissatisfied"}
    )
    assert (answer.status_code, answer.json()["outcome"]) == (200, "resolved")
    page = (await browser.http.get(f"/api/tickets/{number}")).json()
    assert page["rating"] == {"source": "call", "answer": "dissatisfied", "comment": ""}
