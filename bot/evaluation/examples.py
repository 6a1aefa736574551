"""Labelled utterances out of Rasa's YAML, read without Rasa."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ANNOTATION = re.compile(r"\[([^\[\]]*)\](?:\(([^()]*)\)|(\{[^{}]*\}))")

MASK = "□"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Entity:
    """An annotated span; `value` where the annotation gives one."""

    name: str
    start: int
    end: int
    value: str | None = None

    def of(self, text: str) -> str:
        """The words of `text` that are annotated."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Example:
    """One utterance with what it means."""

    text: str
    intent: str
    entities: tuple[Entity, ...] = ()

    @property
    def masked(self) -> str:
        """The text with one sign in place of each entity; a text that is nothing but entities stays as it is."""
        parts, at = [], 0
        for entity in self.entities:
            parts += [self.text[at : entity.start], MASK]
            at = entity.end
        masked = "".join(parts) + self.text[at:]
        return masked if len(masked.replace(MASK, "")) > 1 else self.text


def read(annotated: str, intent: str) -> Example:
    """An example out of its annotated line."""
    text, entities, at = "", [], 0
    for match in ANNOTATION.finditer(annotated):
        text += annotated[at : match.start()]
        said: dict[str, Any] = json.loads(match[3]) if match[3] else {"entity": match[2]}
        entities.append(Entity(said["entity"], len(text), len(text) + len(match[1]), said.get("value")))
        text += match[1]
        at = match.end()
    return Example(text + annotated[at:], intent, tuple(entities))


def load(folder: Path) -> list[Example]:
    """All examples of the `*.yml` below a folder, in the order of files and lines.

    Raises:
        FileNotFoundError: there is none.
    """
    found = examples(sorted(folder.rglob("*.yml")))
    if not found:
        raise FileNotFoundError(f"no utterances below {folder}")
    return found


def examples(files: Sequence[Path]) -> list[Example]:
    """All examples of the files, in order."""
    return [example for file in files for example in _of_file(file)]


def _of_file(file: Path) -> Iterator[Example]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER) or {}  # noqa: S506 (a safe loader)
    for block in content.get("nlu", []):
        for line in block["examples"].splitlines():
            if line.startswith("- "):
                yield read(line[2:].strip(), block["intent"])
