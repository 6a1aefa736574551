"""Plain text stays plain text: what Rasa would read as a command (`/restart`, `/inform{…}`) loses its slash.

Here and only here, at the edge. The resident's own text is stored as written; the bot gets the disarmed one.
"""

from __future__ import annotations

import re
import unicodedata

# Solidus in every width and look, among blanks, format characters (zero width, direction marks) and controls.
_SLASHES = "/\uff0f\u2044\u2215\u29f8\u2571\ufe68"


def _ignorable(char: str) -> bool:
    return (
        char.isspace()
        or unicodedata.category(char) in {"Cf", "Cc", "Mn", "Zs", "Zl", "Zp"}
        or char in "\u115f\u3164"
    )


def disarm(text: str) -> str:
    """`text` without leading slashes, blanks and invisible characters; NUL, which PostgreSQL refuses, goes everywhere."""
    at = 0
    while at < len(text) and (text[at] in _SLASHES or _ignorable(text[at])):
        at += 1
    return clean(text[at:])


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates."""
    return re.sub("[\x00\ud800-\udfff]", "", text)
