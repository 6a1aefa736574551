"""The whole hotline as `make run` starts it, on free ports, with state of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import psycopg

from hotline.up import free_port
from kit.embedded import remove
from kit.settings import ROOT

START_SECONDS = 300  # the first start may train the model
DESK_PASSWORD = "e2e-desk-password"


class Running:
    """A running hotline and the handles that tests need: addresses, secrets, processes, the record."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port, self.simulator_port = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.simulator = f"http://127.0.0.1:{self.simulator_port}"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")} | {
            "HOTLINE_HOME": str(home),
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_SIMULATOR_PORT": str(self.simulator_port),
            "HOTLINE_DESK_PASSWORD": DESK_PASSWORD,
            **environment,
        }
        self.output = home / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """`hotline up`, until it says that it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hotline", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + START_SECONDS
        while "The hotline is ready" not in self.output.read_text("utf-8", "replace"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(
                    f"the hotline did not start:\n{self.output.read_text('utf-8', 'replace')[-3000:]}"
                )
            time.sleep(0.2)

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(40)

    def remove(self) -> None:
        self.stop()
        remove(self.home)

    @property
    def secrets(self) -> dict[str, str]:
        return dict(json.loads((self.home / "secrets.json").read_text()))

    @property
    def run(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "run.json").read_text()))

    def pid(self, name: str) -> int:
        return int(self.run["processes"][name])

    @property
    def database_url(self) -> str:
        password = (self.home / "postgres" / "password").read_text().strip()
        port = (self.home / "postgres" / "port").read_text().strip()
        return f"postgresql://hotline:{password}@127.0.0.1:{port}/hotline"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the record."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, values).fetchall()


class Resident:
    """Somebody with WeChat, on the simulated platform: what they write travels signed and encrypted."""

    def __init__(self, running: Running, name: str = "") -> None:
        self.running = running
        self.openid = f"o{name or uuid.uuid4().hex[:20]}"
        self.seen = 0

    async def _platform(self, method: str, path: str, **options: Any) -> Any:
        async with httpx.AsyncClient(base_url=self.running.simulator, timeout=40) as client:
            response = await client.request(method, path, **options)
        response.raise_for_status()
        return response.json()

    async def say(self, text: str, *, wait: bool = True, **more: Any) -> dict[str, Any]:
        """Write; with `wait`, until the platform's deliveries are over."""
        body = {"resident": self.openid, "text": text, "wait": wait, **more}
        return dict(await self._platform("POST", "/_sim/say", json=body))

    async def lines(self) -> list[dict[str, Any]]:
        """What the phone shows, oldest first."""
        return list((await self._platform("GET", "/_sim/chat", params={"resident": self.openid}))["lines"])

    async def new_words(self, *, seconds: float = 0.0, expect: str = "") -> str:
        """What the account said since the last look; waits up to `seconds` for `expect`."""
        deadline = time.monotonic() + seconds
        while True:
            fresh = [
                line for line in await self.lines() if line["number"] > self.seen and line["who"] != "me"
            ]
            text = "\n".join(line["text"] for line in fresh)
            if (expect in text and fresh) or time.monotonic() >= deadline:
                self.seen = max([line["number"] for line in fresh], default=self.seen)
                return text
            await asyncio.sleep(0.1)

    async def asks(self, text: str) -> str:
        """Write and read the answer that came in the callback's own response."""
        await self.new_words()
        await self.say(text)
        return await self.new_words()
