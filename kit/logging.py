"""Structured logs with personal data masked.

Long digit runs (accounts, phones, tickets) keep their last two digits, known personal fields are
replaced, whatever the logger's caller passes.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# The first branch takes our own ids out of the second one's way: a UUID is no personal data, and is looked for.
_DIGITS = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d{7,}")
_HIDDEN = {"text", "body", "content", "token", "secret", "password", "authorization", "nbest", "holder_name"}
_SHORTENED = {"resident", "openid", "identity", "caller"}


def mask(value: str) -> str:
    """`31000****18`-like: digit runs of seven or more keep only their last two digits."""
    return _DIGITS.sub(lambda run: run[0] if "-" in run[0] else "*" * (len(run[0]) - 2) + run[0][-2:], value)


def short(value: str) -> str:
    """A personal identifier that can be told apart in a log but not read: its first four characters."""
    return f"{value[:4]}…" if len(value) > 4 else "…"


def _masked(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _hide(key.lower(), value) for key, value in event.items()}


def _hide(key: str, value: Any) -> Any:
    """A value as it may be logged; what lies in mappings and sequences is treated alike."""
    if key in _HIDDEN:
        return "***"
    if isinstance(value, dict):
        return {name: _hide(str(name).lower(), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hide(key, inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return short(str(value)) if key in _SHORTENED else mask(str(value))


def configure(*, json: bool = False, level: int = logging.INFO) -> None:
    """Set up structlog and the standard library's logging alike; call once per program."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,  # before masking; and never with local variables
                _masked,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "procrastinate", "uvicorn", "sqlalchemy.engine", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get(name: str) -> Any:
    """A structlog logger: `log.info("turn_done", turn=…)`; event names are snake_case."""
    return structlog.stdlib.get_logger(name)
