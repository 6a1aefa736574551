"""One pipeline in a process of its own, so that time and memory are its own: train, or load and answer.

    python -m benchmarks.nlu.worker train CONFIG DOMAIN DATA MODEL
    python -m benchmarks.nlu.worker answer MODEL [--agent]

`answer` writes JSON lines: first `{"load_seconds": …, "resident_mb": …}`, then for each line of stdin
(`{"text": …, "metadata": …}`) `{"ms": …, "cpu_ms": …, "intent": …, "confidence": …, "ranking": […], "entities": […]}`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from bot import runtime

Parse = Callable[[str, "dict[str, Any] | None"], "dict[str, Any]"]
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB / 1024


def train(config: Path, domain: Path, data: Path, model: Path) -> None:
    """Train as the project does, with all cores."""
    runtime.prepare(threads=os.cpu_count() or 1)
    from bot.training import train_model

    train_model(config, domain, [data], model)


def components(model: Path) -> Callable[[], Parse]:
    """The components one after the other, as the project's own programs answer. Imports now, loads when called."""
    from bot.understanding import Understanding

    def load() -> Parse:
        understanding = Understanding.load(model)
        return lambda text, metadata: understanding.parse(text, metadata)

    return load


def agent(model: Path) -> Callable[[], Parse]:
    """Rasa's agent, as a bot without programs of its own answers."""
    import rasa.nlu.classifiers.diet_classifier  # noqa: F401 (with TensorFlow, whose import is not loading)
    from rasa.core.agent import Agent

    def load() -> Parse:
        answering, loop = Agent.load(str(model)), asyncio.new_event_loop()
        return lambda text, _metadata: loop.run_until_complete(answering.parse_message(text))

    return load


def answer(load: Callable[[], Parse], given: TextIO, out: TextIO) -> None:
    """Load, say what that took, then answer line by line."""
    began, worked = time.perf_counter(), time.process_time()
    parse = load()
    parse("你好", None)  # what is made by the first message belongs to loading
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    _say({"load_seconds": seconds, "load_cpu_seconds": processor, "resident_mb": resident_mb()}, out)
    for line in given:
        asked = json.loads(line)
        began, worked = time.perf_counter(), time.process_time()
        found = parse(asked["text"], asked.get("metadata"))
        took, processor = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
        spans = [(e["entity"], e["start"], e["end"]) for e in found["entities"]]
        ranking = [(r["name"], float(r["confidence"])) for r in found.get("intent_ranking", [])]
        intent = found["intent"]
        _say({"ms": took, "cpu_ms": processor, "intent": intent["name"], "confidence": float(intent["confidence"]),
              "ranking": ranking, "entities": spans}, out)  # fmt: skip


def _say(said: dict[str, Any], out: TextIO) -> None:
    out.write(json.dumps(said, ensure_ascii=False) + "\n")
    out.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu.worker", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    trains = commands.add_parser("train")
    for name in ("config", "domain", "data", "model"):
        trains.add_argument(name, type=Path)
    answers = commands.add_parser("answer")
    answers.add_argument("model", type=Path)
    answers.add_argument("--agent", action="store_true", help="through Rasa's agent")
    options = parser.parse_args()
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    with redirect_stdout(sys.stderr):
        if options.command == "train":
            train(options.config, options.domain, options.data, options.model)
        else:
            runtime.prepare(tensorflow=options.agent or runtime.needs_tensorflow(options.model))
            answer((agent if options.agent else components)(options.model), sys.stdin, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
