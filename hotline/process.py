"""One child process: started in a group of its own, watched, started again, stopped with everything it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kit.logging import get

log = get(__name__)

STOP_SECONDS = 10.0
STABLE_SECONDS = 30.0  # a process that lived that long starts again at once
BACKOFF_SECONDS = (0.2, 1.0, 3.0, 10.0)


@dataclass
class Child:
    """What to run; `ready_url` answers 200 once it can be used."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log_file: Path
    ready_url: str | None = None
    ready_headers: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    stopping: bool = False
    deaths: int = 0
    on_start: Callable[[], None] | None = None

    async def run(self) -> None:
        """Keep it running until `stop`; quick deaths are retried ever more slowly."""
        while not self.stopping:
            began = time.monotonic()
            with self.log_file.open("ab") as output:
                self.process = await asyncio.create_subprocess_exec(
                    *self.argv, env=self.env, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                    start_new_session=True,
                )  # fmt: skip
            if self.stopping:  # stop() came while the process was being made
                self._kill_group(signal.SIGKILL)
            if self.on_start:
                self.on_start()
            code = await self.process.wait()
            self._kill_group(signal.SIGKILL)
            if self.stopping:
                return
            self.deaths = 1 if time.monotonic() - began > STABLE_SECONDS else self.deaths + 1
            log.warning("process_died", name=self.name, code=code, log=str(self.log_file))
            await asyncio.sleep(BACKOFF_SECONDS[min(self.deaths, len(BACKOFF_SECONDS)) - 1])

    def _kill_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    async def stop(self) -> None:
        """SIGTERM to the group, SIGKILL after ten seconds; returns once it is dead."""
        self.stopping = True
        if self.process is None or self.process.returncode is not None:
            return
        self._kill_group(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            log.warning("process_killed", name=self.name)
        self._kill_group(signal.SIGKILL)
        await self.process.wait()

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for an error message."""
        if not self.log_file.exists():
            return ""
        return "\n".join(self.log_file.read_text("utf-8", "replace").splitlines()[-lines:])
