"""`python -m bot.variety`: do the utterances vary, and are the held-out ones really held out? Needs no Rasa.

Within an intent, utterances whose character 3-grams overlap by half (Jaccard, entities masked) count as one way of
saying it; the largest such cluster may hold a fifth of the intent. A held-out utterance that overlaps by 0.6 with any
training utterance is refused. Exit codes: 0 fine, 1 not.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.evaluation.examples import Example, load

ALIKE, CLUSTER = 0.5, 0.2
COPIED = 0.6


def grams(text: str) -> frozenset[str]:
    """The character 3-grams of a text; a shorter text is its own."""
    return frozenset(text[at : at + 3] for at in range(len(text) - 2)) or frozenset({text})


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _candidates(held: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    by_gram: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(held):
        for gram in own:
            by_gram[gram].append(place)
    return by_gram


def largest_cluster(texts: Sequence[str]) -> list[str]:
    """The most numerous group of texts linked by likeness."""
    held = [grams(text) for text in texts]
    by_gram = _candidates(held)
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for place, own in enumerate(held):
        for other in {other for gram in own for other in by_gram[gram] if other < place}:
            if jaccard(own, held[other]) >= ALIKE:
                parent[root(place)] = root(other)
    groups: dict[int, list[str]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[root(place)].append(text)
    return max(groups.values(), key=len, default=[])


def dull(examples: Sequence[Example]) -> Iterator[str]:
    """Intents whose utterances say the same in the same words."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example.masked)
    for intent, texts in sorted(by_intent.items()):
        cluster = largest_cluster(texts)
        if len(cluster) > max(1, CLUSTER * len(texts)):
            yield f"{intent}: {len(cluster)} of {len(texts)} utterances are alike, such as {cluster[0]!r} and {cluster[1]!r}"


def copied(training: Sequence[Example], held_out: Sequence[Example]) -> Iterator[str]:
    """Held-out utterances that the training knows."""
    known = [grams(example.text) for example in training]
    by_gram = _candidates(known)
    for example in held_out:
        own = grams(example.text)
        for place in {place for gram in own for place in by_gram.get(gram, ())}:
            if jaccard(own, known[place]) >= COPIED:
                yield f"held out, but known from training: {example.text!r} ~ {training[place].text!r}"
                break


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.variety", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("data/nlu"))
    parser.add_argument("--tests", type=Path, default=Path("tests/nlu"))
    options = parser.parse_args(arguments)
    training = load(options.data)
    held_out = load(options.tests) if options.tests.is_dir() else []
    problems = [*dull(training), *copied(training, held_out)]
    print(
        "\n".join(problems)
        or f"{len(training)} training and {len(held_out)} held-out utterances: varied, and apart"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
