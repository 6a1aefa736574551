"""What both embedded servers do alike: password, port, lock, start or adopt, readiness, stop."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Literal

from kit.embedded import process
from kit.embedded.place import EmbeddedError, Place, kept_password, write_private

logger = logging.getLogger("kit.embedded")

PORT_TAKEN = "Address already in use"  # both servers log the system's own words
Answer = Literal["ready", "not yet", "wrong password"]


class Server(ABC):
    """One server of one home. `adopted` tells after `start()` that it ran already."""

    name: ClassVar[str]
    title: ClassVar[str]  # as people call it
    signals: ClassVar[Sequence[tuple[signal.Signals, float]]]  # a polite end first; patience in seconds
    patience: ClassVar[float] = 60.0  # seconds; recovery after a crash takes a while

    def __init__(self, home: Path, *, port: int | None = None) -> None:
        self.place = Place(home)
        self.mark = f"hotline-{self.name}-{self.place.key}"
        self.data = self.place.data(self.name)
        self.log = process.Log(self.place.home / "logs" / f"{self.name}.log")
        self.adopted = False
        self._state = self.place.state(self.name)
        self._wanted = port
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: tuple[int, ...] = ()  # descriptor of the held lock, for helpers that must not outlive it

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.place.home)!r})"

    # What a server must say of itself.

    @abstractmethod
    def programs(self) -> list[Path]:
        """Files that the servers' user must be able to read or run; checked before each start."""

    @abstractmethod
    def command(self, port: int) -> tuple[list[str | Path], bytes]:
        """The command line, which holds `mark` and no secret, and what is given on standard input."""

    @abstractmethod
    def prepare(self) -> None:
        """Bring the data folder into a state in which the server starts."""

    @abstractmethod
    def renew_password(self) -> None:
        """Make the stopped server know our password."""

    @abstractmethod
    def listening(self) -> bool:
        """Whether the server's own record says that it listens: only then is the password shown at the port."""

    @abstractmethod
    def leader(self, found: dict[int, str]) -> int | None:
        """The main process among those found by the mark, which knows how to end the others."""

    @abstractmethod
    def running_port(self, pid: int, line: str) -> int | None:
        """The port on which the main process listens."""

    @abstractmethod
    def probe(self, port: int) -> Answer:
        """Connect with the password and make ready what the URL promises."""

    @abstractmethod
    def url(self, port: int) -> str:
        """The address with the password."""

    # The walk.

    def start(self) -> str:
        """Start or adopt the server; returns its URL once a real connection succeeded. Calling again is harmless.

        Raises `EmbeddedError` with cause and cure; nothing that this call started is left running then.
        """
        with self._alone(create=True):
            self._settle_lost_home()
            self.place.create(self.name)
            self._password = kept_password(self._state / "password")
            found = self._found()
            pid = self.leader(found)
            if pid is not None and (url := self._adopt(pid, found[pid])) is not None:
                return url
            self._end()  # what a killed server left behind, or one that does not know us
            self.place.check_reach(self.programs())
            self.prepare()
            self.adopted = False
            return self._launch()

    def stop(self) -> None:
        """Stop the server of this home, whoever started it; harmless when none runs."""
        with self._alone(create=False):
            self._end()

    def remove(self) -> None:
        """Stop, then delete data, password, port and log."""
        with self._alone(create=False):
            self._end()
            for folder in (self.data, self._state):
                if folder.exists():
                    shutil.rmtree(folder)
            for log in self.log.path.parent.glob(f"{self.name}*.log"):
                log.unlink()

    @contextmanager
    def _alone(self, *, create: bool) -> Iterator[None]:
        try:
            if create:
                self.place.create_home()
            elif not self.place.home.exists():
                yield  # a deleted home can still have a running server, but nobody starts another there
                return
            with process.locked(self.place.home / f"{self.name}.lock") as handle:
                self._lock = (handle,)
                yield
        except OSError as error:
            raise EmbeddedError(
                f"{self.title} cannot use its files: {error}. Make {self.place.home} a folder of the user who starts "
                "this program, or choose another with HOTLINE_HOME."
            ) from error
        finally:
            self._lock = ()

    def _settle_lost_home(self) -> None:
        """As root the data is not in the home, and survives when somebody deletes the home to begin anew.

        Such data is set aside, never deleted: the home may only be a disk that was not mounted.
        """
        if not self.place.as_root or self._state.exists() or not self.data.exists():
            return
        self._end()
        number = 1
        while (aside := self.data.with_name(f"{self.name}.{number}")).exists():
            number += 1
        self.data.rename(aside)
        logger.warning("%s is new, data of an earlier one was set aside in %s", self.place.home, aside)

    def _found(self) -> dict[int, str]:
        return process.find(self.mark, self.place.uid)

    def _end(self) -> None:
        process.end(self.mark, self.place.uid, self.signals, self.leader(self._found()))
        if self._process is not None:
            if self._process.poll() is None:  # a collected pid may already be somebody else's
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None
        process.collect()

    def _adopt(self, pid: int, line: str) -> str | None:
        port = self.running_port(pid, line)
        if port is None:
            return None
        if self._wanted not in (None, port):
            raise EmbeddedError(
                f"{self.title} of {self.place.home} runs at port {port} already, not at {self._wanted}. "
                "Stop it first, or ask for no port."
            )
        deadline = time.monotonic() + self.patience
        while pid in self._found() and time.monotonic() < deadline:
            answer = self.probe(port)
            if answer == "ready":
                self.adopted = self._process is None or self._process.pid != pid
                return self._ready(port)
            if answer == "wrong password":
                return None
            time.sleep(process.PAUSE)
        return None

    def _launch(self) -> str:
        renewed = False
        for _ in range(4):
            port = self._choose_port()
            command, given = self.command(port)
            with self.log.open() as output:
                self._process = process.spawn(self.place, command, output=output, given=given)
            try:
                answer = self._await(port)
            except BaseException:
                self._end()
                raise
            if answer == "ready":
                return self._ready(port)
            self._end()
            if answer == "wrong password":
                if renewed:
                    break
                self.renew_password()
                renewed = True
        raise EmbeddedError(
            f"{self.title} did not start. The end of {self.log.path}:\n{self.log.tail()}\n"
            "Cure what it names and start again."
        )

    def _await(self, port: int) -> Literal["ready", "wrong password", "port taken"]:
        assert self._process is not None
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                if PORT_TAKEN in self.log.said():
                    if self._wanted is None:
                        return "port taken"  # somebody was faster; the next try chooses again
                    raise EmbeddedError(f"Port {port} is taken. Choose another for {self.title}, or none.")
                raise EmbeddedError(
                    f"{self.title} ended with code {self._process.returncode} while starting. "
                    f"The end of {self.log.path}:\n{self.log.tail()}\nCure what it names and start again."
                )
            if self.listening():
                answer = self.probe(port)
                if answer != "not yet":
                    return answer
            time.sleep(process.PAUSE)
        raise EmbeddedError(
            f"{self.title} was not ready within {self.patience:.0f} s. The end of {self.log.path}:\n{self.log.tail()}\n"
            "If the machine is only busy, start again; else cure what it names."
        )

    def _ready(self, port: int) -> str:
        write_private(self._state / "port", str(port))
        return self.url(port)

    def _choose_port(self) -> int:
        """The port asked for, else the one of last time if it is free, else any free one."""
        if self._wanted is not None:
            return self._wanted
        kept = self._state / "port"
        text = kept.read_text() if kept.exists() else ""
        if text.isdecimal() and 0 < int(text) < 65536 and (port := _bindable(int(text))):
            return port
        return _bindable(0)


def _bindable(port: int) -> int:
    """The number bound on 127.0.0.1 (0 asks for any), or 0 when it is taken."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(door.getsockname()[1])
