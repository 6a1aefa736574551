"""What breaks: processes killed in the middle of a turn, actions that fail. Nothing is lost, nothing said twice."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from hotline.up import free_port
from kit.settings import ROOT
from kit.wording import Wording
from tests.e2e.running import Resident, Running
from tests.simulators.between import Between
from tests.simulators.voice_gateway import VoiceGateway

TICKET = re.compile(r"\d{4} \d{4} \d{4} \d{2}")
DOWN = Wording().text("utter_backend_down", "wechat")


@pytest.fixture(scope="module")
async def between(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Running, Between]]:
    """A hotline of its own whose actions are reached through a proxy that can misbehave."""
    proxy, actions_port = Between("", free_port()), free_port()
    proxy.target = f"http://127.0.0.1:{actions_port}"
    running = Running(
        tmp_path_factory.mktemp("fragile"), HOTLINE_ACTIONS_URL=f"http://127.0.0.1:{proxy.port}"
    )
    actions: subprocess.Popen[bytes] | None = None
    try:
        async with proxy.serving():
            await asyncio.to_thread(running.start)
            secrets, addresses = running.secrets, running.run["addresses"]
            environment = running.environment | {
                "HOTLINE_INTERNAL_TOKEN": secrets["internal_token"],
                "HOTLINE_BACKENDS_TOKEN": secrets["backends_token"],
                "HOTLINE_BACKENDS_URL": addresses["backends"],
                "HOTLINE_INNER_URL": addresses["inner"],
            }
            with (running.home / "actions.log").open("wb") as log:
                actions = subprocess.Popen(
                    [sys.executable, "-m", "actions", "--port", str(actions_port)],
                    cwd=ROOT, env=environment, stdout=log, stderr=log,
                )  # fmt: skip
            await until_healthy(proxy.target)
            yield running, proxy
    finally:
        if actions:
            actions.kill()
            actions.wait()
        running.remove()


async def until_healthy(url: str) -> None:
    deadline = time.monotonic() + 30
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            try:
                if (await client.get(url + "/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"{url} did not come up")


@pytest.fixture
async def fragile(between: tuple[Running, Between]) -> AsyncIterator[tuple[Running, Between, Resident]]:
    running, proxy = between
    yield running, proxy, Resident(running)
    proxy.broken, proxy.refuses, proxy.loses, proxy.held = False, "", "", None


def tickets(running: Running, resident: Resident) -> int:
    query = "select count(*) from ticket join conversation c on c.id = conversation_id where c.resident = %s"
    return int(running.rows(query, resident.openid)[0][0])


async def test_that_a_worker_killed_in_the_middle_of_a_turn_loses_and_repeats_nothing(
    fragile: tuple[Running, Between, Resident],
) -> None:
    running, proxy, resident = fragile
    turns = "select state, count(*) from turn join conversation c on c.id = conversation_id where c.resident = %s group by 1"
    proxy.held = asyncio.Event()
    proxy.actions.clear()
    await resident.say("花木营业厅今天开门吗", wait=False)
    async with asyncio.timeout(10):
        while not proxy.actions:
            await asyncio.sleep(0.02)
    assert running.rows(turns, resident.openid) == [("queued", 1)]  # an action is at work: the middle
    worker = running.pid("worker")
    os.kill(worker, signal.SIGKILL)
    proxy.held.set()
    proxy.held = None
    began = time.monotonic()
    await resident.say("牡丹路60弄停电了", wait=False)
    words = await resident.new_words(seconds=15, expect="牡丹路60弄")
    assert "牡丹路60弄" in words
    assert time.monotonic() - began < 15
    assert "花木" in words
    await asyncio.sleep(3)
    assert running.pid("worker") != worker
    assert running.rows(turns, resident.openid) == [("done", 2)]
    rows = running.rows(
        "select m.text, o.state from outbox o join message m on m.id = o.message_id "
        "join conversation c on c.id = o.conversation_id where c.resident = %s order by o.seq",
        resident.openid,
    )
    said = "\n".join(line["text"] for line in await resident.lines() if line["who"] == "account")
    for place in ("花木供电营业厅", "牡丹路60弄"):
        answers = [(text, state) for text, state in rows if place in text]
        assert [state for _, state in answers] == ["sent"], answers  # once in the record
        assert said.count(answers[0][0]) == 1, said  # and once on the phone
    assert {state for _, state in rows} == {"sent"}


async def test_that_broken_actions_end_with_an_honest_sentence_and_a_ticket(
    fragile: tuple[Running, Between, Resident],
) -> None:
    running, proxy, resident = fragile
    proxy.broken = True
    answer = await resident.asks("花木营业厅今天开门吗")
    assert "抱歉" in answer
    assert TICKET.search(answer)
    assert tickets(running, resident) == 1


@pytest.mark.parametrize("mishap", ["refuses", "loses"])
async def test_that_dying_at_the_second_of_two_actions_loses_nothing_and_says_nothing_twice(
    fragile: tuple[Running, Between, Resident], mishap: str
) -> None:
    """The safety words are said, then the ticket's opening fails, or succeeds without anybody hearing of it."""
    running, proxy, resident = fragile
    setattr(proxy, mishap, "action_handoff")
    answer = await resident.asks("电线掉地上冒火花了")
    assert getattr(proxy, mishap) == ""  # it did happen
    assert answer.count("8米") == 1
    assert len(TICKET.findall(answer)) == 1
    assert tickets(running, resident) == 1


async def test_that_actions_which_recover_answer_the_next_resident(
    fragile: tuple[Running, Between, Resident],
) -> None:
    running, proxy, resident = fragile
    proxy.broken = True
    assert "抱歉" in await resident.asks("牡丹路60弄停电了")
    proxy.broken = False
    assert "预计" in await Resident(running).asks("牡丹路60弄停电了，什么时候来电")


async def test_that_the_own_action_server_killed_comes_back(hotline: Running, resident: Resident) -> None:
    os.kill(hotline.pid("actions"), signal.SIGKILL)
    answer = await resident.asks("牡丹路60弄停电了")
    answer += await resident.new_words(seconds=15, expect="牡丹路60弄" if "抱歉" not in answer else "抱歉")
    assert TICKET.search(answer) or "牡丹路60弄" in answer
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if "预计" in await Resident(hotline).asks("牡丹路60弄停电了，什么时候来电"):
            return
        await asyncio.sleep(1)
    raise AssertionError("the action server did not come back")


async def test_that_a_dead_backend_is_said_to_be_dead_and_a_person_is_offered(
    hotline: Running, resident: Resident
) -> None:
    os.kill(hotline.pid("backends"), signal.SIGSTOP)
    try:
        answer = await resident.asks("花木营业厅今天开门吗")
        if DOWN not in answer:  # later than the callback waits: it comes by the send API
            answer += await resident.new_words(seconds=12, expect=DOWN)
        person = await resident.asks("是")
        person += "" if TICKET.search(person) else await resident.new_words(seconds=12, expect="工单")
    finally:
        os.kill(hotline.pid("backends"), signal.SIGCONT)
    assert answer.count(DOWN) == 1
    assert "Traceback" not in answer
    assert not re.search(r"\d{1,2}:\d{2}", answer)
    assert TICKET.search(person), person  # the offer is kept while the backend is still dead
    assert tickets(hotline, resident) == 1


async def test_that_an_emergency_gets_the_safety_words_while_the_action_server_hangs(
    hotline: Running, resident: Resident
) -> None:
    await resident.asks("你好")
    os.kill(hotline.pid("actions"), signal.SIGSTOP)
    try:
        async with VoiceGateway(hotline.base, hotline.secrets["ivr_token"], timeout=40.0) as gateway:
            await gateway.create()
            await gateway.start(caller="13800009911")
            _, spoken = await asyncio.gather(
                resident.say("家里电线着火了，快来人"), gateway.say("有人触电了")
            )
        answer = await resident.new_words(seconds=6, expect="119")
    finally:
        os.kill(hotline.pid("actions"), signal.SIGCONT)
    heard = [activity.get("text", "") for activity in spoken]
    assert answer.startswith("请先保证人身安全")
    assert "请先保证人身安全" in heard[0]
    assert spoken[-1]["name"] == "transfer"
    query = (
        "select t.reason, t.priority from ticket t join conversation c on c.id = t.conversation_id"
        " where c.resident in (%s, %s)"
    )
    assert hotline.rows(query, resident.openid, gateway.call_id) == [("emergency", "urgent")] * 2
