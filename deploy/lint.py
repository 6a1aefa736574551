"""`make lint`: style, types, architecture, Rasa's data validation, addresses, compose file, Dockerfiles and images."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BOT_PYTHON = str(ROOT / "bot" / ".venv" / "bin" / "python")
ROOMS = ["kit", "conversations", "desk", "connectors", "outreach", "actions", "backends", "hotline"]
DOCKERFILES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "deploy").glob("Dockerfile*"))
COMPOSE = "docker-compose.yml"

STEPS: dict[str, list[str]] = {
    "ruff check": [str(BIN / "ruff"), "check", "."],
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "mypy": [str(BIN / "mypy"), *ROOMS, "tests/simulators"],
    "import-linter": [str(BIN / "lint-imports"), "--no-cache"],
    "bot imports nothing of ours": [sys.executable, "-m", "deploy.lint_bot_imports"],
    "data validation": [
        BOT_PYTHON, "-m", "rasa", "data", "validate", "--fail-on-warnings",
        "--config", "config.yml", "--domain", "domain.yml", "--data", "data/nlu", "data/rules",
    ],
    "variety of utterances": [BOT_PYTHON, "-m", "bot.variety"],
    "no registry, no machine": [sys.executable, "-m", "deploy.lint_addresses"],
    "compose file": [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE],
    "Dockerfiles": [str(BIN / "hadolint"), *DOCKERFILES],
    "images hold what they need": [sys.executable, "-m", "deploy.lint_images"],
}  # fmt: skip


def main() -> int:
    failed = []
    for name, argv in STEPS.items():
        began = time.monotonic()
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
        print(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)",
            flush=True,
        )
        if done.returncode:
            failed.append(name)
            print(done.stdout[-4000:] + done.stderr[-4000:], flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
