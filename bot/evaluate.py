"""`python -m bot.evaluate`: the model against utterances written apart from its training; a report in Markdown and JSON.

    hotline nlu evaluate                       # tests/nlu, clean and at 8, 15, 25 % character error
    hotline nlu evaluate --tests my/folder --noise 0 15 --out my/report

Exit codes: 0 done, 1 no model or no utterances.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.runtime import prepare

DEFAULT_NOISE = (0, 8, 15, 25)
SEED = 95598


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
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/nlu"))
    options = parser.parse_args(arguments)
    prepare(tensorflow=False)

    from rich.console import Console
    from rich.progress import Progress

    from bot.evaluation import noise, report, scores
    from bot.evaluation.examples import load
    from bot.understanding import Understanding, UnusableModel

    try:
        examples = load(options.tests)
        understanding = Understanding.load(options.model)
    except (FileNotFoundError, UnusableModel) as error:
        print(error, file=sys.stderr)
        return 1
    runs: dict[str, dict[str, Any]] = {}
    with Progress(console=Console(stderr=True)) as progress:
        for rate in options.noise:
            name = f"{rate} % character error" if rate else "clean"
            texts = [noise.spoil(example.text, rate / 100, SEED) for example in examples]
            task = progress.add_task(name, total=len(texts))
            parses = []
            for text in texts:
                parses.append(understanding.parse(text))
                progress.advance(task)
            runs[name] = scores.all_of(examples, parses)
            if rate:  # spans and values of a spoiled text are not those of the annotation
                runs[name].pop("entities")
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


if __name__ == "__main__":
    sys.exit(main())
