"""Lists of names that help to find and to normalise entities: places, halls, devices."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import TrainedComponent, read_json, write_json
from bot.components.reading import read

FILES = ("places.txt", "divisions.txt", "halls.txt", "devices.yml")


@dataclass(frozen=True)
class Lookups:
    """Names as they read, each with what it stands for: a place or an administrative
    division for itself, a hall for its id, a device for its term."""

    place: dict[str, str] = field(default_factory=dict)
    division: dict[str, str] = field(default_factory=dict)
    business_hall: dict[str, str] = field(default_factory=dict)
    device: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> Lookups:
        """Read the folder's files; a missing one is an empty list.

        `places.txt`, `divisions.txt`: a name a line. `halls.txt`: id, a tab, the name and other names parted by tabs.
        `devices.yml`: a term with a list of other words for it. `#` starts a comment.
        """
        places, divisions = (
            {read(line).text: line for line in _lines(folder / name)}
            for name in ("places.txt", "divisions.txt")
        )
        halls = {}
        for line in _lines(folder / "halls.txt"):
            hall, *names = line.split("\t")
            halls.update({read(name).text: hall for name in names})
        terms: dict[str, Any] = {}
        if (folder / "devices.yml").is_file():
            terms = yaml.safe_load((folder / "devices.yml").read_text(encoding="utf-8")) or {}
        devices = {read(word).text: term for term, words in terms.items() for word in [term, *(words or [])]}
        return cls(places, divisions, halls, devices)

    def marks(self, text: str) -> dict[int, tuple[str, str]]:
        """For each character inside a name, longest names first: (B or I, list's name)."""
        marks: dict[int, tuple[str, str]] = {}
        for kind, names in self.named():
            longest = max(map(len, names), default=0)
            start = 0
            while start < len(text):
                for size in range(min(longest, len(text) - start), 1, -1):
                    if text[start : start + size] in names:
                        for place in range(start, start + size):
                            marks.setdefault(place, ("B" if place == start else "I", kind))
                        start += size - 1
                        break
                start += 1
        return marks

    def named(self) -> list[tuple[str, dict[str, str]]]:
        """The lists with their names, the most telling first."""
        return [
            ("hall", self.business_hall),
            ("device", self.device),
            ("place", self.place),
            ("division", self.division),
        ]


class LookupComponent(TrainedComponent):
    """Base of what works from the lists of the folder `lookups`; the model carries them with it."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self.use(Lookups())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`lookups`: folder of lists."""
        return {"lookups": "data/lookups"}

    @classmethod
    def files(cls, config: dict[str, Any]) -> list[Path]:
        """The lists."""
        return [Path(config["lookups"]) / name for name in FILES]

    def use(self, lookups: Lookups) -> None:
        """Work from these lists from now on."""
        self._lookups = lookups

    def train(self, training_data: TrainingData) -> Resource:
        """Store the lists."""
        self.use(Lookups.of(Path(self.config["lookups"])))
        with self._storage.write_to(self._resource) as directory:
            write_json(directory / "lookups.json", dataclasses.asdict(self._lookups))
        return self._resource

    def restore(self, directory: Path) -> None:
        """The model's lists."""
        self.use(Lookups(**read_json(directory / "lookups.json")))


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        return []
    lines = (line.split("#", 1)[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]
