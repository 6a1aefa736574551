"""Figures that are computed from other figures: tests, error rates, percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence


def mcnemar(first: str, second: str) -> dict[str, float]:
    """The exact two-sided test of two runs on the same utterances, each a string of `1` (right) and `0`.

    `wins` counts what only the first got right, `losses` what only the second did.

    Raises:
        ValueError: the runs are of different lengths.
    """
    pairs = list(zip(first, second, strict=True))
    wins, losses = pairs.count(("1", "0")), pairs.count(("0", "1"))
    told = wins + losses
    tail = sum(math.comb(told, count) for count in range(min(wins, losses) + 1))
    return {"wins": wins, "losses": losses, "p": min(1.0, 2 * tail / 2**told)}


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: a value that was really measured. 0 without any."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def edits(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Insertions, deletions and replacements between two sequences (Levenshtein)."""
    row = list(range(len(got) + 1))
    for place, one in enumerate(wanted, 1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(got, 1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (one != other)),
            )
    return row[-1]


def error_rate(wanted: Sequence[Sequence[str]], got: Sequence[Sequence[str]]) -> float:
    """Edits of all pairs by the length of all that was wanted."""
    length = sum(map(len, wanted))
    return sum(edits(w, g) for w, g in zip(wanted, got, strict=True)) / length if length else 0.0
