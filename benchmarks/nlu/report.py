"""The comparison's report out of whatever results exist: Markdown, and a chart of accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.nlu import summary
from benchmarks.nlu.pipelines import SOURCES, Pipeline
from bot.evaluation.report import percent

Row = dict[str, Any]
NOT_RUN, OLDER = "not run", " †"
HEAD = (
    "pipeline", "intent accuracy", "95 %", "macro-F1", "entity F1", "training s (processor)", "load s (processor)",
    "memory MB", "parse p50 ms (processor)", "p95 ms",
)  # fmt: skip
NAMES = {
    "ours": "this project's pipeline (`config.yml`), which needs no TensorFlow",
    "stock": "what Rasa recommends for Chinese: jieba, counted words and characters, DIET with 100 epochs (`benchmarks/nlu/stock.yml`)",
    "diet": "DIET on this project's characters and rules (`config.diet.yml`)",
}
COLOURS = {"ours": "#00706b", "stock": "#b0b0b0", "diet": "#d6a24a"}


def title(name: str, view: str) -> str:
    """A heading: `checkflow, folds`."""
    said = {"checkflow": "CheckFlow", "own": "this project's utterances"}.get(name)
    if said is None:
        said = f"this project's utterances, at most {name.split('-')[1]} an intent to learn from"
    kind = {"split": "published split", summary.POOLED: "five folds of all"}[view]
    return said if name.startswith("own") else f"{said}, {kind}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of Markdown."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def outdated(row: Row) -> bool:
    """Whether the pipeline has changed since."""
    return Pipeline.of(row["pipeline"], row["entity_types"]).hash() != row["pipeline_hash"]


def cells(rows: Sequence[Row], name: str, view: str, pipeline: str) -> list[str]:
    """One row of the table."""
    there = summary.select(rows, name, view, pipeline)
    found = summary.line(there, view)
    if found is None:
        return [pipeline, NOT_RUN, *[""] * (len(HEAD) - 2)]
    label = pipeline + (OLDER if any(map(outdated, there)) else "")
    if found["missing"]:
        label += f" ({len(there)} of {len(there) + found['missing']} folds)"
    return [
        label, percent(found["accuracy"]), "–".join(map(percent, found["interval"])), f"{found['macro_f1']:.3f}",
        "" if found["entity_f1"] is None else f"{found['entity_f1']:.3f}",
        f"{_seconds(found['train_seconds'])} ({found['train_cpu_seconds']:.0f})",
        f"{found['load_seconds']:.1f} ({found['load_cpu_seconds']:.1f})", f"{found['resident_mb']:.0f}",
        f"{found['p50']:.1f} ({found['cpu_p50']:.1f})", f"{found['p95']:.1f}",
    ]  # fmt: skip


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def markdown(rows: Sequence[Row], speed: Row | None = None) -> str:
    """The whole report."""
    lines = ["# Understanding, compared", "", *(f"* **{name}**: {said}" for name, said in NAMES.items()), ""]
    lines += [
        "Accuracy has Wilson's interval; over folds it is of all their utterances together, the other figures are means.",
        "Entities are exact spans of the types that the training data has. Training is a process from start to end on "
        "all cores, loading begins after the imports and ends with the first answer, a parse is one message on one core.",
        "What else the machine does makes all times longer; the processor's own time, in brackets, does not count it.",
        "",
    ]
    if any(map(outdated, rows)):
        lines += [f"{OLDER.strip()} measured before the latest change of that pipeline.", ""]
    for name, view in summary.views(rows):
        held = [row for row in rows if row["set"] == name and (row["fold"] == "split") == (view == "split")]
        sizes = f"{held[0]['trained_on']} utterances to learn from, {held[0]['asked']} asked"
        known = f"{sum(r['known'] for r in held if r['pipeline'] == held[0]['pipeline'])} of them stand in the training data"
        lines += [f"## {title(name, view)[0].upper()}{title(name, view)[1:]}", ""]
        lines += [f"{sizes}{' in each' if view == summary.POOLED else ''}; {known}.", ""]
        lines += table(HEAD, [cells(rows, name, view, pipeline) for pipeline in SOURCES])
        lines += ["", *pairs(rows, name, view)]
    lines += speeds(speed)
    return "\n".join([*lines, "![Intent accuracy](compare.png)", ""])


def pairs(rows: Sequence[Row], name: str, view: str) -> list[str]:
    """Our pipeline against each other one, utterance by utterance."""
    lines = []
    for other in (pipeline for pipeline in SOURCES if pipeline != "ours"):
        if test := summary.paired(rows, name, view, "ours", other):
            lines += [
                f"* ours against {other}, {test['asked']} utterances: {test['wins']} that only ours understood, "
                f"{test['losses']} that only {other} did; exact McNemar p = {test['p']:.2g}",
            ]
    return [*lines, ""] if lines else []


def speeds(speed: Row | None) -> list[str]:
    """Side by side, message for message."""
    lines = ["## Side by side", ""]
    if speed is None:
        return [*lines, f"`speed`: {NOT_RUN}.", ""]
    lines += [
        f"All of them were loaded at once and asked in turn, {speed['messages']} messages each "
        f"({title(speed['set'], 'split')}); ratios of medians.",
        "",
        *table(
            ("pipeline", "answers through", "p50 ms", "p95 ms", "times ours"),
            [
                (
                    row["pipeline"],
                    row["through"],
                    f"{row['p50']:.1f}",
                    f"{row['p95']:.1f}",
                    f"{row['ratio']:.1f}",
                )
                for row in speed["rows"]
            ],
        ),
        "",
    ]
    if not speed["readings_used"]:
        lines += ["Other readings of the recogniser are not used by this pipeline.", ""]
    return lines


def chart(rows: Sequence[Row], path: Path) -> None:
    """Accuracy with its interval: a group of bars for each set and view."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    groups, width = summary.views(rows), 0.26
    figure, axes = pyplot.subplots(figsize=(2.4 + 2.4 * len(groups), 4))
    for place, pipeline in enumerate(SOURCES):
        there = [
            (at, found)
            for at, (name, view) in enumerate(groups)
            if (found := summary.line(summary.select(rows, name, view, pipeline), view))
        ]
        if not there:
            continue
        heights = [found["accuracy"] for _, found in there]
        errors = [
            [f["accuracy"] - f["interval"][0] for _, f in there],
            [f["interval"][1] - f["accuracy"] for _, f in there],
        ]
        spots = [at + (place - 1) * width for at, _ in there]
        bars = axes.bar(
            spots, heights, width, yerr=errors, capsize=3, color=COLOURS[pipeline], label=pipeline
        )
        axes.bar_label(bars, [f"{100 * height:.1f}" for height in heights], padding=2, fontsize=8)
    axes.set_xticks(range(len(groups)), [f"{name}\n{view}" for name, view in groups])
    axes.set_ylim(0, 1.1)
    axes.set_ylabel("intents understood")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncol=len(SOURCES), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
