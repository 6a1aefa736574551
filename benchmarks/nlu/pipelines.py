"""The pipelines that are compared: understanding only, with a hash of what makes each of them what it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SOURCES = {
    "ours": ROOT / "config.yml",
    "stock": Path(__file__).parent / "stock.yml",
    "diet": ROOT / "config.diet.yml",
}
"""`ours` and `diet` are the project's own profiles, read where they lie."""

LEARNERS = ("bot.components.crf.CrfEntityExtractor", "bot.components.learnt.LearntEntities")
"""Components that are told the names of the entities to learn; on another set than the project's they learn its names."""

NEURAL = ("DIETClassifier", "ResponseSelector", "LanguageModelFeaturizer")


@dataclass(frozen=True)
class Pipeline:
    """A configuration of understanding without policies."""

    name: str
    config: dict[str, Any]

    @classmethod
    def of(cls, name: str, entities: Iterable[str] | None = None) -> Pipeline:
        """The pipeline of that name; with `entities` it learns these instead of the project's.

        Raises:
            KeyError: there is none.
        """
        config = yaml.safe_load(SOURCES[name].read_text("utf-8"))
        for component in config["pipeline"]:
            component.pop("kept", None)  # a training that is measured begins from nothing
        if entities is not None:
            for component in config["pipeline"]:
                if component["name"] in LEARNERS:
                    component["entities"] = sorted(entities)
        return cls(name, {key: value for key, value in config.items() if key != "policies"})

    @property
    def components(self) -> list[str]:
        return [component["name"] for component in self.config["pipeline"]]

    @property
    def tensorflow(self) -> bool:
        """Whether answering needs TensorFlow."""
        return any(name in NEURAL for name in self.components)

    def hash(self, root: Path = ROOT) -> str:
        """Of the configuration; where it names components of the bot, of their code and lists too."""
        digest = hashlib.sha256(json.dumps(self.config, sort_keys=True).encode())
        if any(name.startswith("bot.") for name in self.components):
            lists = (path for path in (root / "data" / "lookups").glob("*") if path.is_file())
            for path in sorted([*(root / "bot" / "components").glob("*.py"), *lists]):
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]
