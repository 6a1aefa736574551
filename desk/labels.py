"""The console's words for what the code calls by short names: `data/console/*.yml`, `{group: {name: label}}`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kit.errors import MisconfiguredError
from kit.settings import ROOT

FOLDER = ROOT / "data" / "console"


class Labels:
    """Labels by group and name, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._groups: dict[str, dict[str, str]] = {}
        for file in sorted(folder.glob("*.yml")):
            content: dict[str, dict[Any, Any]] = yaml.safe_load(file.read_text("utf-8")) or {}
            for group, labels in content.items():
                if group in self._groups:
                    raise MisconfiguredError(f"{file.name}: group {group!r} exists in another file already")
                self._groups[group] = {str(name): str(label) for name, label in labels.items()}

    def group(self, name: str) -> dict[str, str]:
        """All labels of a group, in the file's order. Raises `MisconfiguredError` for an unknown one."""
        try:
            return self._groups[name]
        except KeyError as error:
            raise MisconfiguredError(f"no labels {name!r} in {FOLDER.name}/; add them there") from error

    def __call__(self, group: str, name: str | None) -> str:
        """The label, or the name itself where the group has none: reasons and facts may be new to us."""
        return self.group(group).get(name or "", name or "")
