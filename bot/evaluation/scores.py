"""Scores of one run over examples: plain numbers, ready for JSON."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from bot.evaluation.examples import Example

EMERGENCY, OUT = "report_emergency", "out_of_scope"
DANGER = 0.3  # a share of the emergency intent that brings the safety words: `DANGER` of actions/turn.py
FAULTS = frozenset({
    "report_hazard", "report_outage", "query_outage", "query_planned_outage", "report_frequent_outage", "report_voltage",
    "report_meter_fault", "report_noise", "claim_compensation", "request_relocation",
})  # fmt: skip
BINS = 10

Parse = dict[str, Any]


def interval(right: int, asked: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not asked:
        return (0.0, 1.0)
    share, square = right / asked, z * z / asked
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / asked + square / (4 * asked)) / (1 + square)
    return (middle - half, middle + half)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _prf(right: int, found: int, there: int) -> dict[str, float]:
    precision, recall = _ratio(right, found), _ratio(right, there)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "there": there}


def intents(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """Accuracy with interval, macro-F1, a table by intent, and the confusions."""
    pairs = [(e.intent, p["intent"]["name"]) for e, p in zip(examples, parses, strict=True)]
    right = sum(wanted == got for wanted, got in pairs)
    hits = Counter(wanted for wanted, got in pairs if wanted == got)
    there, found = Counter(wanted for wanted, _ in pairs), Counter(got for _, got in pairs)
    table = {name: _prf(hits[name], found[name], there[name]) for name in sorted(there)}
    return {
        "asked": len(pairs),
        "accuracy": _ratio(right, len(pairs)),
        "interval": interval(right, len(pairs)),
        "macro_f1": _ratio_of(sum(row["f1"] for row in table.values()), len(table)),
        "by_intent": table,
        "confused": [
            {"wanted": wanted, "got": got, "times": times}
            for (wanted, got), times in Counter(pair for pair in pairs if pair[0] != pair[1]).most_common()
        ],
    }


def _ratio_of(total: float, count: int) -> float:
    return total / count if count else 0.0


def _alarmed(parse: Parse) -> bool:
    shares = {r["name"]: r["confidence"] for r in parse["intent_ranking"]}
    return parse["intent"]["name"] == EMERGENCY or shares.get(EMERGENCY, 0.0) >= DANGER


def safety(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """Emergencies that bring the safety words, and other faults that do without need."""
    alarms = Counter((e.intent, _alarmed(p)) for e, p in zip(examples, parses, strict=True))
    emergencies = alarms[EMERGENCY, True] + alarms[EMERGENCY, False]
    faults = sum(count for (intent, _), count in alarms.items() if intent in FAULTS)
    false = sum(count for (intent, alarmed), count in alarms.items() if intent in FAULTS and alarmed)
    return {
        "emergencies": emergencies, "recall": _ratio(alarms[EMERGENCY, True], emergencies),
        "interval": interval(alarms[EMERGENCY, True], emergencies),
        "other_faults": faults, "false_alarms": _ratio(false, faults),
    }  # fmt: skip


def scope(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """Out of scope: how much of it is seen, and how much in scope is taken for it."""
    pairs = [(e.intent == OUT, p["intent"]["name"] == OUT) for e, p in zip(examples, parses, strict=True)]
    outside, inside = sum(o for o, _ in pairs), sum(not o for o, _ in pairs)
    seen, false = sum(o and g for o, g in pairs), sum(not o and g for o, g in pairs)
    return {
        "outside": outside, "recall": _ratio(seen, outside), "precision": _ratio(seen, seen + false),
        "false_alarms": _ratio(false, inside),
    }  # fmt: skip


def calibration(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """Expected calibration error, and confidence against accuracy in ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for example, parse in zip(examples, parses, strict=True):
        confidence = float(parse["intent"]["confidence"])
        bins[min(int(confidence * BINS), BINS - 1)].append(
            (confidence, parse["intent"]["name"] == example.intent)
        )
    curve = [
        {
            "confidence": sum(c for c, _ in held) / len(held),
            "accuracy": sum(r for _, r in held) / len(held),
            "count": len(held),
        }
        for _, held in sorted(bins.items())
    ]
    error = sum(b["count"] * abs(b["confidence"] - b["accuracy"]) for b in curve) / max(len(examples), 1)
    return {"ece": error, "curve": curve}


def entities(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """By type: precision, recall and F1 of exact spans, and F1 of spans whose value is right too.

    A span without an annotated value is right as it is; `values` counts those that have one.
    """
    there, found = Counter[str](), Counter[str]()
    right, valued, meant = Counter[str](), Counter[str](), Counter[str]()
    for example, parse in zip(examples, parses, strict=True):
        wanted = {(e.name, e.start, e.end): e.value for e in example.entities}
        got = {(e["entity"], e["start"], e["end"]): str(e.get("value")) for e in parse["entities"]}
        there.update(name for name, _, _ in wanted)
        found.update(name for name, _, _ in got)
        valued.update(name for (name, _, _), value in wanted.items() if value is not None)
        for span in wanted.keys() & got.keys():
            right[span[0]] += 1
            meant[span[0]] += wanted[span] in (None, got[span])
    table = {
        name: _prf(right[name], found[name], there[name])
        | {"value_f1": _prf(meant[name], found[name], there[name])["f1"], "values": valued[name]}
        for name in sorted(there | found)
    }
    return {"micro": _prf(right.total(), found.total(), there.total()), "by_entity": table}


def all_of(examples: Sequence[Example], parses: Sequence[Parse]) -> dict[str, Any]:
    """Every score of one run."""
    return {
        "intents": intents(examples, parses), "safety": safety(examples, parses), "scope": scope(examples, parses),
        "calibration": calibration(examples, parses), "entities": entities(examples, parses),
    }  # fmt: skip
