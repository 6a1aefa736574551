"""`python -m bot.server --port N`: the door's process.

It listens at once, answers 503 while Rasa and the model load, and is ready when the canaries were understood.

Environment:
    HOTLINE_INTERNAL_TOKEN      required   shown by every caller, and by us to the action server
    HOTLINE_BOT_DATABASE_URL    required   PostgreSQL of the trackers; the role needs only its own schema
    HOTLINE_ACTIONS_URL         required   the action server: `/webhook` for actions, `/nlg` for words
    HOTLINE_REDIS_URL           optional   locks between several of these processes

Ends on SIGTERM or SIGINT: takes nothing new, finishes running turns for up to ten seconds. Exit codes: 0 ended,
1 the model or a store failed, 2 a setting is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot import logs, runtime
from bot.channel import Channel

if TYPE_CHECKING:
    from bot.door import Door

DRAIN_SECONDS = 10.0


class SettingMissing(Exception):
    """A required variable of the environment is not set; the message is its name."""


@dataclass(frozen=True)
class Settings:
    """What the door's process is told. The representation shows no secret."""

    token: str
    database_url: str
    actions_url: str
    redis_url: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Raises: SettingMissing."""

        def required(name: str) -> str:
            value = environment.get(name, "").strip()
            if not value:
                raise SettingMissing(name)
            return value

        return cls(
            token=required("HOTLINE_INTERNAL_TOKEN"),
            database_url=required("HOTLINE_BOT_DATABASE_URL"),
            actions_url=required("HOTLINE_ACTIONS_URL"),
            redis_url=environment.get("HOTLINE_REDIS_URL", "").strip() or None,
        )

    def __repr__(self) -> str:
        return f"Settings(actions_url={self.actions_url!r}, redis={bool(self.redis_url)})"


def load(settings: Settings, model: Path) -> Door:
    """Import Rasa, connect the store, load the model. Blocking."""
    logs.progress("importing Rasa")
    begin = time.monotonic()
    from bot.door import Door
    from bot.locks import ConversationLocks
    from bot.tracker_store import PostgresTrackerStore

    logs.progress(f"Rasa imported in {time.monotonic() - begin:.1f} s; loading {model}")
    begin = time.monotonic()
    store = PostgresTrackerStore(None, settings.database_url)
    door = Door.load(
        model,
        store,
        ConversationLocks(settings.redis_url),
        actions_url=settings.actions_url,
        token=settings.token,
    )
    canary = door.canary
    logs.progress(
        f"model loaded in {time.monotonic() - begin:.1f} s; canaries {canary.right} of {canary.asked},"
        f" slowest {canary.slowest_ms:g} ms"
    )
    return door


async def serve(settings: Settings, host: str, port: int, model: Path) -> int:
    """Run until a signal; returns the exit code."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    channel = Channel(settings.token)
    runner = web.AppRunner(channel.application(), access_log=None, shutdown_timeout=DRAIN_SECONDS)
    await runner.setup()
    begin = time.monotonic()
    site = web.TCPSite(runner, host, port, shutdown_timeout=DRAIN_SECONDS)
    await site.start()
    bound = runner.addresses[0][1]
    logs.progress(f"listening on http://{host}:{bound}")

    loaded: asyncio.Future[Door] = loop.create_future()

    def work() -> None:
        try:
            door = load(settings, model)
        except BaseException as error:  # whatever it is, the waiting side must learn of it
            loop.call_soon_threadsafe(_fail, loaded, error)
        else:
            loop.call_soon_threadsafe(_succeed, loaded, door)

    # A daemon: a signal while loading ends the process at once.
    threading.Thread(target=work, name="load", daemon=True).start()
    stop = asyncio.ensure_future(ended.wait())
    await asyncio.wait({loaded, stop}, return_when=asyncio.FIRST_COMPLETED)
    code = 0
    if loaded.done() and loaded.exception() is None:
        channel.door = loaded.result()
        logs.progress(f"ready after {time.monotonic() - begin:.1f} s")
        await stop
        logs.progress("ending")
    elif loaded.done():
        problem = loaded.exception()
        logs.progress(f"cannot start: {type(problem).__name__}: {_short(problem)}")
        code = 1
    stop.cancel()
    await runner.cleanup()
    if channel.door is not None:
        await channel.door.close()
    return code


def _fail(future: asyncio.Future[Door], error: BaseException) -> None:
    if not future.cancelled():
        future.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))


def _succeed(future: asyncio.Future[Door], door: Door) -> None:
    if not future.cancelled():
        future.set_result(door)


def _short(problem: BaseException | None) -> str:
    # A driver's message may quote the connection's address, password included.
    if type(problem).__module__.startswith(("sqlalchemy", "psycopg2")):
        return "the database of HOTLINE_BOT_DATABASE_URL cannot be used"
    return str(problem).splitlines()[0] if str(problem) else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="python -m bot.server", description="The one door into the bot.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--model", type=Path, default=Path("models/hotline.tar.gz"))
    options = parser.parse_args(arguments)
    try:
        settings = Settings.read(os.environ)
    except SettingMissing as missing:
        logs.progress(f"cannot start: {missing} is not set")
        return 2
    try:
        runtime.prepare(tensorflow=runtime.needs_tensorflow(options.model))
    except (FileNotFoundError, ValueError):
        logs.progress(f"cannot start: {options.model} is no model; `make train` makes it")
        return 1
    logs.configure()
    return asyncio.run(serve(settings, options.host, options.port, options.model))


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # A thread that is still importing Rasa must not hold the process.
    os._exit(code)
