"""Results as JSON and as a page."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.residents.resident import Outcome

RESULTS = Path(__file__).parents[1] / "results"
Z = 1.96


def wilson(done: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    share, square = done / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return middle - half, middle + half


def masked(text: str) -> str:
    """Runs of digits keep their last two."""
    return re.sub(r"\d{4,}|[零幺一二三四五六七八九]{6,}", lambda m: "*" * (len(m[0]) - 2) + m[0][-2:], text)


def _shares(outcomes: list[Outcome], of: Callable[[Outcome], str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in sorted({of(one) for one in outcomes}):
        part = [one for one in outcomes if of(one) == name]
        done = sum(not one.reason for one in part)
        low, high = wilson(done, len(part))
        found[name] = {
            "n": len(part),
            "done": done,
            "share": round(done / len(part), 3),
            "low": round(low, 3),
            "high": round(high, 3),
        }
    return found


def summary(outcomes: list[Outcome], *, seed: int) -> dict[str, Any]:
    """All that the page shows, and every conversation that failed."""
    failed = [one for one in outcomes if one.reason]
    turns = sorted(one.turns for one in outcomes if not one.reason)
    return {
        "seed": seed,
        "all": _shares(outcomes, lambda _: "all")["all"],
        "median_turns": turns[len(turns) // 2] if turns else None,
        "by_goal": _shares(outcomes, lambda one: one.goal),
        "by_channel": _shares(outcomes, lambda one: one.channel),
        "by_slip": _shares(outcomes, lambda one: one.slip),
        "reasons": {reason: sum(one.reason == reason for one in failed) for reason in sorted({one.reason for one in failed})},
        "failures": [asdict(one) | {"dialogue": [[who, masked(text)] for who, text in one.dialogue]} for one in failed],
    }  # fmt: skip


def write(outcomes: list[Outcome], *, seed: int, at: str) -> dict[str, Any]:
    """`results/residents.json` and `.md`."""
    told = summary(outcomes, seed=seed) | {"at": at}
    (RESULTS / "residents.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    (RESULTS / "residents.md").write_text(_page(told))
    return told


def write_dialogues(outcomes: list[Outcome], path: Path) -> None:
    """Every conversation, so that a reader can judge the successes as well."""
    path.write_text("\n\n".join("\n".join(_dialogue(one)) for one in outcomes) + "\n")


def _dialogue(one: Outcome) -> list[str]:
    head = f"### {one.goal}, {one.channel}, slip: {one.slip}: {one.reason or 'reached'}"
    return [head, "", *(f"- {who}: {masked(text).replace(chr(10), ' / ')}" for who, text in one.dialogue)]


def _table(title: str, rows: dict[str, dict[str, Any]]) -> Iterable[str]:
    yield from ("", f"| {title} | n | reached | share | 95 % |", "|---|---|---|---|---|")
    for name, row in rows.items():
        yield f"| {name} | {row['n']} | {row['done']} | {row['share']:.1%} | {row['low']:.1%}–{row['high']:.1%} |"


def _page(told: dict[str, Any]) -> str:
    lines = [
        "# Simulated residents", "",
        f"`python -m benchmarks.residents --count {told['all']['n']} --seed {told['seed']}`, {told['at']}. A goal is reached when "
        "database rows say so; a conversation that a person took over, where the goal needs none, is a failure here.",
        f"Median of the turns of a conversation that reached its goal: {told['median_turns']}.",
    ]  # fmt: skip
    lines += _table("all", {"all": told["all"]})
    for title in ("channel", "slip", "goal"):
        lines += _table(title, told[f"by_{title}"])
    lines += ["", "## Failures", ""]
    lines += [f"- {count} × {reason}" for reason, count in told["reasons"].items()]
    for one in told["failures"]:
        lines += ["", *_dialogue(Outcome(**one))]
    return "\n".join(lines) + "\n"
