"""The bodies of the door's calls: checked field by field, an error names the field."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

CHANNELS = ("wechat", "ivr", "web")
MAX_ID = 255
MAX_DIGITS = 15


class BadField(ValueError):
    """A field is missing or not what it must be; `name` says which (`body` for the whole)."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


@dataclass(frozen=True)
class Said:
    """What a resident said, and what understanding may know about it; the part `turn` and `parse` share."""

    text: str
    channel: str | None
    nbest: list[dict[str, Any]] = field(default_factory=list)
    asr_confidence: float | None = None
    now: str | None = None

    def metadata(self) -> dict[str, Any]:
        """The message's metadata as Rasa's components and actions see it."""
        return {
            "channel": self.channel,
            "asr": {"confidence": self.asr_confidence, "nbest": self.nbest},
            "now": self.now,
        }


@dataclass(frozen=True)
class TurnRequest:
    """Body of `POST /turn`."""

    conversation: str
    message_id: str
    epoch: int
    said: Said
    caller: str = ""  # the telephone number it came from, where the channel knows one

    def metadata(self) -> dict[str, Any]:
        """As `Said.metadata`, with epoch and message id, which an action asks its permit with, and the caller's number."""
        more = {"epoch": self.epoch, "message_id": self.message_id, "caller": self.caller}
        return {**self.said.metadata(), **more}


def read_body(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises: BadField."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadField("body", "must be JSON") from None
    if not isinstance(body, dict):
        raise BadField("body", "must be a JSON object")
    return body


def read_turn(body: Mapping[str, Any]) -> TurnRequest:
    """Raises: BadField."""
    epoch = body.get("epoch")
    if not isinstance(epoch, int) or isinstance(epoch, bool):
        raise BadField("epoch", "must be an integer")
    if body.get("channel") is None:
        raise BadField("channel", f"must be one of {', '.join(CHANNELS)}")
    ids = read_id(body, "conversation"), read_id(body, "message_id")
    return TurnRequest(*ids, epoch, read_said(body), _digits(body.get("caller")))


def read_said(body: Mapping[str, Any]) -> Said:
    """Raises: BadField."""
    text = body.get("text")
    if not isinstance(text, str):
        raise BadField("text", "must be a string")
    channel = body.get("channel")
    if channel is not None and channel not in CHANNELS:
        raise BadField("channel", f"must be one of {', '.join(CHANNELS)}")
    confidence = _number(body.get("asr_confidence"), "asr_confidence")
    return Said(text, channel, _nbest(body.get("nbest")), confidence, _moment(body.get("now")))


def read_id(body: Mapping[str, Any], name: str) -> str:
    """An identifier: 1 to 255 printable characters. Raises: BadField."""
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID or not value.isprintable():
        raise BadField(name, f"must be a string of 1 to {MAX_ID} printable characters")
    return value


def _digits(value: Any) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or len(value) > MAX_DIGITS or not (value.isascii() and value.isdigit()):
        raise BadField("caller", f"must be at most {MAX_DIGITS} digits or null")
    return value


def _nbest(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadField("nbest", "must be a list")
    lines = []
    for index, line in enumerate(value):
        if not isinstance(line, dict) or not isinstance(line.get("text"), str):
            raise BadField(f"nbest[{index}].text", "must be a string")
        confidence = _number(line.get("confidence"), f"nbest[{index}].confidence")
        lines.append({"text": line["text"], "confidence": confidence})
    return lines


def _number(value: Any, name: str) -> float | None:
    if value is None:
        return None
    # NaN and infinity pass as JSON in Python and nowhere else.
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or math.isnan(value)
        or math.isinf(value)
    ):
        raise BadField(name, "must be a number or null")
    return float(value)


def _moment(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadField("now", "must be an ISO 8601 time or null")
    try:
        datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value)
    except ValueError:
        raise BadField("now", "must be an ISO 8601 time or null") from None
    return value


def plain(value: Any) -> Any:
    """`json.dumps`'s default: what NLU components leave in their output (numpy scalars and arrays) as plain values."""
    for method in ("tolist", "isoformat"):
        if hasattr(value, method):
            return getattr(value, method)()
    raise TypeError(f"{type(value).__name__} is not JSON")
