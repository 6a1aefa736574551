"""A tiny project with the real pipeline, trained once a session by the real program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import runtime

runtime.prepare(tensorflow=False)

ROOT = Path(__file__).parents[2]
TINY = Path(__file__).parent / "data" / "tiny"


def run(
    module: str, *arguments: str, cwd: Path, stdin: bytes = b"", timeout: float = 180
) -> subprocess.CompletedProcess:
    """Run a program of the room as its user would."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_CACHE_DIRECTORY": str(cwd / ".rasa")}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd, env=environment, input=stdin, capture_output=True, timeout=timeout, check=False,
    )  # fmt: skip


def copy_of_tiny(folder: Path) -> Path:
    """The tiny project with the real configuration, in `folder`."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "config.yml", folder / "config.yml")
    return folder


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory) -> Path:
    """Folder of the trained tiny project; do not write there."""
    folder = copy_of_tiny(tmp_path_factory.mktemp("tiny"))
    result = run("bot.train", cwd=folder)
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout == b""
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_project) -> Path:
    """Path of the tiny project's model archive."""
    return tiny_project / "models" / "hotline.tar.gz"


@pytest.fixture(scope="session")
def understanding(tiny_model):
    """The tiny model, loaded for parsing."""
    from bot.understanding import Understanding

    return Understanding.load(tiny_model)
