"""The report: Markdown for people, PNGs for those who would rather look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WORST = 25


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def markdown(runs: Mapping[str, dict[str, Any]], about: Mapping[str, str]) -> str:
    """The report of runs named by their noise; the first is the clean one."""
    clean = next(iter(runs.values()))
    summary = [
        (
            name,
            percent(run["intents"]["accuracy"]),
            "–".join(percent(edge) for edge in run["intents"]["interval"]),
            f"{run['intents']['macro_f1']:.3f}",
            percent(run["safety"]["recall"]),
            percent(run["safety"]["false_alarms"]),
            percent(run["scope"]["recall"]),
            percent(run["scope"]["false_alarms"]),
            f"{run['calibration']['ece']:.3f}",
        )
        for name, run in runs.items()
    ]
    head = ("text", "intent accuracy", "95 %", "macro-F1", "emergencies recalled", "other faults alarmed",
            "out of scope seen", "in scope refused", "calibration error")  # fmt: skip
    parts = [
        "# How well the model understands",
        "",
        *(f"* {key}: {value}" for key, value in about.items()),
        "",
    ]
    parts += [_table(head, summary), ""]
    for name, run in runs.items():
        if "entities" in run:
            parts += [f"## Entities, {name}, exact spans", "", _entities(run["entities"])]
    parts += ["", "## Intents, clean text", ""]
    table = sorted(clean["intents"]["by_intent"].items(), key=lambda item: item[1]["f1"])
    parts.append(
        _table(
            ("intent", "there", "precision", "recall", "F1"),
            [
                (n, str(r["there"]), percent(r["precision"]), percent(r["recall"]), percent(r["f1"]))
                for n, r in table
            ],
        )
    )
    parts += ["", "## Most confused, clean text", ""]
    confused = clean["intents"]["confused"][:WORST]
    parts.append(
        _table(("wanted", "got", "times"), [(c["wanted"], c["got"], str(c["times"])) for c in confused])
    )
    parts += ["", "![Confusions](confusion.png)", "", "![Reliability](reliability.png)", ""]
    return "\n".join(parts)


def _entities(scores: Mapping[str, Any]) -> str:
    rows = [("all", scores["micro"]), *scores["by_entity"].items()]
    return _table(
        ("entity", "there", "precision", "recall", "F1", "F1 with the right value", "values annotated"),
        [
            (
                name, str(row["there"]), percent(row["precision"]), percent(row["recall"]), percent(row["f1"]),
                percent(row["value_f1"]) if row.get("values") else "", str(row.get("values") or ""),
            )
            for name, row in rows
        ],
    ) + "\n"  # fmt: skip


def pictures(clean: Mapping[str, Any], folder: Path) -> None:
    """`confusion.png` and `reliability.png` of one run."""
    import matplotlib

    matplotlib.use("Agg")
    import numpy as np
    from matplotlib import pyplot

    names = list(clean["intents"]["by_intent"])
    place = {name: at for at, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for name, row in clean["intents"]["by_intent"].items():
        matrix[place[name], place[name]] = row["recall"]
    for pair in clean["intents"]["confused"]:
        if pair["got"] in place:
            there = clean["intents"]["by_intent"][pair["wanted"]]["there"]
            matrix[place[pair["wanted"]], place[pair["got"]]] = pair["times"] / there
    size = max(6.0, 0.22 * len(names))
    figure, axes = pyplot.subplots(figsize=(size, size))
    axes.imshow(matrix, cmap="Greens", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=6)
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.set_xlabel("understood as")
    axes.set_ylabel("meant")
    figure.tight_layout()
    figure.savefig(folder / "confusion.png", dpi=110)
    pyplot.close(figure)

    curve = clean["calibration"]["curve"]
    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    axes.plot([b["confidence"] for b in curve], [b["accuracy"] for b in curve], marker="o", color="#00706b")
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that is right")
    axes.set_title(f"calibration error {clean['calibration']['ece']:.3f}")
    figure.tight_layout()
    figure.savefig(folder / "reliability.png", dpi=110)
    pyplot.close(figure)
