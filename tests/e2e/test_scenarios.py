"""The scenarios of `tests/scenarios`, one test each, against one running hotline a moment; several are played at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from tests.scenarios.files import Scenario, read_all
from tests.scenarios.play import Played
from tests.scenarios.run import begin, started

SCENARIOS = read_all()


@pytest.fixture(scope="module")
async def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, asyncio.Task[Played]]]:
    """Those of the moment that were selected, each on its way."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    # pytest types a parameter as object
    chosen = [
        cast(Scenario, item.callspec.params["scenario"]) for item in items if "played" in item.fixturenames
    ]
    chosen = [scenario for scenario in chosen if scenario.now == request.param]
    async with started(tmp_path_factory.mktemp("scenarios") / "home", request.param) as (running, record):
        tasks = begin(running, record, chosen)
        yield tasks
        for task in tasks.values():
            task.cancel()


@pytest.mark.parametrize(
    ("played", "scenario"),
    [pytest.param(scenario.now, scenario, id=scenario.id) for scenario in SCENARIOS],
    indirect=["played"],
)
async def test_that_the_scenario_goes_as_it_is_written(
    scenario: Scenario, played: dict[str, asyncio.Task[Played]]
) -> None:
    result = await played[scenario.id]
    if result.wrong:
        pytest.fail(str(result), pytrace=False)
