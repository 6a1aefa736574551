"""`python -m bot.evaluate`: the model against utterances written apart from its training; a report in Markdown and JSON.

    hotline nlu evaluate                       # tests/nlu: clean, numbers spoken, at 8, 15, 25 % character error
    hotline nlu evaluate --tests my/folder --noise 15 --out my/report
    hotline nlu evaluate --folds 5             # cross-validation on the training utterances too: five trainings

Times are resolved at the reference time of the tests, a Wednesday. Exit codes: 0 done, 1 no model or no utterances.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.runtime import prepare

if TYPE_CHECKING:
    from rich.progress import Progress

DEFAULT_NOISE = (8, 15, 25)
SEED = 95598
REFERENCE = "2022-04-06T10:00:00+08:00"
CLEAN, SPOKEN = "clean", "numbers spoken"


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.evaluate", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--model", type=Path, default=Path("models/hotline.tar.gz"))
    parser.add_argument("--tests", type=Path, default=Path("tests/nlu"))
    parser.add_argument(
        "--noise", type=int, nargs="+", default=list(DEFAULT_NOISE), help="character error, in percent"
    )
    parser.add_argument(
        "--folds", type=int, default=0, help="cross-validate the training utterances in so many folds"
    )
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/nlu"))
    options = parser.parse_args(arguments)
    prepare(tensorflow=bool(options.folds))

    from rich.console import Console
    from rich.progress import Progress

    from bot.evaluation import noise, report, scores
    from bot.evaluation.examples import load
    from bot.evaluation.spoken import speak
    from bot.understanding import Understanding, UnusableModel

    try:
        examples = load(options.tests)
        understanding = Understanding.load(options.model)
    except (FileNotFoundError, UnusableModel) as error:
        print(error, file=sys.stderr)
        return 1
    asked = {CLEAN: examples, SPOKEN: [speak(example, SEED) for example in examples]}
    for rate in options.noise:
        asked[f"{rate} % character error"] = [
            replace(example, text=noise.spoil(example.text, rate / 100, SEED), entities=())
            for example in examples
        ]
    runs: dict[str, dict[str, Any]] = {}
    with Progress(console=Console(stderr=True)) as progress:
        for name, spoken in asked.items():
            task = progress.add_task(name, total=len(spoken))
            parses = []
            for example in spoken:
                parses.append(understanding.parse(example.text, {"now": REFERENCE}))
                progress.advance(task)
            runs[name] = scores.all_of(spoken, parses)
            if name not in (
                CLEAN,
                SPOKEN,
            ):  # spans and values of a spoiled text are not those of the annotation
                runs[name].pop("entities")
        if options.folds:
            runs[f"{options.folds} folds of the training"] = _folds(options.folds, progress)
    options.out.mkdir(parents=True, exist_ok=True)
    about = {"model": str(options.model), "utterances": f"{len(examples)} from {options.tests}"}
    (options.out / "report.md").write_text(report.markdown(runs, about), encoding="utf-8")
    (options.out / "results.json").write_text(json.dumps(runs, indent=1), encoding="utf-8")
    report.pictures(next(iter(runs.values())), options.out)
    for name, run in runs.items():
        print(
            f"{name:<22} intents {100 * run['intents']['accuracy']:5.1f} %   macro-F1 {run['intents']['macro_f1']:.3f}   "
            f"emergencies {100 * run['safety']['recall']:5.1f} % (false {100 * run['safety']['false_alarms']:.1f} %)   "
            f"out of scope {100 * run['scope']['recall']:5.1f} % (false {100 * run['scope']['false_alarms']:.1f} %)   "
            f"calibration {run['calibration']['ece']:.3f}"
        )
    print(f"report: {options.out / 'report.md'}")
    return 0


def _folds(count: int, progress: Progress) -> dict[str, Any]:
    from bot.evaluation import scores
    from bot.evaluation.examples import load
    from bot.evaluation.folds import cross_validate

    examples = load(Path("data/nlu"))
    task = progress.add_task(f"{count} folds", total=count)
    parses = cross_validate(
        Path("config.yml"), Path("domain.yml"), examples, count, SEED, lambda: progress.advance(task)
    )
    return scores.all_of(examples, parses)


if __name__ == "__main__":
    sys.exit(main())
