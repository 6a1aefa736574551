"""`hotline up`: the whole hotline from one terminal. Databases, model, services; the demo adds its simulators."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from rich.console import Console

from hotline import database
from hotline.process import Child
from kit import clock
from kit.embedded import EmbeddedPostgres, EmbeddedValkey, sweep
from kit.errors import HotlineError, MisconfiguredError
from kit.settings import ROOT, Settings, bot_database_password, secrets_file

START_SECONDS = 120.0
INNER = ("bot", "actions", "backends", "inner")
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"


class StartFailed(HotlineError):
    """A part did not come up; the message quotes the end of its log."""


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, host: str, setting: str) -> None:
    """Refuse early, with the cure, when somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise MisconfiguredError(
                f"port {port} is in use: stop who listens there, or set {setting}"
            ) from error


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """One `up` per HOTLINE_HOME."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise MisconfiguredError(
                f"the hotline runs already with {home}; stop it, or set HOTLINE_HOME"
            ) from error
        yield


class Hotline:
    """Starts the parts in the order they need each other, watches them, stops them."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self.settings, self.console = settings, console
        self.began = time.monotonic()
        self.children: list[Child] = []
        self.watchers: list[asyncio.Task[None]] = []
        self.embedded: list[EmbeddedPostgres | EmbeddedValkey] = []
        # Inner doors without an address of yours are started here; the others are yours to run.
        self.own = {name for name in INNER if f"{name}_url" not in settings.model_fields_set}
        (settings.home / "logs").mkdir(parents=True, exist_ok=True)

    def note(self, text: str) -> None:
        self.console.print(f"[dim]{time.monotonic() - self.began:6.1f} s[/]  {text}")

    def databases(self) -> None:
        """Real PostgreSQL and Redis: yours by URL, else out of the wheels."""
        filled: dict[str, Any] = {}
        if self.settings.database_url is None:
            postgres = EmbeddedPostgres(self.settings.home)
            self.embedded.append(postgres)
            filled["database_url"] = SecretStr(postgres.start())
        if self.settings.redis_url is None:
            valkey = EmbeddedValkey(self.settings.home)
            self.embedded.append(valkey)
            filled["redis_url"] = SecretStr(valkey.start())
        self.settings = self.settings.model_copy(update=filled)
        assert self.settings.database_url
        admin = self.settings.database_url.get_secret_value()
        if self.settings.demo:
            password = bot_database_password(self.settings)
            for setting, role, schema in (
                ("bot_database_url", "hotline_bot", "rasa"),
                ("reference_database_url", "hotline_reference", "reference"),
            ):
                if getattr(self.settings, setting) is None:
                    url = database.with_role(admin, role=role, password=password, schema=schema)
                    self.settings = self.settings.model_copy(update={setting: SecretStr(url)})
        self.note("PostgreSQL and Redis answer")

    def addresses(self) -> None:
        """Free loopback ports for the inner doors that were not given."""
        filled = {f"{name}_url": f"http://127.0.0.1:{free_port()}" for name in self.own}
        self.settings = self.settings.model_copy(update=filled)

    def environment(self) -> dict[str, str]:
        """What children see: every setting, spelled out."""
        env = dict(os.environ) | {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "HOTLINE_DEMO": str(int(self.settings.demo)),
        }
        for name, value in self.settings:
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            if plain not in (None, "") and not isinstance(plain, bool):
                env[f"HOTLINE_{name.upper()}"] = str(plain)
        clock.now()  # fixes HOTLINE_STARTED_AT, so that all processes share one shifted clock
        return env | {k: v for k, v in os.environ.items() if k == clock.STARTED_AT}

    def train(self) -> None:
        """Train the model if data, configuration or components changed; its progress shows in this terminal."""
        code = subprocess.run(
            [str(BOT_PYTHON), "-m", "bot.train"], cwd=ROOT, env=self.environment()
        ).returncode
        if code:
            raise StartFailed(f"training failed ({code}); see above")
        self.note("the model is up to date")

    def _child(self, name: str, argv: list[str], url: str | None = None, **headers: str) -> Child:
        return Child(
            name, argv, self.environment(), self.settings.home / "logs" / f"{name}.log", url, headers
        )

    def plan(self) -> list[Child]:
        """Every process, the slowest first."""
        settings, python = self.settings, sys.executable
        port = {
            name: httpx.URL(getattr(settings, f"{name}_url")).port for name in ("bot", "actions", "backends")
        }
        token = f"Bearer {settings.internal_token.get_secret_value()}"
        plan = []
        if "bot" in self.own:
            argv = [str(BOT_PYTHON), "-m", "bot.server", "--port", str(port["bot"])]
            plan.append(self._child("bot", argv, settings.bot_url + "/health", Authorization=token))
        if "backends" in self.own and settings.demo:
            argv = [python, "-m", "backends.reference", "--port", str(port["backends"])]
            plan.append(self._child("backends", argv, settings.backends_url + "/healthz"))
        if "actions" in self.own:
            argv = [python, "-m", "actions", "--port", str(port["actions"])]
            plan.append(self._child("actions", argv, settings.actions_url + "/health"))
        # By name: test code is no part of what is installed, and nothing installed imports it.
        argv = [python, "-m", *(["tests.simulators.phone"] if settings.demo else ["hotline", "web"])]
        plan.append(self._child("web", argv, f"http://{settings.host}:{settings.port}/healthz"))
        plan.append(self._child("worker", [python, "-m", "hotline", "worker"]))
        if settings.demo:
            argv = [python, "-m", "tests.simulators.wechat", "--port", str(settings.simulator_port)]
            argv += ["--callback", f"http://{settings.host}:{settings.port}"]
            plan.append(self._child("wechat-simulator", argv, f"http://127.0.0.1:{settings.simulator_port}/"))
        return plan

    async def ready(self, child: Child) -> None:
        """Wait until it answers. Raises `StartFailed` quoting its log."""
        if child.ready_url is None:
            return
        deadline = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient(timeout=2.0) as client:
            while time.monotonic() < deadline and child.deaths < 3:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(child.ready_url, headers=child.ready_headers)).status_code == 200:
                        self.note(f"{child.name} is ready")
                        return
                await asyncio.sleep(0.15)
        raise StartFailed(f"{child.name} did not come up; the end of {child.log_file}:\n{child.last_words()}")

    async def run(self) -> None:
        """Everything up, then wait for Ctrl-C; whatever happens, everything that was started is stopped."""
        require_free(self.settings.port, self.settings.host, "HOTLINE_PORT")
        if self.settings.demo:
            require_free(self.settings.simulator_port, "127.0.0.1", "HOTLINE_SIMULATOR_PORT")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self.addresses()
        try:
            await asyncio.to_thread(self.train)
            await asyncio.to_thread(self.databases)
            starting = asyncio.create_task(self.start())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([starting, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                await starting
                self.show()
                await asyncio.to_thread(self.sweep)
                await stopped
            starting.cancel()
        finally:
            self.console.print("stopping …")
            await asyncio.gather(*(child.stop() for child in reversed(self.children)))
            await asyncio.gather(*self.watchers, return_exceptions=True)
            for part in reversed(self.embedded):
                await asyncio.to_thread(part.stop)
            self.console.print("stopped")

    async def start(self) -> None:
        """Start every process; ready when all answer."""
        self.children = self.plan()
        for child in self.children:
            child.on_start = self.write_down
        late = [child for child in self.children if child.name != "bot"]
        # The bot loads for seconds; meanwhile the tables are made.
        self.watchers = [asyncio.create_task(c.run()) for c in self.children if c.name == "bot"]
        await asyncio.to_thread(self.tables)
        self.watchers += [asyncio.create_task(child.run()) for child in late]
        await asyncio.gather(*(self.ready(child) for child in self.children))

    def tables(self) -> None:
        """Migrations, and in the demo the people at the desk."""
        assert self.settings.database_url
        url = self.settings.database_url.get_secret_value()
        database.upgrade(url)
        if self.settings.demo:
            asyncio.run(database.demo_agents(url, self.settings.desk_password.get_secret_value()))
        self.note("the tables are up to date")

    def sweep(self) -> None:
        """Data of homes that somebody deleted, as root; at leisure, when everything runs."""
        for home in sweep():
            self.note(f"{home} is gone: its databases were deleted")

    def write_down(self) -> None:
        """`run.json`: which process is which, and where the inner doors are; for people who look for them."""
        told = {
            "processes": {c.name: c.process.pid for c in self.children if c.process},
            "addresses": {name: str(getattr(self.settings, f"{name}_url")) for name in INNER},
        }
        (self.settings.home / "run.json").write_text(json.dumps(told, indent=1))

    def show(self) -> None:
        """The addresses, at the end, where they are looked for."""
        settings = self.settings
        base = f"http://{settings.host}:{settings.port}"
        rows = [("start here", base + "/"), ("web chat", base + "/chat"), ("agents' console", base + "/desk")]
        if settings.demo:
            rows.insert(1, ("WeChat, simulated", f"http://127.0.0.1:{settings.simulator_port}/"))
            rows.insert(2, ("telephone, by keyboard", base + "/phone"))
        self.console.print(
            f"\n[bold green]The hotline is ready[/] after {time.monotonic() - self.began:.1f} s"
        )
        for name, address in rows:
            self.console.print(f"  {name:<24}{address}")
        if settings.demo:
            self.console.print(
                f'  agents agent1, agent2, supervisor; their password is "desk_password" in {secrets_file(settings)}'
            )
        self.console.print(f"  logs {settings.home / 'logs'}   Ctrl-C stops everything\n")
