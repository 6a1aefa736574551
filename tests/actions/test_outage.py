"""Outages: by address, in one turn, without an account."""

from __future__ import annotations

from tests.actions.conftest import World


async def test_that_the_running_outage_is_told_in_one_turn(world: World) -> None:
    said = await world.talk().says("牡丹路60弄停电了，什么时候来电", "report_outage", ("address", "牡丹路60弄"))
    print(said)
    assert "牡丹路60弄" in said
    assert "10千伏电缆被附近施工挖断" in said
    assert "预计" in said
