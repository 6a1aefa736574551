"""Live updates over real HTTP: every change is told, by number only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from desk import stream
from tests.desk.conftest import Browser, World


class Events:
    """Reads server-sent events from a response."""

    def __init__(self, response: httpx.Response) -> None:
        self.lines = response.aiter_lines()

    async def next(self, seconds: float = 5) -> tuple[str, Any]:
        async with asyncio.timeout(seconds):
            name = ""
            async for line in self.lines:
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(browser: Browser) -> AsyncIterator[Events]:
    async with browser.http.stream("GET", "/api/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = Events(response)
        assert (await events.next())[0] == "hello"
        yield events


async def test_that_every_change_of_a_ticket_is_told_without_its_content(
    world: World, browsers: Sequence[Browser]
) -> None:
    async with listening(browsers[0]) as events:
        number = await world.waiting(text="我叫王建国", urgent=True, reason="emergency")
        assert await events.next() == (
            "ticket",
            {"number": number, "state": "queued", "priority": "urgent"},
        )
        await browsers[1].post(f"/api/tickets/{number}/claim")
        assert (await events.next())[1]["state"] == "active"
        await world.writes("还在吗")  # the record rings with the conversation's id
        assert (await events.next())[1]["number"] == number
        await browsers[1].post(f"/api/tickets/{number}/close", json={"outcome": "resolved"})
        assert (await events.next())[1]["state"] == "closed"


async def test_that_what_the_stream_told_agrees_with_a_fresh_read(
    world: World, browsers: Sequence[Browser]
) -> None:
    seen: dict[str, str] = {}
    async with listening(browsers[0]) as events:
        numbers = [await world.waiting(resident=f"r{n}") for n in range(3)]
        await browsers[1].post("/api/tickets/next")
        await world.lapse(numbers[0])
        await browsers[1].post(f"/api/tickets/{numbers[1]}/claim")
        for _ in range(6):
            _, told = await events.next()
            seen[told["number"]] = told["state"]
    fresh = (await browsers[0].http.get("/api/tickets")).json()
    assert seen == {row["number"]: row["state"] for row in fresh}


async def test_that_a_stream_ends_so_that_the_browser_comes_back(
    browsers: Sequence[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LIFE_SECONDS", 0.3)
    async with asyncio.timeout(5):
        response = await browsers[0].http.get("/api/events")
    assert "event: hello" in response.text
    assert "retry: " in response.text


async def test_that_closing_waits_for_the_rings_under_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []

    async def late(name: str, text: str = "") -> None:
        await asyncio.sleep(0.1)
        rung.append(text)

    number = await world.waiting()
    await world.desk.aclose()
    monkeypatch.setattr(world.house.bell, "ring", late)
    async with world.db.work() as session:
        await world.desk.claim(session, number=number, agent=world.agents["agent1"])
    await world.desk.aclose()
    assert rung == [number]
