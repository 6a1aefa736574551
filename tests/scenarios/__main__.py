"""`python -m tests.scenarios [--only NAME] [--file FILE] [--show]`: play scenarios by hand."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.scenarios.files import BrokenScenario, Scenario, read_all
from tests.scenarios.run import begin, started


async def run(scenarios: list[Scenario], *, show: bool) -> int:
    """Play; prints each that failed, and with `show` the others too. The number of failures."""
    failed = 0
    began = time.monotonic()
    for now in dict.fromkeys(scenario.now for scenario in scenarios):
        with tempfile.TemporaryDirectory(prefix="scenarios-") as folder:
            async with started(Path(folder) / "home", now) as (running, record):
                chosen = [scenario for scenario in scenarios if scenario.now == now]
                for task in begin(running, record, chosen).values():
                    played = await task
                    failed += bool(played.wrong)
                    if played.wrong or show:
                        print(played, end="\n\n", flush=True)
    print(f"{len(scenarios) - failed} passed, {failed} failed, {time.monotonic() - began:.0f} s")
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios", description=__doc__)
    parser.add_argument("--only", default="", help="a part of the scenario's name")
    parser.add_argument(
        "--file", action="append", default=[], help="a part of the file's path; may be repeated"
    )
    parser.add_argument("--show", action="store_true", help="print the dialogues that passed, too")
    wanted = parser.parse_args()
    try:
        found = [
            scenario for scenario in read_all()
            if wanted.only in scenario.id and (not wanted.file or any(f in str(scenario.file) for f in wanted.file))
        ]  # fmt: skip
    except BrokenScenario as error:
        print(error, file=sys.stderr)
        return 2
    if not found:
        print("no scenario fits", file=sys.stderr)
        return 2
    return 1 if asyncio.run(run(found, show=wanted.show)) else 0


if __name__ == "__main__":
    sys.exit(main())
