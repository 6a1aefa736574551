"""The check on addresses. What it must find is written in two pieces here, so that it does not find it in this file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.lint_addresses import committed, problems


@pytest.mark.parametrize(
    "line",
    [
        "--index" "-url https://mirror.example/pypi",
        "extra-index" "-url = http://127.0.0.1:3141/root",
        'index_url: "https:/' '/user:secret@packages.example"',
        "UV_DEFAULT_INDEX=" "https://mirror.example/x",
        "PIP_FIND_LINKS=" "file:///wheels",
        "registry = { url = https:/" "/pypi.org/simple }",
        "source = https:/" "/mirror.example/python/simple/",
        "https:/" "/files.pythonhosted.org/packages/aa/bb/x.whl",
        "registry=https:/" "/registry.npmjs.org/",
        "https:/" "/nexus.example/repository/x",
        'cd "/ro' 'ot/project"',
        "/ho" "me/li.na/hotline",
        "see /Us" "ers/li/hotline",
        "PATH=/wo" "rk/main/.venv/bin",
        "/works" "pace/hotline",
        "C:" "\\Users\\li",
    ],
)  # fmt: skip
def test_that_a_registry_and_a_place_of_somebodys_machine_are_found(line: str) -> None:
    assert problems(f"fine\n{line}\n")[0].startswith("2: ")


@pytest.mark.parametrize(
    "line",
    [
        "ARG PIP_INDEX_URL", "--build-arg PIP_INDEX_URL=… --build-arg UV_DEFAULT_INDEX=…", "uv pip compile --no-emit-index-url",
        "from prometheus_client import CollectorRegistry", "registry = CollectorRegistry()", "from pypinyin import lazy_pinyin",
        "WORKDIR /app", "COPY --from=environment /app/.venv .venv", "/var/lib/hotline", "/tmp/acoustic", "/usr/bin/chromium",
        "/etc/prometheus/hotline.token", "--home-dir /nonexistent", "/home/<user>/hotline", "https://hotline.example.com/home/x/",
        "data/work/x", "~/work/x", "page.goto('/work')", "https://api.weixin.qq.com", "docs/home/first/x", "a simple https://x.example/",
    ],
)  # fmt: skip
def test_that_what_belongs_to_nobodys_machine_passes(line: str) -> None:
    assert problems(line) == []


def test_that_what_git_knows_is_looked_at(tmp_path: Path) -> None:
    for name in ("known 文件.txt", "unknown.txt"):
        (tmp_path / name).touch()
    for command in (["init", "-q"], ["add", "known 文件.txt"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert committed(tmp_path) == [tmp_path / "known 文件.txt"]
