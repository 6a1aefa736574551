"""The scripts that look for Pythons, on machines that have some of what they ask for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kit.settings import ROOT

BASH = shutil.which("bash") or "/bin/bash"


class Machine:
    """A `PATH` of its own: nothing is there but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"

    def program(self, name: str, script: str, *, folder: Path | None = None) -> Path:
        """A program that notes its arguments and does what `script` says."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!{BASH}\necho "{name} $*" >> "{self.calls}"\n{script}\n')
        path.chmod(0o755)
        return path

    def pyenv(self, *versions: str) -> None:
        """A pyenv that has these versions."""
        root = self.folder / "pyenv"
        self.program("pyenv", f'[ "$1" = root ] && echo "{root}"')
        for version in versions:
            self.program("python", "", folder=root / "versions" / version / "bin")

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BASH, str(ROOT / "deploy" / script), *arguments], env={"PATH": str(self.bin)}, capture_output=True, text=True
        )  # fmt: skip

    def find(self, version: str) -> subprocess.CompletedProcess[str]:
        return self.run("find-python.sh", version, str(self.bin / "uv"))

    @property
    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(("version", "found"), [("3.10", "3.10.14"), ("3.11", "3.12.3")])
def test_that_a_python_of_pyenv_is_taken_before_any_other(machine: Machine, version: str, found: str) -> None:
    machine.pyenv("3.9.1", "3.10.14", "3.12.3", "3.14.0")
    machine.program("uv", "echo /somewhere/else")
    done = machine.find(version)
    assert done.stdout == f"{machine.folder}/pyenv/versions/{found}/bin/python\n"
    assert not any(call.startswith("uv") for call in machine.called)


@pytest.mark.parametrize(("version", "wanted"), [("3.10", "3.10"), ("3.11", ">=3.11,<3.14")])
def test_that_uv_is_asked_where_pyenv_has_none_that_fits(machine: Machine, version: str, wanted: str) -> None:
    machine.pyenv("3.9.1", "3.14.0")
    machine.program("uv", "echo /usr/bin/python-of-the-system")
    assert machine.find(version).stdout == "/usr/bin/python-of-the-system\n"
    assert machine.called[-1] == f"uv python find --no-project {wanted}"


def test_that_uv_fetches_the_python_that_nobody_has_and_only_its_path_is_printed(machine: Machine) -> None:
    fetched = machine.folder / "fetched"
    machine.program(
        "uv",
        f'if [ "$2" = install ]; then echo downloading; : > "{fetched}"; exit 0; fi\n'
        f'[ -e "{fetched}" ] && echo /fetched/python',
    )
    done = machine.find("3.10")
    assert (done.returncode, done.stdout) == (0, "/fetched/python\n")
    assert "uv python install --quiet 3.10" in machine.called


def test_that_a_python_that_cannot_be_had_is_named_with_the_cure(machine: Machine) -> None:
    machine.program("uv", "exit 2")
    done = machine.find("3.10")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no Python 3.10 here" in done.stderr
    assert "pyenv install 3.10" in done.stderr


def test_that_a_python_with_venv_is_enough(machine: Machine) -> None:
    machine.program("python3", "exit 0")
    done = machine.run("need-python.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_that_a_missing_python_is_named_with_the_command_that_installs_it(machine: Machine) -> None:
    done = machine.run("need-python.sh")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("python3 is missing; ")
    assert "apt-get install python3 python3-venv" in done.stderr


def test_that_a_python_without_venv_is_named_with_the_command_that_installs_it(machine: Machine) -> None:
    machine.program("python3", "echo 'No module named ensurepip' >&2; exit 1")
    done = machine.run("need-python.sh")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("python3 has no venv module; ")
    assert "python3-venv" in done.stderr
