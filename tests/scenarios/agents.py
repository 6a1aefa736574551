"""The agent of a run: logged in once, at the desk's true API."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx

from tests.e2e.running import DESK_PASSWORD, Running
from tests.scenarios.record import Record

USERNAME = "agent1"


class Agent:
    """Does what an agent step says with the latest ticket of a conversation."""

    def __init__(self, running: Running, record: Record) -> None:
        self.running, self.record = running, record
        self._login = asyncio.Lock()  # the desk counts logins by name
        self._headers: dict[str, str] = {}

    async def does(self, conversation: str, what: str | dict[str, str]) -> None:
        """`claim`, `release`, `{say: words}`, `{close: outcome}`. Raises `LookupError` without a ticket, and as the desk refuses."""
        ticket = await self.record.ticket(conversation)
        if ticket is None:
            raise LookupError("there is no ticket for the agent")
        call, value = next(iter(what.items())) if isinstance(what, dict) else (what, "")
        path = {"say": "replies"}.get(call, call)
        bodies = {
            "say": {"text": value, "client_token": uuid.uuid4().hex},
            "close": {"outcome": value, "note": ""},
        }
        await self._post(f"/tickets/{ticket['number']}/{path}", bodies.get(call))

    async def _post(self, path: str, body: dict[str, Any] | None) -> None:
        async with httpx.AsyncClient(
            base_url=f"{self.running.base}/api", timeout=40, trust_env=False
        ) as http:
            async with self._login:
                if not self._headers:
                    known = {"username": USERNAME, "password": DESK_PASSWORD}
                    token = (await http.post("/login", json=known)).raise_for_status().json()["token"]
                    self._headers = {"Authorization": f"Bearer {token}"}
            http.cookies.clear()
            (await http.post(path, json=body, headers=self._headers)).raise_for_status()
