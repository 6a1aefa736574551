"""No file names the place it was made at: neither a package registry's address nor a path of somebody's machine.

Whoever installs chooses the registry (`PIP_INDEX_URL`, `UV_DEFAULT_INDEX`), and a path of one machine is wrong on all others.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = re.compile(
    r"""(?ix)
    (?: index[-_]url | default[-_]index | find[-_]links | registry ) ["']? \s* [=:\s] \s* ["']? [a-z+]+://  # an option with its value
    | ://[^\s/"']* \b (?: pypi | pythonhosted | npmjs | yarnpkg | anaconda | devpi | artifactory | jfrog | nexus ) \b [^\s"']*
    | ://[^\s"']+ /simple \b  # every index of Python packages, whatever its host is called
    """
)
# As a path begins: not in the middle of another path, of a URL or of a word.
MACHINE = re.compile(
    r"(?<![\w./~:}<>-])(?:/root/|/(?:home|Users)/[A-Za-z0-9_][\w.-]*/|/(?:work|workspaces?)/[\w.-]+|[A-Za-z]:\\Users\\)"
)


def problems(text: str) -> list[str]:
    """What of `text` names a registry or a machine, with the number of its line."""
    return [
        f"{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in (REGISTRY, MACHINE)
        if (found := pattern.search(line))
    ]


def committed(root: Path) -> list[Path]:
    """The files that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    return [root / name for name in listed.decode().split("\0") if name]


def main() -> int:
    wrong = []
    for path in committed(ROOT):
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            wrong += [
                f"{path.relative_to(ROOT)}:{what}" for what in problems(data.decode("utf-8", "replace"))
            ]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
