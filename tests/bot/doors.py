"""What the door's tests stand on: a database, an action server that can misbehave, and a tiny trained model."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import sqlalchemy as sa
from aiohttp import web

from bot import runtime
from tests.bot.action_server import AUTHORIZED, TOKEN, ActionServer

runtime.prepare(tensorflow=False)

import bot.door  # noqa: E402, F401

# Sanic, which Rasa imports, puts uvloop's policy in place, under which the test runner finds no loop.
asyncio.set_event_loop_policy(None)

ROOT = Path(__file__).parents[2]

CONFIG = """
recipe: default.v1
assistant_id: tiny
language: zh
pipeline:
  - name: KeywordIntentClassifier
policies:
  - name: RulePolicy
    core_fallback_threshold: 0.4
    core_fallback_action_name: utter_unsure
"""
DOMAIN = """
version: "3.1"
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: false}
intents: [greet, bill, two, handoff, quiet, endless, mood, refuse, lost, loud, restart, inform]
entities: [number]
slots:
  account: {type: text, mappings: [{type: from_text, conditions: [{active_loop: bill_form, requested_slot: account}]}]}
  mood: {type: text, mappings: [{type: custom, action: action_mood, intent: mood}]}
  ticket: {type: text, mappings: [{type: custom}]}
actions: [action_bill, action_first, action_second, action_handoff, action_quiet, action_endless, action_mood,
          action_refuse, utter_greet, utter_ask_account, utter_lost, utter_loud, utter_unsure]
forms: {bill_form: {required_slots: [account]}}
"""
DATA = """
version: "3.1"
nlu:
- {intent: greet, examples: "- 你好\\n"}
- {intent: bill, examples: "- 查电费\\n"}
- {intent: two, examples: "- 两步\\n"}
- {intent: handoff, examples: "- 转人工\\n"}
- {intent: quiet, examples: "- 安静\\n"}
- {intent: endless, examples: "- 没完\\n"}
- {intent: mood, examples: "- 心情\\n"}
- {intent: refuse, examples: "- 不行\\n"}
- {intent: lost, examples: "- 丢了\\n"}
- {intent: loud, examples: "- 大声\\n"}
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: two, steps: [{intent: two}, {action: action_first}, {action: action_second}]}
- {rule: handoff, steps: [{intent: handoff}, {action: action_handoff}]}
- {rule: quiet, steps: [{intent: quiet}, {action: action_quiet}]}
- {rule: endless, steps: [{intent: endless}, {action: action_endless}]}
- {rule: mood, steps: [{intent: mood}, {action: utter_greet}]}
- {rule: refuse, steps: [{intent: refuse}, {action: action_refuse}]}
- {rule: lost, steps: [{intent: lost}, {action: utter_lost}]}
- {rule: loud, steps: [{intent: loud}, {action: utter_loud}]}
- {rule: ask, steps: [{intent: bill}, {action: bill_form}, {active_loop: bill_form}]}
- rule: told
  condition: [{active_loop: bill_form}]
  steps: [{action: bill_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: action_bill}]
"""


@pytest.fixture(scope="session")
def keyword_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained archive that knows keywords and rules only."""
    home = tmp_path_factory.mktemp("keywords")
    for name, text in (("config.yml", CONFIG), ("domain.yml", DOMAIN), ("data.yml", DATA)):
        (home / name).write_text(text, encoding="utf-8")
    # In a process of its own: training imports TensorFlow, the door runs without it.
    train = (
        "from bot import runtime; runtime.prepare(); from rasa.model_training import train; "
        "train('domain.yml', 'config.yml', ['data.yml'], output='.', fixed_model_name='keywords')"
    )
    done = subprocess.run(
        [sys.executable, "-c", train],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return home / "keywords.tar.gz"


def _embedded(kind: str, home: Path) -> Iterator[str]:
    """A server from the modern environment's wheels; that room cannot be imported here, so its Python is asked."""
    python = ROOT / ".venv/bin/python"
    prelude = (
        f"from pathlib import Path; from kit.embedded import {kind}, remove; home = Path({str(home)!r});"
    )
    command = [str(python), "-c", prelude + f"print({kind}(home).start())"]
    started = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert started.returncode == 0, started.stderr
    try:
        yield started.stdout.split()[-1]
    finally:
        subprocess.run([str(python), "-c", prelude + "remove(home)"], cwd=ROOT, timeout=60, check=True)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL: the one of `HOTLINE_TEST_DATABASE_URL`, else a fresh one."""
    given = os.environ.get("HOTLINE_TEST_DATABASE_URL")
    if given:
        yield given
    else:
        yield from _embedded("EmbeddedPostgres", tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """A database of these tests' own, so that they may empty it."""
    url = sa.engine.make_url(postgres_url).set(drivername="postgresql+psycopg2")
    name = f"bot_test_{os.getpid()}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    if os.environ.get("HOTLINE_TEST_DATABASE_URL"):  # an embedded server goes with all that is on it
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server of the Redis protocol: the one of `HOTLINE_TEST_REDIS_URL`, else a fresh one."""
    given = os.environ.get("HOTLINE_TEST_REDIS_URL")
    if given:
        yield given
    else:
        yield from _embedded("EmbeddedValkey", tmp_path_factory.mktemp("valkey"))


class Rows:
    """What the tracker's table holds, read past the store."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(
            url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT"
        )

    def all(self) -> dict[str, tuple[Any, int]]:
        """Events and version by conversation."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.text("SELECT sender_id, CAST(events AS text), version FROM rasa.tracker")
            )
            return {row[0]: (row[1], row[2]) for row in rows}

    def run(self, statement: str) -> Any:
        """One statement, its first row if any."""
        with self.engine.connect() as connection:
            result = connection.execute(sa.text(statement))
            return result.first() if result.returns_rows else None


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    """The table, empty again for every test."""
    table = Rows(database_url)
    table.run("DROP SCHEMA IF EXISTS rasa CASCADE")
    yield table
    table.engine.dispose()


@pytest_asyncio.fixture
async def actions() -> AsyncIterator[ActionServer]:
    """A running action server."""
    server = ActionServer()
    await server.start()
    yield server
    await server.stop()


class House:
    """A running door and a client that holds its token."""

    def __init__(self, url: str, client: aiohttp.ClientSession, door: Any) -> None:
        self.url = url
        self.client = client
        self.door = door
        self._count = 0

    async def post(self, call: str, body: Any, **how: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a call."""
        raw = {"data": body} if isinstance(body, (bytes, str)) else {"json": body}
        async with self.client.post(f"{self.url}/{call}", **raw, **how) as response:
            return response.status, await response.json()

    async def turn(
        self, text: str, conversation: str = "c1", message_id: str | None = None, **more: Any
    ) -> Any:
        """Status and JSON of a turn; a new message id unless one is given."""
        self._count += 1
        body = {"conversation": conversation, "message_id": message_id or f"m{self._count}", "text": text}
        return await self.post("turn", {**body, "channel": "wechat", "epoch": 3, **more})

    async def says(self, text: str, **more: Any) -> list[str]:
        """The words of a turn that must succeed."""
        status, body = await self.turn(text, **more)
        assert status == 200, body
        return [message["text"] for message in body["messages"]]


@asynccontextmanager
async def running_door(
    model: Path, database_url: str, actions: ActionServer, *, redis_url: str | None = None, **how: Any
) -> AsyncIterator[House]:
    """The door over real HTTP on the given database and action server."""
    from bot.channel import Channel
    from bot.door import Door
    from bot.locks import ConversationLocks
    from bot.tracker_store import PostgresTrackerStore

    channel = Channel(TOKEN)
    door = Door.load(
        model,
        PostgresTrackerStore(None, database_url),
        ConversationLocks(redis_url),
        actions_url=f"http://127.0.0.1:{actions.port}",
        token=TOKEN,
        **{"timeout": 0.6, **how},
    )
    channel.door = door
    runner = web.AppRunner(channel.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(headers=AUTHORIZED) as client:
        yield House(f"http://127.0.0.1:{runner.addresses[0][1]}", client, door)
    await runner.cleanup()
    await door.close()


@pytest_asyncio.fixture
async def house(
    keyword_model: Path, database_url: str, rows: Rows, actions: ActionServer
) -> AsyncIterator[House]:
    """A door on an empty table."""
    async with running_door(keyword_model, database_url, actions) as running:
        yield running


def server_command(model: Path, port: int = 0) -> list[str]:
    """The door's process as the command line starts it."""
    return [sys.executable, "-m", "bot.server", "--port", str(port), "--model", str(model)]
