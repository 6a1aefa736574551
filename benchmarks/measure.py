"""How long answers take, seen from outside: from the platform's request to its complete response."""

from __future__ import annotations

import asyncio
import math
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.simulators.wechat.courier import Courier
from tests.simulators.wechat.model import Platform, SimAccount

WALKS = Path(__file__).parent / "walks.yml"
CUT_SECONDS = 5.0  # WeChat's patience
TRIALS = 2  # before counting: connections, caches

Step = Callable[[], None]


@dataclass(frozen=True)
class Walk:
    """What is written, and what a right answer holds."""

    name: str
    text: str
    right: str


@dataclass(frozen=True)
class Result:
    """One row of the table; times in milliseconds. `late`: not in the callback's response; `wrong`: not the right words."""

    name: str
    count: int
    p50: float
    p95: float
    max: float
    late: int = 0
    wrong: int = 0

    def row(self) -> dict[str, Any]:
        return asdict(self)


def walks() -> list[Walk]:
    """The walks of `walks.yml`."""
    return [Walk(name, **walk) for name, walk in yaml.safe_load(WALKS.read_text("utf-8")).items()]


def percentile(times: Sequence[float], percent: float) -> float:
    """The nearest rank: a time that was really measured. 0 without any."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def result(name: str, times: Sequence[float], *, late: int = 0, wrong: int = 0) -> Result:
    """Sum up times given in milliseconds."""
    p50, p95, slowest = (round(percentile(times, percent), 1) for percent in (50, 95, 100))
    return Result(name, len(times), p50, p95, slowest, late, wrong)


async def _repeat(count: int, seconds: float, parallel: int, once: Callable[[int], Awaitable[None]]) -> None:
    """`once` `count` times, `parallel` at a time, and no new one after `seconds`."""
    numbers, deadline = iter(range(count)), time.monotonic() + seconds

    async def one_after_the_other() -> None:
        for number in numbers:
            if time.monotonic() > deadline:
                return
            await once(number)

    await asyncio.gather(*(one_after_the_other() for _ in range(parallel)))


async def turns(
    walk: Walk, account: SimAccount, url: str, *, count: int, seconds: float, parallel: int, step: Step
) -> Result:
    """Signed and encrypted WeChat messages, each from a resident of its own, answered in the callback's response."""
    courier = Courier(Platform([account]), url, cut=CUT_SECONDS, pause=0)
    times: list[float] = []
    late = wrong = 0

    async def write(number: int, *, counted: bool = True) -> None:
        nonlocal late, wrong
        fields: dict[str, str | int] = {
            "MsgType": "text", "Content": walk.text, "MsgId": uuid.uuid4().int % 2**63,
        }  # fmt: skip
        # The first try counts: a resident who waits for the platform's second one has waited.
        delivery = (await courier.carry(account, f"obench{uuid.uuid4().hex[:16]}", fields))[0]
        if not counted:
            return
        times.append(delivery.took_ms)
        late += delivery.outcome != "answer"
        wrong += delivery.outcome == "answer" and not re.search(walk.right, delivery.text)
        step()

    for number in range(TRIALS):
        await write(number, counted=False)
    await _repeat(count, seconds, parallel, write)
    await courier.client.aclose()
    return result(walk.name, times, late=late, wrong=wrong)


async def parses(
    texts: Sequence[str], bot_url: str, token: str, *, count: int, seconds: float, step: Step
) -> Result:
    """The bot's door alone: understanding without a tracker."""
    times: list[float] = []
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=bot_url, headers=headers, timeout=CUT_SECONDS) as client:

        async def parse(number: int, *, counted: bool = True) -> None:
            began = time.perf_counter()
            response = await client.post(
                "/parse", json={"text": texts[number % len(texts)], "channel": "wechat"}
            )
            response.raise_for_status()
            if counted:
                times.append((time.perf_counter() - began) * 1000)
                step()

        for number in range(TRIALS):
            await parse(number, counted=False)
        await _repeat(count, seconds, 1, parse)
    return result("parse (door)", times)


def turn_row(number: int) -> str:
    """Name of the row of a conversation's turns of this number."""
    return f"turn {number} (door)"


async def long_talk(
    walks: Sequence[Walk], bot_url: str, token: str, *, turns: int, count: int, seconds: float, step: Step
) -> list[Result]:
    """The bot's door with its actions: first turns of conversations, and in turn with them those of a long one.

    The long one has said `turns` - 1 things before the first that counts.
    """
    headers = {"Authorization": f"Bearer {token}"}
    old, fresh = turn_row(turns), turn_row(1)
    times: dict[str, list[float]] = {fresh: [], old: []}
    wrong = {fresh: 0, old: 0}
    async with httpx.AsyncClient(base_url=bot_url, headers=headers, timeout=4 * CUT_SECONDS) as client:

        async def say(conversation: str, walk: Walk, row: str = "") -> None:
            body = {
                "conversation": conversation, "message_id": uuid.uuid4().hex, "text": walk.text, "channel": "wechat",
                "epoch": 0,
            }  # fmt: skip
            began = time.perf_counter()
            response = await client.post("/turn", json=body)
            took = (time.perf_counter() - began) * 1000
            response.raise_for_status()
            if row:
                words = "\n".join(message["text"] for message in response.json()["messages"])
                times[row].append(took)
                wrong[row] += not re.search(walk.right, words)

        talk = uuid.uuid4().hex
        for number in range(turns - 1):
            await say(talk, walks[number % len(walks)])

        async def both(number: int) -> None:
            walk = walks[number % len(walks)]
            await say(uuid.uuid4().hex, walk, fresh)
            await say(talk, walk, old)
            step()

        for walk in walks[:TRIALS]:
            await say(uuid.uuid4().hex, walk)
        await _repeat(count, seconds, 1, both)
    return [result(name, taken, wrong=wrong[name]) for name, taken in times.items()]
