"""Grid managers by address, on real servers."""

from __future__ import annotations

import pytest

from actions.manager import span_of
from backends.contracts import GridManager
from backends.outages import Outages
from kit import clock
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.servers import BACKENDS

FIXED = "牡丹路60弄"


async def manager_of(world: World) -> GridManager:
    """The manager of the fixed place, as the utility has it."""
    async with Outages(world.reference, BACKENDS) as outages:
        manager = (await outages.place(FIXED)).places[0].grid_manager
    assert manager
    return manager


async def test_that_the_manager_of_an_address_is_named_in_one_turn(world: World) -> None:
    talk = world.talk()
    said = await talk.says(f"{FIXED}的网格经理是谁", "query_grid_manager", ("address", FIXED))
    manager = await manager_of(world)
    assert manager.name in said
    assert manager.phone in said
    assert talk.ran == ["action_tell_manager"]


async def test_that_a_caller_hears_no_digits(world: World) -> None:
    said = await world.talk("ivr").says("网格经理电话", "query_grid_manager")
    assert not any(c.isascii() and c.isdigit() for c in said)
    said = await world.talk("ivr").says(f"{FIXED}网格经理电话", "query_grid_manager", ("address", FIXED))
    assert not any(c.isascii() and c.isdigit() for c in said)


async def test_that_the_place_is_asked_for_and_then_remembered(world: World) -> None:
    talk = world.talk()
    assert await talk.says("我们这儿归谁管", "query_grid_manager") == Wording().text(
        "utter_manager_where", "web"
    )
    assert talk.loop == "manager_form"
    assert (await manager_of(world)).name in await talk.says(FIXED, "inform", ("address", FIXED))
    assert talk.loop is None
    assert "正在停电" in await talk.says("那为什么停电", "query_outage")


async def test_that_namesakes_are_asked_about(world: World) -> None:
    talk = world.talk("wechat")
    await talk.says("阳光花园的客户经理是谁", "query_grid_manager", ("address", "阳光花园"))
    assert len(talk.choices) > 1
    said = await talk.says("1", "inform")
    assert "阳光花园的网格客户经理" in said


async def test_that_an_unknown_place_leads_to_a_person(world: World) -> None:
    talk = world.talk()
    await talk.says("火星路99弄归谁管", "query_grid_manager", ("address", "火星路99弄"))
    await talk.says("木星小区", "inform", ("address", "木星小区"))
    said = await talk.says("土星小区", "inform", ("address", "土星小区"))
    assert said == Wording().text("utter_manager_given_up", "web")
    await talk.says("好", "affirm")
    assert len(await world.tickets(talk)) == 1


async def test_that_another_matter_leads_out_of_the_question(world: World) -> None:
    talk = world.talk()
    await talk.says("我们这儿归谁管", "query_grid_manager")
    said = await talk.says("电子发票怎么开", "ask_invoice")
    assert "电子发票" in said
    await talk.says("转人工", "request_agent")
    assert len(await world.tickets(talk)) == 1


@pytest.mark.parametrize(("hour", "away"), [(3, True), (10, False), (23, True)])
async def test_that_out_of_hours_it_is_said_who_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, hour: int, away: bool
) -> None:
    hours = (await manager_of(world)).hours
    assert span_of(GridManager(name="x", phone="1", hours=hours)) is not None
    moment = clock.now().replace(hour=hour, minute=0)
    monkeypatch.setattr("actions.manager.clock.now", lambda: moment)
    said = await world.talk().says(f"{FIXED}的网格经理", "query_grid_manager", ("address", FIXED))
    assert (Wording().text("utter_manager_away", "web") in said) is away


@pytest.mark.parametrize(
    ("hours", "known"), [("08:30-17:30", True), ("8:30至17:30", True), ("工作日白天", False)]
)
def test_that_hours_are_read_where_they_are_a_span(hours: str, known: bool) -> None:
    assert (span_of(GridManager(name="x", phone="1", hours=hours)) is not None) is known
