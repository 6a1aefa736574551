"""Is the model still what data, configuration and code would give, or its understanding at least? Answered from hashes, without importing Rasa."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDERS = {
    "data/nlu": ("*.yml",),
    "data/rules": ("*.yml",),
    "data/stories": ("*.yml",),
    "data/lookups": ("places.txt", "divisions.txt", "halls.txt", "devices.yml", "words.txt"),
}
"""Training data below the project's root; `bot/components` and the lock count too."""
DIALOGUE = ("data/rules", "data/stories")
"""Of these only the dialogue is made; so is it of the domain."""


@dataclass(frozen=True)
class Sources:
    """What a model is made of, below `root`."""

    root: Path
    config: Path
    domain: Path

    @classmethod
    def of(cls, root: Path, config: str = "config.yml", domain: str = "domain.yml") -> Sources:
        """The sources of the project at `root`."""
        return cls(root, root / config, root / domain)

    def training_files(self) -> list[Path]:
        """The YAML files that Rasa reads, in a fixed order."""
        return [
            path
            for path in self._data()
            if path.suffix in (".yml", ".yaml") and path.parent.name != "lookups"
        ]

    def fingerprint(self, *, understanding: bool = False) -> str:
        """Hash of the names and contents of all sources, or of those of `understanding`; a missing file counts as empty."""
        digest = hashlib.sha256()
        code = Path(__file__).parent
        files = [self.config, self.domain, *self._data()]
        if understanding:
            dialogue = [self.root / folder for folder in DIALOGUE]
            files = [self.config, *(path for path in self._data() if not {*path.parents} & {*dialogue})]
        parts = [(path.relative_to(self.root).as_posix(), path) for path in files]
        parts += [
            (f"bot/components/{path.name}", path) for path in sorted((code / "components").glob("*.py"))
        ]
        parts.append(("bot/requirements.lock", code / "requirements.lock"))
        for name, path in parts:
            content = path.read_bytes() if path.is_file() else b""
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    def _data(self) -> list[Path]:
        found = []
        for folder, patterns in FOLDERS.items():
            for pattern in patterns:
                found += sorted(path for path in (self.root / folder).rglob(pattern) if path.is_file())
        return [path for path in found if not path.name.startswith(".")]


def record_path(model: Path) -> Path:
    """Where the model's record lies: `models/hotline.json` beside `models/hotline.tar.gz`."""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def is_fresh(model: Path, sources: Sources) -> bool:
    """Whether the model exists and was trained from exactly these sources."""
    return _recorded(model).get("sources") == sources.fingerprint()


def understands(model: Path, sources: Sources) -> bool:
    """Whether the model exists and its understanding was trained from exactly these sources."""
    return _recorded(model).get("understanding") == sources.fingerprint(understanding=True)


def record(model: Path, fingerprint: str, understanding: str, seconds: float) -> None:
    """Write the record of a model that has just been trained from sources of these fingerprints."""
    content = {
        "sources": fingerprint, "understanding": understanding, "bytes": model.stat().st_size,
        "trained_in_seconds": round(seconds, 1),
    }  # fmt: skip
    record_path(model).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _recorded(model: Path) -> dict[str, Any]:
    try:
        record = json.loads(record_path(model).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # The size tells a half-written or exchanged archive from the one that was recorded.
    whole = isinstance(record, dict) and model.is_file() and record.get("bytes") == model.stat().st_size
    return record if whole else {}
