"""Several demands in one message: where words like "besides" part them, and which of the parts want something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

MOST = 3
# Words with which people go on to something else; only behind a pause, where they could stand inside a sentence too.
_BESIDES = re.compile(
    r"(?:另外|顺便|顺带|还有(?:个|一个|件|一件)?(?:事|问题)|再(?:帮我|给我|麻烦)|对了[,，]|另(?:问|有)|还想(?:问|查|要|请|办)|还要(?:问|查|办)|顺道(?:问|查))"
    r"|(?<=[,，。;；!！?？、\s])(?:还有|再(?:问|查|说|看)|然后|同时|以及|还(?:请|得)|并且|第二|二来)"
)
# Who drops one thing at the beginning goes on to another behind the pause: 不查了，还是报修吧.
_DROPPED = re.compile(
    r"^(?:(?:[那嗯哎呃啊哦诶我]|还是|先|就|这个)*(?:算了|取消|[不别](?:查|办|问|用|弄|要|报|改|交|看|搞|登记|申请|投诉)了)"
    r"[^,，。;；!！?？、\s]{0,4}[,，。;；!！?？、\s]+)+"
)
# These want nothing by themselves.
_SERVING = frozenset(
    {
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "inform",
        "repeat",
        "wait",
        "abuse",
        "out_of_scope",
        "bot_challenge",
        "cancel",
    }
)
# Which of several demands leads: what needs a crew or a person before what needs an answer.
_FAULTS = (
    "report_outage",
    "report_frequent_outage",
    "report_voltage",
    "report_meter_fault",
    "report_noise",
    "claim_compensation",
)
_COMPLAINTS = ("complain", "report_theft", "dispute_bill", "report_payment_problem")
_REQUESTS = ("apply_", "request_r", "update_contact")
_LOOK_UPS = ("query_", "urge_ticket")
_SHORTEST = 4  # characters of a part that can hold a demand


def parts_of(text: str) -> list[tuple[int, int]]:
    """Offsets of the parts of a message with several demands; [] for one that goes on to nothing else.

    >>> text = "我家停电了，另外查下上个月电费"
    >>> [text[start:end] for start, end in parts_of(text)]
    ['我家停电了，', '另外查下上个月电费']
    >>> text = "不查了，还是报修吧"
    >>> [text[start:end] for start, end in parts_of(text)]
    ['不查了，', '还是报修吧']
    """
    dropped = _DROPPED.match(text)
    behind = dropped.end() if dropped else 0
    cuts = [match.start() for match in _BESIDES.finditer(text) if match.start() >= behind + _SHORTEST]
    borders = sorted({0, behind, *cuts, len(text)})
    parts = [(start, end) for start, end in pairwise(borders) if end - start >= _SHORTEST or end == behind]
    return parts[:MOST] if len(parts) > 1 else []


def leading(demands: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The demand that is dealt with first: danger, what is dropped, a fault, a complaint, an application, a look-up, a question."""
    return min(demands, key=lambda demand: _rank(demand["intent"]))


def _rank(intent: str) -> int:
    if intent in ("report_emergency", "report_hazard"):
        return 0 if intent == "report_emergency" else 1
    groups = (("cancel",), _FAULTS, _COMPLAINTS, _REQUESTS, _LOOK_UPS)
    return next((rank for rank, names in enumerate(groups, 2) if intent.startswith(names)), len(groups) + 2)


def demands_of(parts: Sequence[tuple[int, int, dict[str, Any] | None]], least: float) -> list[dict[str, Any]]:
    """Of (start, end, intent) those that want something with a confidence of `least`, one an intent; [] if fewer than two.

    What is dropped counts at the beginning only.
    """
    found: dict[str, dict[str, Any]] = {}
    for start, end, intent in parts:
        serves = intent and intent["name"] in _SERVING and not (start == 0 and intent["name"] == "cancel")
        if intent and not serves and intent["confidence"] >= least:
            found.setdefault(
                intent["name"],
                {"intent": intent["name"], "confidence": intent["confidence"], "start": start, "end": end},
            )
    return list(found.values()) if len(found) > 1 else []
