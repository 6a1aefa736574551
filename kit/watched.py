"""Something read from files, and read again when they change; after a slip of the pen the last good reading stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from kit.errors import MisconfiguredError
from kit.logging import get

log = get(__name__)
T = TypeVar("T")


class Watched(Generic[T]):
    """`read` makes the value of the files that `find` lists; it raises `MisconfiguredError`, naming file and reason.

    `what` names it in the log, should a file be broken.
    """

    def __init__(
        self,
        find: Callable[[], Sequence[Path]],
        read: Callable[[Sequence[Path]], T],
        *,
        what: str = "knowledge",
    ) -> None:
        self._find, self._read, self._what = find, read, what
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._value: list[T] = []

    def get(self) -> T:
        """The value as the files stand. Raises `MisconfiguredError` if they never could be read."""
        try:
            files = self._find()
            stamp = tuple((str(file), file.stat().st_mtime_ns) for file in files)
        except FileNotFoundError:  # a file went between listing and looking: the next call sees the rest
            if self._value:
                return self._value[0]
            raise
        if stamp != self._stamp:
            try:
                self._value = [self._read(files)]
            except MisconfiguredError as error:
                if not self._value:
                    raise
                log.error(f"{self._what}_broken", reason=error.reason)
            self._stamp = stamp
        return self._value[0]
