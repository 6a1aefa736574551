"""`bot/.venv/bin/python -m benchmarks.nlu compare|speed|acoustic`: see `--help` of each."""

from __future__ import annotations

import importlib
import sys

from bot import runtime

COMMANDS = ("compare", "speed", "acoustic")


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(f"usage: python -m benchmarks.nlu {'|'.join(COMMANDS)} …", file=sys.stderr)
        return 2
    runtime.prepare(tensorflow=False)
    return importlib.import_module(f"benchmarks.nlu.{sys.argv[1]}").main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
