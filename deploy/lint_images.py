"""The images can be built and start: what a Dockerfile copies exists and reaches the build, and no room is missing."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import yaml
from pathspec import PathSpec

from deploy.lint_bot_imports import imported

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Stage:
    """One `FROM`: what it copies from the repository, every folder it holds, and the module its `CMD` runs."""

    sources: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)  # names at the top of the working folder
    command: list[str] = field(default_factory=list)


def stages(dockerfile: str) -> list[Stage]:
    """The stages of a Dockerfile's text, in their order; a stage begins with what its base held."""
    found: list[Stage] = []
    named: dict[str, Stage] = {}
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\s*\n", " ", "\n".join(lines)).splitlines():
        instruction, _, rest = line.strip().partition(" ")
        if instruction.upper() == "FROM":
            base, *alias = [word for word in rest.split() if not word.startswith("--")]
            found.append(Stage(held=set(named[base].held) if base in named else set()))
            if alias:
                named[alias[-1]] = found[-1]
        elif instruction.upper() == "COPY":
            flags = [word for word in rest.split() if word.startswith("--")]
            words = rest.split(maxsplit=len(flags))[-1]
            *sources, target = json.loads(words) if words.startswith("[") else words.split()
            if not any(flag.startswith("--from=") for flag in flags):
                found[-1].sources += sources
            inside = [target] if len(sources) == 1 and target not in (".", "./") else sources
            found[-1].held |= {PurePosixPath(name).parts[0] for name in inside}
        elif instruction.upper() == "CMD" and rest.lstrip().startswith("["):
            found[-1].command = json.loads(rest)
    return found


def kept_out(ignore: str) -> PathSpec:
    """What `.dockerignore` keeps out: patterns start at the root, hold for what lies below, and the last that fits decides."""
    patterns = [line.strip() for line in ignore.splitlines() if line.strip() and not line.startswith("#")]
    anchored = [("!/" if p.startswith("!") else "/") + p.lstrip("!").strip("/") for p in patterns]
    return PathSpec.from_lines("gitignore", [form for p in anchored for form in (p, f"{p}/**")])


def module_of(command: list[str]) -> list[str]:
    """The room whose module `python -m …` runs, none for another command."""
    return [command[command.index("-m") + 1].split(".")[0]] if "-m" in command else []


def problems(root: Path, dockerfile: Path, commands: list[list[str]]) -> list[str]:
    """What is wrong with one image; `commands` are the others that it is started with."""
    ignored = kept_out((root / ".dockerignore").read_text("utf-8"))
    ours = {path.parent.name for path in root.glob("*/__init__.py")}
    built = stages(dockerfile.read_text("utf-8"))
    wrong = []
    for source in sorted({source for stage in built for source in stage.sources}):
        path = source.strip("/")
        if not list(root.glob(path)):
            wrong.append(f"COPY {source}: there is no such file")
        elif ignored.match_file(path):
            wrong.append(f"COPY {source}: .dockerignore keeps it out")
    held = built[-1].held
    for command in [built[-1].command, *commands]:
        wrong += [f"{' '.join(command)}: no {name}" for name in module_of(command) if name not in held]
    for room in sorted(ours & held):
        needed = {
            name: path.relative_to(root)
            for path in sorted((root / room).rglob("*.py"), reverse=True)
            if ".venv" not in path.parts
            for name in imported(path) & ours - held
        }
        wrong += [f"{path} imports {name}, which the image lacks" for name, path in sorted(needed.items())]
    return [f"{dockerfile.relative_to(root)}: {what}" for what in wrong]


def commands_of(compose: str) -> dict[str, list[list[str]]]:
    """The commands of a compose file's services, by the Dockerfile they are built from."""
    found: dict[str, list[list[str]]] = {}
    for service in yaml.safe_load(compose)["services"].values():
        if "build" in service and "command" in service:
            found.setdefault(service["build"]["dockerfile"], []).append(service["command"])
    return found


def main() -> int:
    commands = commands_of((ROOT / "docker-compose.yml").read_text("utf-8"))
    wrong = [
        line
        for path in sorted((ROOT / "deploy").glob("Dockerfile*"))
        for line in problems(ROOT, path, commands.get(str(path.relative_to(ROOT)), []))
    ]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
