"""Processes of an embedded server: start in a group of their own, find again by a mark, end for certain.

The mark is a word in the command line that holds the hash of the home. It outlives the program that started the
server, and a pid that another process got meanwhile does not carry it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from kit.embedded.place import ENVIRONMENT, EmbeddedError, Place

LOG_LIMIT = 5 * 1024 * 1024  # bytes; a larger log is set aside at the next start
SERVERS = {"postgres", "valkey-server"}
PAUSE = 0.02  # seconds between two looks

# A server outlives the object that started it, but not the duty to collect it.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(
    place: Place,
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes],
    given: bytes = b"",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` as the servers' user, in a session and process group of its own, with `given` on its input.

    `keep` are file descriptors that the process inherits.
    """
    account = place.account
    process = subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
        env=ENVIRONMENT, cwd=place.base, umask=0o077, start_new_session=True, pass_fds=tuple(keep),
        user=account.pw_uid if place.as_root else None, group=account.pw_gid if place.as_root else None,
        extra_groups=[] if place.as_root else None,
    )  # fmt: skip
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:
        process.stdin.write(given)
    process.stdin = None  # closed; communicate() must not use it
    _children[process.pid] = process
    return process


def collect() -> None:
    """Take leave of dead children; until then the system keeps their pids, and their groups, for them."""
    for pid, child in list(_children.items()):
        if child.poll() is not None:
            _children.pop(pid, None)


def find(mark: str, uid: int | None) -> dict[int, str]:
    """Command lines, by pid, of the living servers of user `uid` whose command line holds `mark`.

    A process that only mentions the mark, such as a search for it, is none.
    """
    collect()
    return {seen.pid: seen.line for seen in processes(mark) if seen.uid == uid and seen.program in SERVERS}


def command_line(pid: int) -> str:
    """The command line of a living process; empty for none, and for a dead one that is not yet collected."""
    return next((seen.line for seen in processes("", only=pid)), "")


class Seen(NamedTuple):
    """A living process: its user, the name of its program and its command line."""

    pid: int
    uid: int
    program: str
    line: str


def processes(mark: str, only: int | None = None) -> Iterator[Seen]:
    """The living processes whose command line holds `mark`; `only` restricts them to one pid."""
    if not sys.platform.startswith("linux"):
        command = [
            "ps",
            "-ww",
            "-o",
            "pid=,uid=,ucomm=,command=",
            *(["-A"] if only is None else ["-p", str(only)]),
        ]
        for row in subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines():
            pid, owner, program, line = row.split(None, 3)
            if mark in line:
                yield Seen(int(pid), int(owner), program, line)
        return
    for name in os.listdir("/proc") if only is None else [str(only)]:
        # A process may end between two looks.
        with suppress(FileNotFoundError, ProcessLookupError):
            if not name.isdecimal():
                continue
            line = os.fsdecode(Path("/proc", name, "cmdline").read_bytes().replace(b"\0", b" ")).strip()
            if line and mark in line:
                status = Path("/proc", name, "status").read_text(errors="replace")
                fields = dict(row.split(":\t", 1) for row in status.splitlines() if ":\t" in row)
                yield Seen(int(name), int(fields["Uid"].split()[0]), fields["Name"], line)


def end(
    mark: str, uid: int | None, signals: Sequence[tuple[signal.Signals, float]], leader: int | None
) -> None:
    """End every process with the mark; the leader gets `signals`, each with its patience in seconds, then all are killed.

    Raises `EmbeddedError` when one survives.
    """
    number: signal.Signals
    for number, patience in (*signals, (signal.SIGKILL, 5.0)):
        found = find(mark, uid)
        if not found:
            return
        if leader is not None and leader in found and number != signal.SIGKILL:
            targets = [leader]
        else:  # without its leader nobody is left who would end the others in order
            targets, number, patience = list(found), signal.SIGKILL, 5.0
        for pid in targets:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not find(mark, uid):
                return
            time.sleep(PAUSE)
    raise EmbeddedError(
        f"The processes {sorted(find(mark, uid))} cannot be ended. End them, then start again."
    )


@contextmanager
def locked(path: Path, patience: float = 120.0) -> Iterator[int]:
    """Hold the lock file `path`, so that two starts of one home follow each other; yields its descriptor.

    Raises `EmbeddedError` after `patience` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"Another program has been starting or stopping this server for {patience:.0f} s "
                        f"and holds {path}. Wait for it or end it, then start again."
                    ) from None
                time.sleep(PAUSE)
        yield handle
    finally:
        os.close(handle)


class Log:
    """A server's output file in the home, appended over its runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._from = 0

    def open(self) -> IO[bytes]:
        """Open for a new run; what `said()` returns begins here."""
        if self.path.exists() and self.path.stat().st_size > LOG_LIMIT:
            self.path.replace(self.path.with_suffix(".1.log"))
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        self._from = os.fstat(handle).st_size
        return os.fdopen(handle, "wb", buffering=0)

    def said(self) -> str:
        """What was written since `open()`."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._from)
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def tail(self, lines: int = 15) -> str:
        """The last lines of this run, to be quoted in an error."""
        return "\n".join(self.said().splitlines()[-lines:]) or "(nothing)"
