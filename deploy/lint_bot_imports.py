"""The bot lives in an environment of its own: it imports nothing of the other rooms, and they nothing of Rasa."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {"kit", "conversations", "desk", "connectors", "outreach", "actions", "backends", "hotline"}
BOT_ONLY = {"rasa", "tensorflow", "jieba", "spacy", "bot"}


def imported(path: Path) -> set[str]:
    """Top-level names that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def main() -> int:
    wrong = []
    for room in sorted(ROOMS | {"bot"}):
        forbidden = ROOMS if room == "bot" else BOT_ONLY
        for path in sorted((ROOT / room).rglob("*.py")):
            if ".venv" in path.parts:
                continue
            wrong += [
                f"{path.relative_to(ROOT)} imports {name}" for name in sorted(imported(path) & forbidden)
            ]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
