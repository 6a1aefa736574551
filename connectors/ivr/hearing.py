"""What a recogniser heard: `recognitionOutput` is its raw object, so each shape has a reader of its own here.

Read are Google's `results[].alternatives[]`, Azure's `NBest[]` and any plain `alternatives[]`. An object that
nobody can read is no reason to lose the caller's words: then there is the best line alone.
"""

from __future__ import annotations

from typing import Any

LINES = 10
LINE_LIMIT = 1000  # characters
_TEXT = ("transcript", "text", "Display", "display", "Lexical", "utterance")
_CONFIDENCE = ("confidence", "Confidence", "score")

Line = dict[str, Any]  # {"text": str, "confidence": float | None}


def confidence_of(value: Any) -> float | None:
    """A confidence from 0 to 1; per cents are understood; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return float(value) if value <= 1 else float(value) / 100


def _line(raw: Any) -> Line | None:
    if isinstance(raw, str):
        raw = {"text": raw}
    if not isinstance(raw, dict):
        return None
    text = next((raw[key] for key in _TEXT if isinstance(raw.get(key), str) and raw[key].strip()), None)
    if text is None:
        return None
    confidence = next((raw[key] for key in _CONFIDENCE if key in raw), None)
    return {"text": text.strip()[:LINE_LIMIT], "confidence": confidence_of(confidence)}


def _lines(raw: Any) -> list[Line]:
    return [line for one in raw[:LINES] if (line := _line(one))] if isinstance(raw, list) else []


def _google(results: list[Any]) -> list[Line]:
    """One utterance may come in several finals: a variant of any of them is a variant of the whole."""
    parts = [
        lines for r in results[:LINES] if isinstance(r, dict) and (lines := _lines(r.get("alternatives")))
    ]
    if len(parts) < 2:
        return parts[0] if parts else []
    best = [lines[0] for lines in parts]
    whole = [{"text": "".join(line["text"] for line in best), "confidence": best[-1]["confidence"]}]
    for at, lines in enumerate(parts):
        for other in lines[1:]:
            text = "".join((other if n == at else line)["text"] for n, line in enumerate(best))
            whole.append({"text": text, "confidence": other["confidence"]})
    return whole


def read(output: Any) -> list[Line]:
    """The alternatives in `recognitionOutput`, best first; empty if there are none that we can read."""
    if isinstance(output, list):
        return _lines(output)
    if not isinstance(output, dict):
        return []
    if isinstance(output.get("results"), list):
        return _google(output["results"])
    for key in ("alternatives", "NBest", "nbest", "n_best"):
        if lines := _lines(output.get(key)):
            return lines
    return []


def nbest(text: str, confidence: float | None, output: Any) -> list[Line]:
    """All lines heard, each once, the one that the gateway took for true first."""
    lines: dict[str, Line] = {text: {"text": text, "confidence": confidence}} if text else {}
    for line in read(output):
        known = lines.setdefault(line["text"], line)
        if known["confidence"] is None:
            known["confidence"] = line["confidence"]
    return list(lines.values())[:LINES]
