"""One running hotline for the walks."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.e2e.running import Resident, Running


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("hotline"))
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A real headless Chromium (`make test` finds or installs one)."""
    path = os.environ.get("HOTLINE_TEST_CHROMIUM")
    assert path, "run by `make test`, or set HOTLINE_TEST_CHROMIUM to a Chromium"
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        chromium = await playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        await chromium.close()


@pytest.fixture
def resident(hotline: Running) -> Resident:
    return Resident(hotline)
