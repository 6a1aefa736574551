"""One hotline for a run of scenarios, and several residents at it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.e2e.running import Running
from tests.scenarios.agents import Agent
from tests.scenarios.files import NOW, Scenario
from tests.scenarios.play import Played, play
from tests.scenarios.record import Record

AT_ONCE = 5


@asynccontextmanager
async def started(home: Path, now: str = NOW) -> AsyncIterator[tuple[Running, Record]]:
    """A hotline with state of its own, its clock at `now`. Each web visitor has an address of their own behind a trusted proxy."""
    running = Running(home, HOTLINE_NOW=now, HOTLINE_TRUSTED_PROXIES="127.0.0.1")
    try:
        await asyncio.to_thread(running.start)
        record = await Record.open(running.database_url)
        try:
            yield running, record
        finally:
            await record.close()
    finally:
        await asyncio.to_thread(running.remove)


def begin(running: Running, record: Record, scenarios: Sequence[Scenario]) -> dict[str, asyncio.Task[Played]]:
    """Tasks that play them, so many at once, by their ids."""
    room, agent = asyncio.Semaphore(AT_ONCE), Agent(running, record)

    async def one(scenario: Scenario) -> Played:
        async with room:
            return await play(running, record, agent, scenario)

    return {scenario.id: asyncio.create_task(one(scenario)) for scenario in scenarios}
