"""The data sets: read, sampled, cut into folds, and written as Rasa's training data."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.examples import Example, load, read

SEED = 95598
FOLDS = 5
INTENT = "## intent:"
OWN = "own"


@dataclass(frozen=True)
class Fold:
    """Utterances to learn from and utterances to be asked; `name` is `split` or the fold's number."""

    set: str
    name: str
    training: tuple[Example, ...]
    asked: tuple[Example, ...]

    def hash(self) -> str:
        """Of all utterances with intents and spans."""
        content = [[(e.text, e.intent, spans(e)) for e in half] for half in (self.training, self.asked)]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def entities(self) -> list[str]:
        """The types that the training data has."""
        return sorted({entity.name for example in self.training for entity in example.entities})

    @property
    def foreign(self) -> bool:
        """Whether the set is not the project's own."""
        return not self.set.startswith(OWN)

    @property
    def known(self) -> int:
        """Asked utterances that stand in the training data, character by character."""
        seen = {example.text for example in self.training}
        return sum(example.text in seen for example in self.asked)


def spans(example: Example) -> list[tuple[str, int, int, str | None]]:
    """Name, start, end and value of each entity."""
    return [(entity.name, entity.start, entity.end, entity.value) for entity in example.entities]


def from_markdown(text: str) -> list[Example]:
    """Examples of Rasa 1's Markdown: `## intent:name` above lines `- text with [spans](entity)`.

    Raises:
        ValueError: another kind of section (synonyms, regular expressions), or a line that is none of these.
    """
    found, intent = [], ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith(INTENT):
            intent = line.removeprefix(INTENT).strip()
        elif line.startswith("- ") and intent:
            found.append(read(line[2:].strip(), intent))
        elif line:
            raise ValueError(f"line {number} is neither an intent nor an example")
    return found


def annotated(example: Example) -> str:
    """The line of an example in Rasa's YAML, the inverse of `bot.evaluation.examples.read`."""
    line, at = "", 0
    for entity in example.entities:
        said = {"entity": entity.name} | ({"value": entity.value} if entity.value is not None else {})
        line += example.text[at : entity.start] + f"[{example.text[entity.start : entity.end]}]"
        line += json.dumps(said, ensure_ascii=False)
        at = entity.end
    return line + example.text[at:]


def as_yaml(examples: Iterable[Example]) -> str:
    """Rasa's training data of the examples."""
    by_intent = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    lines = ['version: "3.1"', "nlu:"]
    for intent, group in by_intent.items():
        lines += [
            f"- intent: {intent}",
            "  examples: |",
            *(f"    - {annotated(example)}" for example in group),
        ]
    return "\n".join(lines) + "\n"


def domain(examples: Iterable[Example]) -> str:
    """A domain that knows the examples' intents and entities, and nothing else."""
    examples = list(examples)
    intents = sorted({example.intent for example in examples})
    entities = sorted({entity.name for example in examples for entity in example.entities})
    return json.dumps({"version": "3.1", "intents": intents, "entities": entities})


def sample(examples: Sequence[Example], count: int, seed: int = SEED) -> list[Example]:
    """At most `count` utterances an intent, drawn evenly, in the order of the examples; all with 0."""
    places = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.intent].append(place)
    chance = random.Random(seed)
    kept = {
        place
        for group in places.values()
        for place in (chance.sample(group, count) if 0 < count < len(group) else group)
    }
    return [example for place, example in enumerate(examples) if place in kept]


def folds(name: str, examples: Sequence[Example], count: int = FOLDS, seed: int = SEED) -> list[Fold]:
    """`count` folds in each of which every intent has its share; every utterance is asked exactly once."""
    places = defaultdict(list)
    for place, example in enumerate(examples):
        places[example.intent].append(place)
    chance, belongs, turn = random.Random(seed), {}, 0
    for intent in sorted(places):
        chance.shuffle(places[intent])
        for place in places[intent]:  # the turn goes on from one intent to the next: folds stay of one size
            belongs[place] = turn % count
            turn += 1
    return [
        Fold(
            name, str(number + 1),
            tuple(example for place, example in enumerate(examples) if belongs[place] != number),
            tuple(example for place, example in enumerate(examples) if belongs[place] == number),
        )
        for number in range(count)
    ]  # fmt: skip


def checkflow(folder: Path) -> list[Fold]:
    """CheckFlow's published split, and five folds of all its utterances.

    Raises:
        FileNotFoundError: `train.md` or `test.md` is not in `folder`.
    """
    training, asked = (
        from_markdown((folder / f"{half}.md").read_text("utf-8")) for half in ("train", "test")
    )
    split = Fold("checkflow", "split", tuple(training), tuple(asked))
    return [split, *folds("checkflow", [*training, *asked])]


def own(root: Path, count: int) -> list[Fold]:
    """The project's training data, at most `count` an intent (0: all), and its held-out utterances."""
    name = f"{OWN}-{count}" if count else OWN
    training = sample(load(root / "data" / "nlu"), count)
    return [Fold(name, "split", tuple(training), tuple(load(root / "tests" / "nlu")))]
