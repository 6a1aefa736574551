"""The door as a process: how it starts, what it prints, how it ends; several of them on one Redis."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.bot.action_server import AUTHORIZED, TOKEN
from tests.bot.doors import ROOT, House, running_door, server_command

pytest_plugins = ("tests.bot.doors",)
pytestmark = pytest.mark.asyncio


def environment(database_url, actions, **more):
    return {
        **os.environ,
        "HOTLINE_INTERNAL_TOKEN": TOKEN,
        "HOTLINE_BOT_DATABASE_URL": database_url,
        "HOTLINE_ACTIONS_URL": f"http://127.0.0.1:{actions.port}",
        **more,
    }


class Process:
    """A running `bot.server` and what it printed."""

    def __init__(self, process):
        self.process = process
        self.printed: list[str] = []
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self):
        while line := await self.process.stderr.readline():
            self.printed.append(line.decode())

    async def until(self, pattern: str, seconds: float = 60) -> re.Match:
        """The first printed line that matches."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.printed:
                if found := re.search(pattern, line):
                    return found
            await asyncio.sleep(0.02)
        raise AssertionError("".join(self.printed))

    async def ends(self) -> int:
        code = await asyncio.wait_for(self.process.wait(), 30)
        await self._reader
        return code


@asynccontextmanager
async def started(model, env):
    process = await asyncio.create_subprocess_exec(
        *server_command(model),
        cwd=ROOT,
        env=env,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    running = Process(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await running.ends()
        running.printed.append((await process.stdout.read()).decode())


async def run_out(model, env) -> tuple[int, str]:
    """Exit code and output of a server that ends by itself."""
    async with started(model, env) as server:
        code = await server.ends()
    return code, "".join(server.printed)


async def test_that_it_is_ready_only_after_the_canaries_and_never_prints_a_word(
    keyword_model, database_url, rows, actions
):
    async with started(keyword_model, environment(database_url, actions)) as server:
        url = (await server.until(r"(http://127.0.0.1:\d+)"))[1]
        async with aiohttp.ClientSession(headers=AUTHORIZED) as client:
            house = House(url, client, None)
            async with client.get(f"{url}/health") as response:
                assert response.status == 503
                assert (await response.json())["error"]["code"] == "loading"
            assert (await house.turn("你好"))[0] == 503
            async with client.get(f"{url}/health", headers={"Authorization": "x"}) as response:
                assert response.status == 401
            await server.until(r"ready after")
            async with client.get(f"{url}/health") as response:
                assert response.status == 200
            secret = "两步 王建国住牡丹路"
            assert await house.says(secret) == ["第一步", "第二步"]
            actions.bad = {"action_second": "500"}
            assert (await house.turn(secret))[0] == 502
            await house.turn("/inform{" + secret)
            await house.post("parse", {"text": secret})

            # A signal lets the running turn finish, and nothing new comes in.
            actions.bad, actions.delay = {}, 1.0
            turn = asyncio.ensure_future(house.turn("两步"))
            await asyncio.wait_for(actions.busy.wait(), 10)
            server.process.send_signal(signal.SIGTERM)
            status, body = await turn
            assert status == 200
            assert len(body["messages"]) == 2
        assert await server.ends() == 0
    printed = "".join(server.printed)
    assert "王建国" not in printed
    assert "\\u738b" not in printed
    assert TOKEN not in printed
    assert "两步" not in printed
    assert "action_error" in printed


async def test_that_a_signal_while_loading_ends_it_at_once(keyword_model, database_url, rows, actions):
    async with started(keyword_model, environment(database_url, actions)) as server:
        await server.until("listening")
        server.process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        assert await server.ends() == 0
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "name", ["HOTLINE_INTERNAL_TOKEN", "HOTLINE_BOT_DATABASE_URL", "HOTLINE_ACTIONS_URL"]
)
async def test_that_a_missing_setting_stops_the_start_with_its_name(
    keyword_model, database_url, actions, name
):
    env = environment(database_url, actions, **{name: ""})
    code, printed = await run_out(keyword_model, env)
    assert code == 2
    assert name in printed


async def test_that_a_missing_model_or_database_stops_the_start_without_its_password(
    keyword_model, tmp_path, actions, database_url
):
    env = environment("postgresql://someone:hush-hush@127.0.0.1:9/none", actions)
    for model, reason in (
        (tmp_path / "none.tar.gz", "no model"),
        (keyword_model, "HOTLINE_BOT_DATABASE_URL"),
    ):
        code, printed = await run_out(model, env)
        assert code == 1
        assert reason in printed
        assert "hush" not in printed


async def test_that_a_model_that_understands_nothing_is_refused(
    keyword_model, database_url, rows, actions, tmp_path
):
    from bot.door import DeafModel

    (tmp_path / "canaries.yml").write_text("greet: 什么\nbill: 账单\n", encoding="utf-8")
    deaf = running_door(keyword_model, database_url, actions, canaries=tmp_path / "canaries.yml")
    with pytest.raises(DeafModel, match="greet as None"):
        await deaf.__aenter__()
    (tmp_path / "canaries.yml").write_text("greet: 你好\nbill: 查电费\n", encoding="utf-8")
    good = running_door(keyword_model, database_url, actions, canaries=tmp_path / "canaries.yml")
    async with good as house, house.client.get(f"{house.url}/health") as response:
        canary = (await response.json())["canary"]
    assert (canary["asked"], canary["right"]) == (2, 2)


async def test_that_two_doors_on_one_redis_take_turns(keyword_model, database_url, redis_url, rows, actions):
    actions.delay = 0.05
    async with (
        running_door(keyword_model, database_url, actions, redis_url=redis_url) as one,
        running_door(keyword_model, database_url, actions, redis_url=redis_url) as two,
    ):
        turns = [
            house.turn("两步", message_id=f"{name}{i}")
            for i in range(3)
            for name, house in (("a", one), ("b", two))
        ]
        results = await asyncio.gather(*turns)
    assert [status for status, _ in results] == [200] * 6
    assert actions.most_at_once == 1
    assert actions.asked() == ["action_first", "action_second"] * 6


async def test_that_a_dead_redis_does_not_silence_the_bot(keyword_model, database_url, rows, actions):
    async with running_door(keyword_model, database_url, actions, redis_url="redis://127.0.0.1:9/0") as house:
        assert await house.says("你好") == ["utter_greet wechat"]


async def test_that_one_can_chat_with_a_model_and_with_a_door(
    keyword_model, database_url, rows, actions, house
):
    async def chat(*arguments, **env):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.chat", *arguments, cwd=ROOT, env={**environment(database_url, actions), **env},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, _ = await process.communicate("查电费\n310\n转人工\n你好\n".encode())
        return printed.decode().splitlines()

    expected = ["utter_ask_account web", "账单128元"]
    assert (await chat("--model", str(keyword_model)))[:2] == expected
    answers = await chat("--url", house.url, "--details")
    assert [line for line in answers if not line.startswith("  ")][:2] == expected
    assert answers[-1].startswith("! paused")


async def test_that_rasa_by_hand_opens_no_webhook():
    from rasa.core.run import create_http_input_channels
    from rasa.core.utils import AvailableEndpoints

    (channel,) = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    assert channel.name() == "hotline"

    async def never(_message):
        raise AssertionError

    blueprint = channel.blueprint(never)
    assert not list(blueprint._future_routes)
    os.environ.update(environment("postgresql://a:b@c/d", type("Actions", (), {"port": 1})))
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    assert endpoints.action.url == "http://127.0.0.1:1/webhook"
    assert endpoints.nlg.url == "http://127.0.0.1:1/nlg"
    assert endpoints.action.headers == endpoints.nlg.headers == AUTHORIZED
    assert endpoints.tracker_store.type == "bot.tracker_store.PostgresTrackerStore"
