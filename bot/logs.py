"""Log lines of the door's process, without a word a resident said.

Our own lines carry what we put there: codes, names, counts. Lines of other libraries are cut to their place in the
source and the kind of error, because Rasa writes texts, entities, slots and whole request bodies into its messages.
"""

from __future__ import annotations

import logging
import sys


class Discreet(logging.Formatter):
    """`12:00:01 WARNING bot.door …` for us, `12:00:01 ERROR rasa.core.processor:989 (TimeoutError)` for the others."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback is never printed, its values could hold a message."""
        head = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname} "
        kind = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        error = f" ({kind.__name__})" if kind else ""
        if record.name.split(".")[0] == "bot" or record.name == "__main__":
            return f"{head}{record.name} {record.getMessage()}{error}"
        return f"{head}{record.name}:{record.lineno}{error}"


def configure(level: int = logging.WARNING) -> None:
    """All log lines of this process to stderr, discreetly; ours from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("bot").setLevel(min(level, logging.INFO))
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # about the libraries of Rasa, which cannot move


def progress(text: str) -> None:
    """A line about loading, for whoever waits at the terminal."""
    print(f"[bot] {text}", file=sys.stderr, flush=True)
