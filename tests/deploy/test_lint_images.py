"""The check on Dockerfiles: a copy that cannot be made, and a room that an image lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.lint_images import commands_of, kept_out, problems, stages

IGNORE = "# whitelist\n*\n!requirements.lock\n!kit\n!hotline\n!desk\nkit/secret\n**/*.pyc\n"
DOCKERFILE = """
FROM python AS environment
COPY requirements.lock ./
FROM python
# COPY nothing nothing
COPY --from=environment /app/.venv .venv
COPY kit kit
COPY hotline hotline
CMD ["python", "-m", "hotline", "web"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project: `hotline` imports `kit`, `desk` lies beside them."""
    for room in ("kit", "hotline", "desk", "tests"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    (tmp_path / "hotline" / "web.py").write_text("import json\nfrom kit import clock\n")
    (tmp_path / "requirements.lock").touch()
    (tmp_path / ".dockerignore").write_text(IGNORE)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


def found(root: Path, commands: list[list[str]] | None = None) -> list[str]:
    return [line.removeprefix("Dockerfile: ") for line in problems(root, root / "Dockerfile", commands or [])]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_that_an_image_that_can_be_built_passes(root: Path) -> None:
    assert found(root) == []


def test_that_a_source_kept_out_of_the_build_is_named(root: Path) -> None:
    change(root / ".dockerignore", "!hotline\n", "")
    assert found(root) == ["COPY hotline: .dockerignore keeps it out"]


def test_that_a_source_that_is_not_there_is_named(root: Path) -> None:
    (root / "requirements.lock").unlink()
    assert found(root) == ["COPY requirements.lock: there is no such file"]


def test_that_a_room_that_copied_code_imports_must_be_copied_too(root: Path) -> None:
    change(root / "Dockerfile", "COPY kit kit\n", "")
    assert found(root) == ["hotline/web.py imports kit, which the image lacks"]


def test_that_an_import_inside_a_function_counts(root: Path) -> None:
    (root / "hotline" / "demo.py").write_text("def demo():\n    from tests import simulators\n")
    assert found(root) == ["hotline/demo.py imports tests, which the image lacks"]


def test_that_every_command_finds_its_room(root: Path) -> None:
    assert found(root, [["python", "-m", "hotline", "worker"]]) == []
    assert found(root, [["python", "-m", "desk.work"]]) == ["python -m desk.work: no desk"]
    change(root / "Dockerfile", '"-m", "hotline", "web"', '"-m", "desk"')
    assert found(root) == ["python -m desk: no desk"]


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("kit", False), ("kit/clock.py", False), ("kit/secret", True), ("kit/secret/key", True), ("kit/clock.pyc", True),
        ("desk/kit", False), ("other", True), ("other/kit", True), (".git", True),
    ],
)  # fmt: skip
def test_that_the_last_pattern_from_the_root_decides(path: str, out: bool) -> None:
    assert kept_out(IGNORE).match_file(path) is out


def test_that_a_stage_begins_with_what_its_base_held() -> None:
    built = stages(
        "FROM a AS one\nCOPY x.yml y.yml ./\nFROM one AS two\nCOPY [\"bot\", \"bot\"]\n"
        "FROM b\nCOPY --from=two \\\n  /app/bot bot\nCOPY data/lookups data/lookups\n"
    )  # fmt: skip
    assert [stage.held for stage in built] == [{"x.yml", "y.yml"}, {"x.yml", "y.yml", "bot"}, {"bot", "data"}]
    assert [stage.sources for stage in built] == [["x.yml", "y.yml"], ["bot"], ["data/lookups"]]


def test_that_a_service_without_a_command_runs_the_images_own() -> None:
    compose = """
x-app: &app {build: {context: ., dockerfile: Dockerfile}}
services:
  web: {<<: *app}
  worker: {<<: *app, command: [python, -m, hotline, worker]}
  valkey: {image: valkey, command: [sh]}
"""
    assert commands_of(compose) == {"Dockerfile": [["python", "-m", "hotline", "worker"]]}
