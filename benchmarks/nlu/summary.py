"""Results of cells put together: a line for a split or for pooled folds, and paired tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.nlu.sets import FOLDS
from benchmarks.nlu.statistics import mcnemar, percentile
from bot.evaluation.scores import interval

Row = dict[str, Any]
POOLED = "folds"


def select(rows: Iterable[Row], name: str, view: str, pipeline: str) -> list[Row]:
    """The cells of a set and pipeline: its split, or its folds in order."""
    held = (row for row in rows if row["set"] == name and row["pipeline"] == pipeline)
    return sorted(
        (row for row in held if (row["fold"] == "split") == (view == "split")), key=lambda r: r["fold"]
    )


def line(cells: Sequence[Row], view: str) -> Row | None:
    """One line of the table; `None` without a cell.

    Accuracy and times are of all utterances and messages together; macro-F1, entities, seconds and memory are means.
    Seconds of a training that somebody suspended are `None`: only the processor's count then.
    """
    if not cells:
        return None
    right = "".join(cell["right"] for cell in cells)
    times = [ms for cell in cells for ms in cell["times_ms"]]
    worked = [ms for cell in cells for ms in cell["cpu_ms"]]

    def mean(*keys: str) -> float:
        found = []
        for cell in cells:
            value: Any = cell
            for key in keys:
                value = value[key]
            found.append(value)
        return sum(found) / len(found)

    return {
        "accuracy": right.count("1") / len(right), "interval": interval(right.count("1"), len(right)),
        "macro_f1": mean("macro_f1"), "entity_f1": mean("entities", "f1") if cells[0]["entities"]["there"] else None,
        "train_seconds": None if any(cell["train_seconds"] is None for cell in cells) else mean("train_seconds"), "train_cpu_seconds": mean("train_cpu_seconds"),
        "load_seconds": mean("load_seconds"), "load_cpu_seconds": mean("load_cpu_seconds"),
        "resident_mb": mean("resident_mb"), "p50": percentile(times, 50), "p95": percentile(times, 95),
        "cpu_p50": percentile(worked, 50),
        "asked": len(right), "missing": FOLDS - len(cells) if view == POOLED else 0,
    }  # fmt: skip


def paired(rows: Sequence[Row], name: str, view: str, first: str, second: str) -> Row | None:
    """McNemar's test over the cells that both pipelines have on the same data; `None` where there is none."""
    ones, others = ({cell["fold"]: cell for cell in select(rows, name, view, p)} for p in (first, second))
    both = [f for f in ones if f in others and ones[f]["data_hash"] == others[f]["data_hash"]]
    if not both:
        return None
    test = mcnemar(*("".join(cells[f]["right"] for f in both) for cells in (ones, others)))
    return {**test, "asked": sum(ones[f]["asked"] for f in both)}


def views(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The sets and views that have a result, a set's split before its folds."""
    found = {(row["set"], "split" if row["fold"] == "split" else POOLED) for row in rows}
    return sorted(found, key=lambda view: (view[0], view[1] == POOLED))
