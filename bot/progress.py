"""Progress on stderr: what is being trained or loaded, and for how long."""

from __future__ import annotations

import logging
import re
from types import TracebackType

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

_HOOKS = "rasa.engine.training.hooks"
_COMPONENT = re.compile(r"Starting to train component '(\w+)'")


class Progress(logging.Handler):
    """One line a step with its time; on a terminal the running one turns. Steps come by `step` and from Rasa's log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._console = Console(stderr=True, highlight=False)
        self._bar = RichProgress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._running: int | None = None
        self._logger = logging.getLogger(_HOOKS)

    def __enter__(self) -> Progress:
        self._logger.addHandler(self)
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        self._bar.stop()
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """A component begins its training."""
        if match := _COMPONENT.match(record.getMessage()):
            self.step(match.group(1))

    def step(self, name: str) -> None:
        """End the running step and begin the next."""
        self._finish()
        self._running = self._bar.add_task(name, total=1)
        if not self._console.is_terminal:
            self._console.print(f"· {name}")

    def _finish(self) -> None:
        if self._running is not None:
            self._bar.update(self._running, completed=1)
            self._running = None
