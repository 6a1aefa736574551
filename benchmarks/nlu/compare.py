"""Pipelines against each other on the same utterances; results are kept, and what exists is not run again.

bot/.venv/bin/python -m benchmarks.nlu compare --sets checkflow --checkflow PATH
bot/.venv/bin/python -m benchmarks.nlu compare --sets own --sample 20 --pipelines ours stock
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks.nlu import cells, report, sets
from benchmarks.nlu.pipelines import ROOT, SOURCES
from benchmarks.nlu.processes import Failed

OUT = ROOT / "benchmarks" / "results" / "nlu"


def add_set_arguments(parser: argparse.ArgumentParser) -> None:
    """What chooses data sets and folders."""
    parser.add_argument("--sets", nargs="+", choices=("checkflow", "own"), default=["own"])
    parser.add_argument("--checkflow", type=Path, help="folder with CheckFlow's train.md and test.md")
    parser.add_argument(
        "--sample",
        type=int,
        default=60,
        help="at most so many of the project's utterances an intent (20; 0: all)",
    )
    parser.add_argument(
        "--models", type=Path, default=ROOT / "models" / "compare", help="where models are kept"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="where results and report are written")


def folds_of(given: argparse.Namespace) -> list[sets.Fold]:
    """The folds of the chosen sets.

    Raises:
        SystemExit: CheckFlow is asked for and not there.
    """
    found: list[sets.Fold] = []
    if "checkflow" in given.sets:
        if given.checkflow is None or not (given.checkflow / "train.md").is_file():
            raise SystemExit("CheckFlow is not part of this project: give its folder with --checkflow")
        found += sets.checkflow(given.checkflow)
    return found + (sets.own(ROOT, given.sample) if "own" in given.sets else [])


def write_report(out: Path) -> None:
    """`compare.md` and `compare.png` from the results that exist."""
    rows, speed = cells.results(out / "compare"), out / "speed.json"
    told = json.loads(speed.read_text("utf-8")) if speed.is_file() else None
    (out / "compare.md").write_text(report.markdown(rows, told), "utf-8")
    if rows:
        report.chart(rows, out / "compare.png")


def main(arguments: list[str]) -> int:
    """Entry point; 1 where a cell failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nlu compare", description=__doc__)
    parser.add_argument("--pipelines", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--folds", nargs="+", help="split, 1, 2, … (all)")
    parser.add_argument("--again", action="store_true", help="run what has a result, too")
    parser.add_argument("--report", action="store_true", help="only write the report anew")
    add_set_arguments(parser)
    given = parser.parse_args(arguments)
    failed = False
    if not given.report:
        chosen = [fold for fold in folds_of(given) if not given.folds or fold.name in given.folds]
        console = Console(stderr=True, highlight=False)
        columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            for fold in chosen:
                for name in given.pipelines:
                    label = f"{fold.set} {fold.name} {name}"
                    bar = progress.add_task(label, total=1)

                    def step(what: str, bar=bar, label=label) -> None:
                        progress.update(bar, description=f"{label}: {what}")
                        if not console.is_terminal:  # where nothing can turn, a line a step
                            console.print(f"{label}: {what}")

                    try:
                        pipeline = cells.pipeline_for(name, fold)
                        ran = cells.run(
                            pipeline, fold, given.out / "compare", given.models, again=given.again, step=step
                        )
                        step("done" if ran else "there already")
                    except Failed as error:
                        console.print(f"{label}: {error}", style="red", markup=False)
                        step("failed")
                        failed = True
                    progress.update(bar, completed=1)
                    write_report(given.out)
    write_report(given.out)
    print(f"report: {given.out / 'compare.md'}")
    return 1 if failed else 0
