"""The doorbell: a ring wakes who listens, a limit counts, and a dead Redis costs time and nothing else."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kit.bell import PREFIX, Bell, Listener
from kit.embedded import EmbeddedValkey, remove


@pytest.fixture
async def bell(redis_url: str) -> AsyncIterator[Bell]:
    bell = Bell(redis_url)
    yield bell
    await bell.close()


@pytest.fixture
async def deaf() -> AsyncIterator[Bell]:
    """A bell whose Redis is not there."""
    bell = Bell("redis://127.0.0.1:1/0")
    yield bell
    await bell.close()


def fresh(name: str) -> str:
    return f"{name}:{uuid.uuid4()}"


async def test_that_a_ring_wakes_who_listens(bell: Bell) -> None:
    name = fresh("turn")
    async with bell.listen(name) as listener:
        waiting = asyncio.create_task(listener.wait(10))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await bell.ring(name, "done")
        assert await waiting == (name, "done")
    assert time.monotonic() - began < 2


async def test_that_a_ring_between_listening_and_waiting_is_not_lost(bell: Bell) -> None:
    name = fresh("turn")
    async with bell.listen(name) as listener:
        await bell.ring(name)
        await asyncio.sleep(0.1)
        assert await listener.wait(5) == (name, "")


async def test_that_all_who_listen_hear_and_only_what_they_listen_to(bell: Bell) -> None:
    desk, turn = fresh("desk"), fresh("turn")
    async with bell.listen(desk, turn) as both, bell.listen(desk) as one:
        await bell.ring(turn, "1")
        await bell.ring(desk, "2")
        assert [await both.wait(5), await both.wait(5)] == [(turn, "1"), (desk, "2")]
        assert await one.wait(5) == (desk, "2")
        assert await one.wait(0.05) is None


async def test_that_waiting_ends_without_a_ring(bell: Bell) -> None:
    async with bell.listen(fresh("turn")) as listener:
        began = time.monotonic()
        assert await listener.wait(0.1) is None
        assert await listener.wait(0) is None
        assert await listener.wait(-1) is None
    assert time.monotonic() - began < 1


async def test_that_a_storm_of_rings_leaves_the_latest_unheard_and_nobody_broken(redis_url: str) -> None:
    bell, name = Bell(redis_url), fresh("storm")
    async with bell.listen(name) as listener:
        for _ in range(1100):
            await bell.ring(name)
        await asyncio.sleep(0.2)
        heard = 0
        while await listener.wait(0.05):
            heard += 1
    assert heard == 1000
    await bell.close()


async def test_that_a_limit_allows_so_many_and_then_refuses(bell: Bell) -> None:
    name = fresh("login")
    allowed = [await bell.allow(name, limit=3, seconds=60) for _ in range(5)]
    assert allowed == [True, True, True, False, False]
    assert await bell.allow(fresh("login"), limit=3, seconds=60)


async def test_that_a_limit_ends_with_its_window_even_if_tried_all_the_time(bell: Bell) -> None:
    name = fresh("login")
    assert await bell.allow(name, limit=1, seconds=60)
    assert not await bell.allow(name, limit=1, seconds=60)
    left = await bell.redis.pttl(f"{PREFIX}limit:{name}")
    assert 0 < left <= 60_000
    await bell.redis.pexpire(f"{PREFIX}limit:{name}", 20)
    await asyncio.sleep(0.05)
    assert await bell.allow(name, limit=1, seconds=60)


async def test_that_a_dead_redis_is_survived_quickly(deaf: Bell) -> None:
    began = time.monotonic()
    await deaf.ring("turn:1")
    assert await deaf.allow("login", limit=0, seconds=1)
    async with deaf.listen("turn:1") as listener:
        assert await listener.wait(0.05) is None
    assert time.monotonic() - began < 2


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    yield EmbeddedValkey(tmp_path)
    remove(tmp_path)


async def test_that_who_listens_hears_again_when_redis_is_back(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.bell.RETRY_SECONDS", 0.1)
    bell = Bell(await asyncio.to_thread(valkey.start))
    async with bell.listen("desk") as from_before:
        await asyncio.to_thread(valkey.stop)
        await bell.ring("desk")
        assert await from_before.wait(0.05) is None
        async with bell.listen("desk") as from_between:
            await asyncio.to_thread(valkey.start)
            assert await heard(bell, from_before)
            assert await heard(bell, from_between)
    await bell.close()


async def heard(bell: Bell, listener: Listener) -> bool:
    """Whether a ring arrives within some seconds; rung anew until it does."""
    for _ in range(50):
        await bell.ring("desk", "back")
        if await listener.wait(0.2):
            return True
    return False
