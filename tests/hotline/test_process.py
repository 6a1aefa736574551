"""A child process: started again when it dies, stopped with everything it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from hotline import process
from hotline.process import Child

FAMILY = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(grandchild.pid, flush=True)
time.sleep(600)
"""
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
grandchild = subprocess.Popen([sys.executable, "-c", code])
print(grandchild.pid, flush=True)
time.sleep(600)
"""

Start = Callable[[str], Child]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Start Python code as a child; none is left at the end."""
    running: list[tuple[Child, asyncio.Task[None]]] = []

    def begin(code: str) -> Child:
        child = Child("part", [sys.executable, "-c", code], dict(os.environ), tmp_path / "part.log")
        running.append((child, asyncio.create_task(child.run())))
        return child

    yield begin
    for child, task in running:
        await child.stop()
        await asyncio.wait_for(task, 20)


async def until(check: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "did not happen in time"
        await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet collected does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def said(child: Child) -> list[str]:
    return child.last_words(100).splitlines()


async def test_that_a_dead_process_is_started_again(start: Start) -> None:
    child = start("import os; print(os.getpid(), flush=True); import time; time.sleep(600)")
    await until(lambda: len(said(child)) == 1)
    assert child.process
    child.process.kill()
    await until(lambda: len(said(child)) == 2)
    first, second = said(child)
    assert first != second
    assert child.deaths == 1
    assert alive(int(second))


async def test_that_quick_deaths_are_retried_ever_more_slowly(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BACKOFF_SECONDS", (0.05, 0.1, 0.5))
    child = start("import time; print(time.monotonic(), flush=True); raise SystemExit(3)")
    await until(lambda: len(said(child)) >= 5)
    at = [float(line) for line in said(child)]
    assert at[1] - at[0] >= 0.05
    assert at[2] - at[1] >= 0.1
    assert at[3] - at[2] >= 0.5
    assert at[4] - at[3] >= 0.5


async def test_that_a_process_that_lived_long_is_started_again_at_once(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STABLE_SECONDS", 0.05)
    monkeypatch.setattr(process, "BACKOFF_SECONDS", (0.05, 60.0))
    child = start("import time; print('up', flush=True); time.sleep(0.2)")
    await until(lambda: len(said(child)) >= 4)
    assert child.deaths == 1


async def test_that_stop_ends_the_whole_family(start: Start) -> None:
    child = start(FAMILY)
    await until(lambda: len(said(child)) == 1)
    grandchild = int(said(child)[0])
    assert child.process
    assert alive(grandchild)
    await child.stop()
    await until(lambda: not alive(grandchild))
    assert not alive(child.process.pid)
    await asyncio.sleep(0.3)
    assert len(said(child)) == 1, "it was started again after stop"


async def test_that_who_ignores_the_polite_end_is_killed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0.3)
    child = start(DEAF)
    await until(lambda: len(said(child)) == 1)
    grandchild = int(said(child)[0])
    await child.stop()
    await until(lambda: not alive(grandchild))
    assert child.process
    assert not alive(child.process.pid)


async def test_that_a_death_takes_the_family_along(start: Start) -> None:
    """A worker killed the hard way must not leave helpers that hold its port."""
    child = start(FAMILY)
    await until(lambda: len(said(child)) == 1)
    grandchild = int(said(child)[0])
    assert child.process
    child.process.kill()
    await until(lambda: not alive(grandchild))


async def test_that_stop_before_the_start_and_twice_is_harmless(tmp_path: Path, start: Start) -> None:
    never = Child("never", [sys.executable, "-c", ""], {}, tmp_path / "never.log")
    await never.stop()
    await never.run()
    assert never.process is None
    child = start(FAMILY)
    await until(lambda: len(said(child)) == 1)
    await child.stop()
    await child.stop()


async def test_that_the_last_words_are_the_end_of_the_log(start: Start, tmp_path: Path) -> None:
    child = start("print(*range(1, 41), sep='\\n', flush=True); raise SystemExit('cannot: 原因')")
    await until(lambda: child.deaths >= 1)
    assert child.last_words(3).splitlines() == ["39", "40", "cannot: 原因"]
    assert len(child.last_words().splitlines()) == 15
    assert Child("mute", [], {}, tmp_path / "nothing.log").last_words() == ""


async def test_that_output_of_an_earlier_run_is_kept(start: Start, tmp_path: Path) -> None:
    (tmp_path / "part.log").write_bytes(b"earlier \xff\n")
    child = start("print('later', flush=True); import time; time.sleep(600)")
    await until(lambda: "later" in child.last_words())
    assert said(child) == ["earlier \ufffd", "later"]
