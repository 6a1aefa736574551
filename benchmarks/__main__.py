"""`python -m benchmarks`: latency of a turn and seconds until ready, on this machine.

Starts a hotline of its own on free ports with a state folder that is thrown away, or measures a running one with
`--url` (on this machine, as the demo: its secrets are read from HOTLINE_HOME). Prints a table, writes JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import measure
from kit import clock
from kit.settings import Settings, load
from tests.e2e.running import Running
from tests.simulators.wechat.model import SimAccount

TURNS = 120  # of the long talk
RESULTS = Path(__file__).parent / "results" / "latest.json"
BOT_READY = re.compile(r"ready after ([\d.]+) s")
console = Console(stderr=True)


def start(running: Running) -> dict[str, float]:
    """Start, and tell the seconds until everything is ready, and those that the bot took of them."""
    began = time.monotonic()
    running.start()
    seconds = {"all": round(time.monotonic() - began, 1)}
    if told := BOT_READY.findall((running.home / "logs" / "bot.log").read_text("utf-8", "replace")):
        seconds["bot"] = float(told[-1])
    return seconds


async def latencies(settings: Settings, base: str, bot_url: str, given: argparse.Namespace) -> list[Any]:
    """Every walk, and the door alone."""
    account = SimAccount(
        settings.wechat_appid, settings.wechat_secret.get_secret_value(), settings.wechat_token.get_secret_value(),
        settings.wechat_aes_key.get_secret_value(), settings.wechat_mode,
    )  # fmt: skip
    results = []
    with Progress(console=console, transient=True) as progress:
        for walk in measure.walks():
            bar = progress.add_task(walk.name, total=given.count)
            results.append(
                await measure.turns(
                    walk, account, base, count=given.count, seconds=given.seconds, parallel=given.parallel,
                    step=lambda bar=bar: progress.advance(bar),  # type: ignore[misc]
                )
            )  # fmt: skip
        bar = progress.add_task("parse", total=given.count)
        texts = [walk.text for walk in measure.walks()]
        token = settings.internal_token.get_secret_value()
        results.append(
            await measure.parses(
                texts, bot_url, token, count=given.count, seconds=given.seconds,
                step=lambda: progress.advance(bar),
            )
        )  # fmt: skip
        bar = progress.add_task("long talk", total=given.count)
        results += await measure.long_talk(
            measure.walks(), bot_url, token, turns=TURNS, count=given.count, seconds=given.seconds,
            step=lambda: progress.advance(bar),
        )  # fmt: skip
    return results


def settings_of(home: Path) -> Settings:
    """The settings with which the hotline of `home` runs."""
    os.environ["HOTLINE_HOME"] = str(home)
    return load()


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Start if needed, measure, stop."""
    if given.url:
        settings = load()
        addresses = json.loads((settings.home / "run.json").read_text())["addresses"]
        return {"turns": asyncio.run(latencies(settings, given.url, addresses["bot"], given))}
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        running = Running(Path(folder))
        try:
            console.print("starting with nothing (databases and the demo's town are made) …")
            starts = {"first": start(running)}
            running.stop()
            console.print("starting again …")
            starts["again"] = start(running)
            settings = settings_of(running.home)
            addresses = running.run["addresses"]
            results = asyncio.run(latencies(settings, running.base, addresses["bot"], given))
            return {"turns": results, "start_seconds": starts}
        finally:
            running.remove()


def show(report: dict[str, Any]) -> None:
    """The table, on standard output."""
    out = Console()
    table = Table(
        "walk", "n", "p50 ms", "p95 ms", "max ms", "late", "wrong", title="latency seen from outside"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for row in report["turns"]:
        table.add_row(
            row["name"], str(row["count"]), *(f"{row[key]:.0f}" for key in ("p50", "p95", "max")),
            str(row["late"]), str(row["wrong"]),
        )  # fmt: skip
    out.print(table)
    p50 = {row["name"]: row["p50"] for row in report["turns"]}
    first, late = p50[measure.turn_row(1)], p50[measure.turn_row(TURNS)]
    out.print(f"ratio of turn {TURNS} to turn 1, by the median: {late / first:.2f}" if first else "")
    for name, seconds in report.get("start_seconds", {}).items():
        out.print(
            f"start, {name}: {seconds['all']} s until ready (the bot alone: {seconds.get('bot', '?')} s)"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--url", help="measure the hotline that runs there, instead of starting one")
    parser.add_argument("--count", type=int, default=50, help="messages a walk (50)")
    parser.add_argument("--seconds", type=float, default=60.0, help="no walk takes longer (60)")
    parser.add_argument("--parallel", type=int, default=1, help="residents who write at the same time (1)")
    given = parser.parse_args()
    try:
        report = measured(given)
    except AssertionError as error:  # a start that failed quotes its log
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    report |= {
        "turns": [row.row() for row in report["turns"]],
        "parallel": given.parallel,
        "at": clock.now().isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "processor": platform.processor() or platform.machine(),
                    "system": platform.platform(), "python": platform.python_version()},
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    show(report)
    console.print(f"written to {RESULTS}")
    return 1 if any(row["wrong"] or not row["count"] for row in report["turns"]) else 0


if __name__ == "__main__":
    sys.exit(main())
