"""`python -m benchmarks.residents --count 500 --seed 7`: simulated residents against a hotline started for them."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.residents import report
from benchmarks.residents.goals import GOALS, Goal
from benchmarks.residents.lines import IvrLine, Line, WebLine, WeChatLine
from benchmarks.residents.record import Record
from benchmarks.residents.resident import Outcome, Resident
from benchmarks.residents.slips import SLIPS
from benchmarks.residents.town import Town, Who
from kit import clock
from tests.e2e.running import Running

console = Console(stderr=True)
CHANNELS = ("web", "ivr", "wechat")


def drawn(goals: list[Goal], rng: random.Random) -> tuple[Goal, str, str]:
    """Goal, slip and channel of one resident."""
    [goal] = rng.choices(goals, [one.weight for one in goals])
    channel = rng.choice(CHANNELS)
    known = {name: share for name, share in SLIPS.items() if name != "silence" or channel == "ivr"}
    [slip] = rng.choices(list(known), list(known.values()))
    return goal, slip, channel


async def one(running: Running, record: Record, town: Town, goals: list[Goal], seed: str) -> Outcome:
    """The conversation of the resident of that seed."""
    rng = random.Random(seed)
    goal, slip, channel = drawn(goals, rng)
    who = town.draw(rng, goal.needs)
    return await Resident(goal, who, slip, line_of(channel, running, record, who, rng), town, rng).talk()


def line_of(channel: str, running: Running, record: Record, who: Who, rng: random.Random) -> Line:
    """The resident's way in."""
    if channel == "ivr":
        return IvrLine(running, record, who.phone, rng)
    return {"web": WebLine, "wechat": WeChatLine}[channel](running, record)


async def all_of(running: Running, given: argparse.Namespace) -> list[Outcome]:
    """Several at a time, none begun after `--minutes`."""
    record = Record(running)
    town = Town(record)
    goals = [GOALS[name] for name in GOALS if not given.goal or given.goal in name]
    numbers, outcomes = iter(range(given.count)), []
    end = asyncio.get_running_loop().time() + given.minutes * 60
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("conversations", total=given.count)

        async def next_ones() -> None:
            for number in numbers:
                if asyncio.get_running_loop().time() > end or not alive(running):
                    return
                outcomes.append((number, await one(running, record, town, goals, f"{given.seed}:{number}")))
                progress.advance(bar)

        await asyncio.gather(*(next_ones() for _ in range(given.parallel)))
    record.close()
    return [outcome for _, outcome in sorted(outcomes, key=lambda pair: pair[0])]


def alive(running: Running) -> bool:
    """Whether the hotline still runs."""
    return running.process is not None and running.process.poll() is None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.residents", description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--parallel", type=int, default=3, help="residents at the same time (3)")
    parser.add_argument("--minutes", type=float, default=60, help="none begins after that (60)")
    parser.add_argument("--goal", default="", help="only goals whose name holds this")
    parser.add_argument(
        "--dialogues", type=Path, help="write every conversation there, the successful ones too"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-residents-") as folder:
        running = Running(Path(folder))
        try:
            running.start()
            outcomes = asyncio.run(all_of(running, given))
            if not alive(running):
                log = running.output.read_text("utf-8", "replace")[-3000:]
                console.print(f"the hotline ended by itself:\n{log}", markup=False)
                return 1
        finally:
            running.remove()
    if given.dialogues:
        report.write_dialogues(outcomes, given.dialogues)
    told = report.write(outcomes, seed=given.seed, at=f"{clock.now():%Y-%m-%d %H:%M}")
    console.print(told["all"], told["reasons"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
