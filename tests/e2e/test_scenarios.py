"""The scenarios of `tests/scenarios`, one test each, against one running hotline a moment; several are played at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.scenarios.files import Scenario, read_all
from tests.scenarios.play import Played
from tests.scenarios.run import begin, started

SCENARIOS = sorted(read_all(), key=lambda scenario: scenario.now)


class Moments:
    """The hotline of the present moment, and those of the selected scenarios that are on their way in it."""

    def __init__(self, homes: Path, selected: Sequence[Scenario]) -> None:
        self.homes, self.selected = homes, selected
        self.now, self.tasks = "", dict[str, asyncio.Task[Played]]()
        self._running = AsyncExitStack()

    async def result(self, scenario: Scenario) -> Played:
        """What comes of it; the first of a moment ends the hotline of the one before and starts the next."""
        if scenario.now != self.now:
            await self.end()
            self.now = scenario.now
            home = self.homes / f"{len(list(self.homes.iterdir()))}"
            running, record = await self._running.enter_async_context(started(home, self.now))
            self.tasks = begin(running, record, [one for one in self.selected if one.now == self.now])
        return await self.tasks[scenario.id]

    async def end(self) -> None:
        for task in self.tasks.values():
            task.cancel()
        await self._running.aclose()


@pytest.fixture(scope="module")
async def moments(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Moments]:
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    params = [item.callspec.params["scenario"] for item in items if "moments" in item.fixturenames]
    selected = [scenario for scenario in params if isinstance(scenario, Scenario)]
    found = Moments(tmp_path_factory.mktemp("scenarios"), selected)
    yield found
    await found.end()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
async def test_that_the_scenario_goes_as_it_is_written(scenario: Scenario, moments: Moments) -> None:
    result = await moments.result(scenario)
    if result.wrong:
        pytest.fail(str(result), pytrace=False)
