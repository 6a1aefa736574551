"""The gateway's activities as our messages."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

import yaml

from connectors.ivr.activities import Activity
from connectors.ivr.channel import ACCOUNT, NAME
from connectors.ivr.hearing import LINE_LIMIT, confidence_of, nbest
from conversations.ports import InboundMessage
from kit.settings import ROOT

DIGITS = 32  # more is no number of ours
_WITHHELD = {"anonymous", "unknown", "restricted", "private", "unavailable", "withheld"}


@lru_cache(maxsize=1)
def zero_means() -> str:
    """What a single 0 stands for (`data/lookups/ivr.yml`)."""
    return str(yaml.safe_load((ROOT / "data" / "lookups" / "ivr.yml").read_text("utf-8"))["zero_means"])


def of_call(call_id: str, message_id: str = "", text: str = "", **more: Any) -> InboundMessage:
    """A message of this call."""
    return InboundMessage(NAME, ACCOUNT, call_id, message_id, text, **more)


def heard(call_id: str, activity: Activity) -> InboundMessage:
    """What the recogniser made of a caller's words, with every line that it offered."""
    text = activity.text or ""
    output = activity.parameters.get("recognitionOutput") or activity.parameters
    confidence = confidence_of(activity.parameters.get("confidence"))
    lines = nbest(text[:LINE_LIMIT], confidence, output)
    return of_call(call_id, _id(activity), text, nbest=lines, confidence=confidence)


def keyed(call_id: str, activity: Activity) -> InboundMessage:
    """Keys pressed: digits as text, a single 0 as the words for a person; `#` and `*` are no content."""
    pressed = "" if activity.value is None else str(activity.value)
    digits = "".join(c for c in pressed if c in "0123456789")[:DIGITS]
    text = zero_means() if digits == "0" else digits
    return of_call(call_id, _id(activity), text, kind="dtmf", payload={"digits": digits})


def caller_of(start: Activity) -> str:
    """The caller's number from a start event; '' if it is withheld."""
    raw = str(start.parameters.get("caller") or "").strip()
    number = raw.removeprefix("sip:").removeprefix("tel:").partition("@")[0].partition(";")[0][:64]
    return "" if number.lower() in _WITHHELD else number


def _id(activity: Activity) -> str:
    # Without an id of the gateway's a redelivery cannot be told from a repetition.
    return activity.id or str(uuid.uuid4())
