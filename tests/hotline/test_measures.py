"""`hotline measures` as an operator types it, on a running reference service."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from hotline.cli import app
from kit import clock
from kit.settings import ROOT
from tests.actions import servers

TEMPLATE = str(ROOT / "docs" / "measure-template.yml")
Run = Callable[..., Awaitable["Done"]]


@dataclass(frozen=True)
class Done:
    """How the command ended."""

    returncode: int
    stdout: str
    stderr: str


def environment(utility: str, home: Path, settings: dict[str, str]) -> dict[str, str]:
    """What the command finds in its environment; an empty setting is none."""
    return {
        "HOTLINE_HOME": str(home), "HOTLINE_BACKENDS_URL": utility, "NO_COLOR": "1", "COLUMNS": "300",
        "HOTLINE_BACKENDS_TOKEN": servers.BACKENDS,
    } | settings  # fmt: skip


@pytest.fixture
def hotline(utility: str, tmp_path: Path) -> Run:
    """Runs the command in a thread of this process, since the service runs in this loop; nothing is imported anew."""
    without = dict.fromkeys(name for name in os.environ if name.startswith("HOTLINE_"))

    async def run(*arguments: str, **settings: str) -> Done:
        given = {name: value or None for name, value in environment(utility, tmp_path, settings).items()}
        done = await asyncio.to_thread(CliRunner().invoke, app, ["measures", *arguments], env=without | given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


def options(measure_id: str, **changes: str) -> list[str]:
    given = {
        "id": measure_id, "title": "高温保供", "text": "高温期间抢修人员昼夜值守，随叫随到。", "province": "湖南省",
        "source": "公告第一号",
    } | changes  # fmt: skip
    return [part for name, value in given.items() for part in (f"--{name}", value)]


async def test_that_lapsed_measures_are_shown_on_demand_only(hotline: Run) -> None:
    assert "shanghai-2022-arrears" not in (await hotline("list")).stdout
    done = await hotline("list", "--all", "--province", "上海")
    lines = done.stdout.splitlines()
    assert len(lines) == 11
    assert all(line.startswith("over") for line in lines)
    shown = yaml.safe_load((await hotline("show", "shanghai-2022-arrears")).stdout)
    assert shown["measures"][0]["effects"]["arrears"] == "no_cut_no_fee"


async def test_that_a_measure_is_added_listed_and_withdrawn(hotline: Run) -> None:
    add = [
        "add",
        *options("cli-1"),
        "--raises",
        "elderly",
        "--raises",
        "medical_device",
        "--answer",
        "query_hall=高温期间提前关门。",
    ]
    for _ in range(2):  # the same one twice is one
        done = await hotline(*add)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("in force  cli-1")
    assert (await hotline("list")).stdout.count("cli-1") == 1
    refused = await hotline("add", *options("cli-1", title="另一项措施"))
    assert (refused.returncode, "measure_exists" in refused.stderr) == (1, True)
    assert (
        "it would be withdrawn; nothing was changed"
        in (await hotline("withdraw", "cli-1", "--dry-run")).stderr
    )
    assert "cli-1" in (await hotline("list")).stdout
    assert (await hotline("withdraw", "cli-1")).stdout.startswith("withdrawn cli-1")
    assert "cli-1" not in (await hotline("list")).stdout
    assert f"{clock.now().date()}" in (await hotline("show", "cli-1")).stdout


async def test_that_a_file_is_checked_and_entered(hotline: Run, tmp_path: Path) -> None:
    checked = await hotline("add", "--file", TEMPLATE, "--dry-run")
    assert (checked.returncode, "1 good; nothing was changed" in checked.stderr) == (0, True)
    assert yaml.safe_load(checked.stdout)["measures"][0]["measure_id"] == "typhoon-2026-arrears"
    assert "typhoon" not in (await hotline("list", "--all")).stdout
    assert "typhoon-2026-arrears" in (await hotline("add", "--file", TEMPLATE)).stdout
    shown = (await hotline("show", "typhoon-2026-arrears")).stdout
    assert "连云区" in shown
    broken = tmp_path / "broken.yml"
    broken.write_text("measures:\n- {measure_id: one}\n", "utf-8")
    refused = await hotline("add", "--file", str(broken))
    assert refused.returncode == 1
    assert "broken.yml: entry 1 (one): title: Field required" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["add"], "give --file"),
        (["add", "--file", TEMPLATE, "--title", "两样都给"], "not both"),
        (["add", "--file", "/no/such/file.yml"], "file.yml: cannot be read"),
        (["add", *options("Big Id")], "measure_id: String should match"),
        (["add", *options("cli-2"), "--raises", "vip"], "effects.raises"),
        (["add", *options("cli-2"), "--arrears", "free"], "effects.arrears"),
        (["add", *options("cli-2"), "--answer", "words only"], "must be intent=words"),
        (["add", *options("cli-2"), "--valid-to", "2020-01-01"], "valid_to: ends before it begins"),
        (["add", *options("cli-2", text="见[公告] https://example.com/a")], "text: 'https:' cannot be said"),
        (["show", "no-such-measure"], "no-such-measure: no measure of this id"),
        (["withdraw", "no-such-measure"], "unknown_measure"),
    ],
)  # fmt: skip
async def test_that_what_is_wrong_is_named_and_nothing_is_entered(
    hotline: Run, arguments: list[str], reason: str
) -> None:
    done = await hotline(*arguments)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "cli-2" not in (await hotline("list", "--all")).stdout


async def test_that_a_wrong_token_and_a_dead_service_are_named_with_the_setting(hotline: Run) -> None:
    refused = await hotline("list", HOTLINE_BACKENDS_TOKEN="wrong")
    assert "refuses our token; see HOTLINE_BACKENDS_TOKEN" in refused.stderr
    dead = await hotline("list", HOTLINE_BACKENDS_URL="http://127.0.0.1:1")
    assert "http://127.0.0.1:1 does not answer" in dead.stderr
    assert "see HOTLINE_BACKENDS_URL" in dead.stderr


async def test_that_the_program_finds_the_running_hotlines_own_address(utility: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"addresses": {"backends": utility}}), "utf-8")
    others = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    ours = environment(utility, tmp_path, {})
    del ours["HOTLINE_BACKENDS_URL"]
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "hotline", "measures", "list", "--all"], cwd=ROOT,
        env=others | ours, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "shanghai-2022-arrears" in done.stdout
