"""The web chat's door over real HTTP, and browsers to use it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from connectors.web.endpoints import mount_static, router
from kit.settings import Settings
from tests.connectors.live import Live, alive, served

Event = dict[str, Any]


class Browser:
    """One browser: its cookie, and what it may do."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=url, trust_env=False, timeout=10,
            headers={"Origin": url, "Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
        self.number = 0

    async def visit(self) -> bool:
        """Open the page; True for a new visit."""
        answer = await self.http.post("/chat/api/visit", json={})
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["new"])

    async def write(self, text: str, **headers: str) -> httpx.Response:
        self.number += 1
        body = {"text": text, "client_id": f"m{self.number}"}
        return await self.http.post("/chat/api/messages", json=body, headers=headers)

    @contextlib.asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
        """The events of a connection as they come."""
        params = {"after": str(after)}
        async with self.http.stream("GET", "/chat/api/stream", params=params, headers=headers) as response:
            assert response.status_code == 200, (await response.aread()).decode()
            yield _events(response)

    async def read(self, count: int, after: int = 0, **headers: str) -> list[Event]:
        """The next `count` messages of a new connection."""
        found: list[Event] = []
        async with self.stream(after, **headers) as events:
            async for event in events:
                if event["event"] == "message":
                    found.append(event)
                if len(found) == count:
                    break
        return found


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    name = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield {"event": name} | json.loads(line.removeprefix("data: "))


@dataclass
class Site:
    """The served chat."""

    live: Live
    url: str
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        browser = Browser(self.url)
        self.browsers.append(browser)
        return browser


@pytest.fixture
async def site(record_url: str, redis_url: str) -> AsyncIterator[Site]:
    """The web chat with a worker, at a free port."""
    async with alive(record_url, redis_url) as live:
        await live.house.bell.redis.flushdb()  # no other test's rate limits
        app = FastAPI()
        app.include_router(router(live.house, Settings(session_key=SecretStr("k" * 43))))
        mount_static(app)
        async with served(app) as url:
            site = Site(live, url)
            yield site
            for browser in site.browsers:
                await browser.http.aclose()
