"""Long words in pieces that the platform takes: byte-exact, at sentence borders, nothing torn that belongs together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

LIMIT = 2000  # bytes of UTF-8; 2047 was measured to pass, in passive replies and in the send API alike
_FILL = 0.3  # a border before this share of the limit is no gain: the pieces get small and many

# Links, web addresses, telephone and account numbers also in groups, amounts, times, Latin words.
_WHOLE = re.compile(
    r"<a\b[^>]*>.*?</a>"
    r"|https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+"
    r"|\+?\d(?:[\d\-. :/]{0,40}\d)?"
    r"|[A-Za-z0-9_.@%+-]+",
    re.DOTALL,
)
# From the best place to cut to the worst: each match ends where the next piece may begin.
_BORDERS = [
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[\u3002\uff01\uff1f!?\u2026]+[\u201d\u300d\u300f\uff09)\"]*|[\uff1b;]"),
    re.compile(r"[\uff0c,\u3001\uff1a]|\s"),
]


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Pieces of at most `limit` bytes each, without blanks at their ends; none for an empty text."""
    return [piece for start, end in spans(text, limit) if (piece := text[start:end].strip())]


def spans(text: str, limit: int = LIMIT) -> list[tuple[int, int]]:
    """The pieces as `[start, end)` in code points; together they cover the whole text."""
    if limit < 4:
        raise ValueError("a code point may take four bytes")
    pieces: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _cut(text, start, limit)
        pieces.append((start, end))
        start = end
    return pieces


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def _cut(text: str, start: int, limit: int) -> int:
    """Where the piece that begins at `start` ends."""
    room, end = limit, start
    while end < len(text) and (room := room - size(text[end])) >= 0:
        end += 1
    if end == len(text):
        return end
    window = text[start:end]
    least = start + max(1, int(len(window) * _FILL))
    whole = [(m.start(), m.end()) for m in _WHOLE.finditer(text, start, min(len(text), end + 2 * limit))]

    def free(at: int) -> bool:
        return not any(a < at < b for a, b in whole) and not _joined(text, at)

    for border in _BORDERS:
        ends = [start + m.end() for m in border.finditer(window)]
        if at := _last(ends, least, free):
            return at
    every = list(range(start + 1, end + 1))
    # A number or address longer than a piece must be cut somewhere; so must an endless cluster.
    return (
        _last(every, least, free)
        or _last(every, start + 1, free)
        or _last(every, start + 1, lambda at: not _joined(text, at))
        or end
    )


def _last(candidates: list[int], least: int, allowed: Callable[[int], bool]) -> int | None:
    return next((at for at in reversed(candidates) if at >= least and allowed(at)), None)


def _joined(text: str, at: int) -> bool:
    """Whether the code points left and right of `at` are one character to the eye."""
    left, right = text[at - 1], text[at] if at < len(text) else ""
    if not right:
        return False
    if left == "\u200d" or right == "\u200d":
        return True  # emoji sequences
    if unicodedata.category(right) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= right <= "\U0001f3ff":
        return True  # combining marks, variation selectors, keycaps; skin tones
    if "\U000e0020" <= right <= "\U000e007f" or (left, right) == ("\r", "\n"):
        return True  # tags of regional flags
    if _flag(left) and _flag(right):
        before = 0
        while before < at and _flag(text[at - 1 - before]):
            before += 1
        return before % 2 == 1  # flags are pairs
    return False


def _flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
