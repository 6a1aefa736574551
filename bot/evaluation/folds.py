"""Cross-validation: each utterance understood by a model that has not seen it."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.examples import Example
from bot.training import train_understanding
from bot.understanding import Understanding


def folds(examples: Sequence[Example], count: int, seed: int) -> list[int]:
    """For each example its fold, each fold with its share of every intent; same seed, same folds."""
    chance = random.Random(seed)  # noqa: S311 (nothing secret)
    places: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.intent].append(place)
    found = [0] * len(examples)
    for intent in sorted(places):
        chance.shuffle(places[intent])
        for turn, place in enumerate(places[intent]):
            found[place] = turn % count
    return found


def cross_validate(
    config: Path, domain: Path, examples: Sequence[Example], count: int, seed: int, step: Callable[[], None]
) -> list[dict[str, Any]]:
    """The parses of the examples, in their order; `step` is called after each fold.

    Raises:
        TrainingFailed: a fold cannot be trained.
    """
    found: list[dict[str, Any]] = [{} for _ in examples]
    own = folds(examples, count, seed)
    for fold in range(count):
        with tempfile.TemporaryDirectory(prefix="hotline-fold-") as folder:
            archive = Path(folder) / "fold.tar.gz"
            train_understanding(
                config, domain, [e for e, f in zip(examples, own, strict=True) if f != fold], archive
            )
            understanding = Understanding.load(archive)
        for place, example in enumerate(examples):
            if own[place] == fold:
                found[place] = understanding.parse(example.text)
        step()
    return found
