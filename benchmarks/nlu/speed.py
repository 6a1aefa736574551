"""Time of one message, pipelines side by side: all are loaded, then asked in turn, so that what else the machine does
falls on all alike.

    bot/.venv/bin/python -m benchmarks.nlu speed --sets own --sample 20
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.nlu import cells, compare
from benchmarks.nlu.processes import Answering, Failed, answering, train
from benchmarks.nlu.sets import SEED, Fold
from benchmarks.nlu.statistics import percentile
from bot.evaluation import noise

WARM, READINGS = 20, 5
RATES = (0, 0.08, 0.15, 0.25, 0.25)  # character error of the readings that go along
Row = dict[str, Any]


def readings(text: str) -> Row:
    """Metadata with five readings of a text, the likeliest first."""
    lines = [
        {"text": noise.spoil(text, rate, SEED + place), "confidence": round(0.9 - 0.1 * place, 2)}
        for place, rate in enumerate(RATES)
    ]
    return {"channel": "ivr", "asr": {"confidence": 0.9, "nbest": lines}}


def uses_readings(door: Answering, fold: Fold) -> bool:
    """Whether another reading that says something else changes what is understood."""
    one = fold.asked[0].text
    other = next(example.text for example in fold.asked if example.intent != fold.asked[0].intent)
    lines = [{"text": one, "confidence": 0.5}, {"text": other, "confidence": 0.5}]
    alone, both = door.parse(one), door.parse(one, {"asr": {"confidence": 0.5, "nbest": lines}})
    return (alone["intent"], alone["confidence"]) != (both["intent"], both["confidence"])


def side_by_side(fold: Fold, models: Path, names: list[str], count: int) -> Row:
    """p50 and p95 of each pipeline and way of answering, and how many times ours that is."""
    with ExitStack() as stack:
        doors: dict[tuple[str, str], Answering] = {}
        for name in names:
            pipeline = cells.pipeline_for(name, fold)
            model = models / f"{cells.key(pipeline, fold)}.tar.gz"
            if not model.is_file():
                print(f"training {name} …", file=sys.stderr)
                train(pipeline, fold, model)
            for through in ("components", "agent"):
                print(f"loading {name}, {through} …", file=sys.stderr)
                doors[name, through] = stack.enter_context(answering(model, agent=through == "agent"))
        ours = doors["ours", "components"]
        used = uses_readings(ours, fold)
        ways: list[tuple[str, str, Answering, bool]] = [(n, t, door, False) for (n, t), door in doors.items()]
        if used:
            ways.append(("ours", f"components, {READINGS} readings", ours, True))
        times: dict[tuple[str, str], list[float]] = {(name, through): [] for name, through, *_ in ways}
        for number in range(WARM + count):
            text = fold.asked[number * 7919 % len(fold.asked)].text
            for name, through, door, many in ways:
                took = door.parse(text, readings(text) if many else None)["ms"]
                if number >= WARM:
                    times[name, through].append(took)
    usual = percentile(times["ours", "components"], 50)
    rows = [
        {"pipeline": name, "through": through, "p50": percentile(took, 50), "p95": percentile(took, 95),
         "ratio": percentile(took, 50) / usual}
        for (name, through), took in times.items()
    ]  # fmt: skip
    return {"set": fold.set, "messages": count, "readings_used": used, "rows": rows}


def main(arguments: list[str]) -> int:
    """Entry point; 1 where a pipeline cannot be trained or loaded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu speed", description=__doc__)
    parser.add_argument("--pipelines", nargs="+", default=["ours", "stock"])
    parser.add_argument("--count", type=int, default=200, help="messages (200)")
    compare.add_set_arguments(parser)
    given = parser.parse_args(arguments)
    fold = compare.folds_of(given)[0]
    try:
        found = side_by_side(fold, given.models, list(dict.fromkeys(["ours", *given.pipelines])), given.count)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "speed.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for row in found["rows"]:
        print(
            f"{row['pipeline']:<6} {row['through']:<24} p50 {row['p50']:6.1f}  p95 {row['p95']:6.1f}  × {row['ratio']:.1f}"
        )
    compare.write_report(given.out)
    return 0
