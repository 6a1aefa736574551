"""The commands on a fresh clone whose tools all talk: who asks for results gets results."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kit.settings import ROOT

# Stands for uv and for every Python; an environment is a folder with itself in it.
TOOL = """#!/bin/sh
case "$*" in
  *bot.parse*) exec sed 's/.*/{"text": "&"}/' ;;
  "python find"*) echo /usr/bin/python3; exit ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *"pip install"*uv==*) cp "$0" "$(dirname "$0")/uv" ;;
  "venv "*) for place; do :; done; mkdir -p "$place/bin" && cp "$0" "$place/bin/python" ;;
esac
echo "noise of $*"
echo "noise of $*" >&2
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the Makefile needs of the repository, and nothing built."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "bot/requirements.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "programs").mkdir()
    python = tmp_path / "programs" / "python3"
    python.write_text(TOOL)
    python.chmod(0o755)
    return tmp_path


def make(clone: Path, *targets: str, given: str = "") -> subprocess.CompletedProcess[str]:
    path = f"{clone / 'programs'}:/usr/bin:/bin"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")} | {"PATH": path}
    return subprocess.run(
        ["make", *targets], cwd=clone, env=environment, input=given, capture_output=True, text=True
    )


def test_that_parse_on_a_fresh_clone_writes_results_alone(clone: Path) -> None:
    done = make(clone, "parse", given="停电了\n转人工\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ['{"text": "停电了"}', '{"text": "转人工"}']
    assert "environment 1 of 2" in done.stderr
    assert "environment 2 of 2" in done.stderr


def test_that_both_environments_are_brought_once_and_quietly(clone: Path) -> None:
    first = make(clone, "setup")
    assert (first.returncode, first.stdout) == (0, ""), first.stderr
    assert "bringing uv" in first.stderr
    again = make(clone, "setup")
    assert (again.returncode, again.stdout.count("noise"), again.stderr.count("noise")) == (0, 0, 0)
