"""`hotline chat`: the web chat's conversation in a terminal."""

from __future__ import annotations

import subprocess
import sys

from kit.settings import ROOT
from tests.e2e.running import Running


def talk(running: Running, lines: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hotline", "chat"], cwd=ROOT, env=running.environment | environment, input=lines,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


async def test_that_the_terminal_hears_what_a_visitor_reads(hotline: Running) -> None:
    heard = talk(hotline, "花木营业厅今天开门吗\n转人工\n")
    assert heard.returncode == 0, heard.stderr
    assert "机器人" in heard.stdout
    assert heard.stdout.index("花木供电营业厅") < heard.stdout.index("工单")


async def test_that_without_a_hotline_the_cure_is_told(hotline: Running) -> None:
    heard = talk(hotline, "你好\n", HOTLINE_PORT="1")
    assert heard.returncode == 1
    assert "make run" in heard.stderr
