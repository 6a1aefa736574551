"""Plain text stays plain text: what Rasa would read as a command (`/restart`, `/inform{…}`) loses its slash.

Here and only here, at the edge. The resident's own text is stored as written; the bot gets the disarmed one. What holds
no words never gets there: a model finds a meaning in anything, a yes in a comma too.
"""

from __future__ import annotations

import re
import unicodedata

from conversations.models import Message

SPOKEN = ("text", "dtmf")  # kinds of a message whose text is the resident's own words

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


def wordless(text: str) -> bool:
    """Whether there is no letter, digit or ideograph in it: nothing, punctuation or emoji alone."""
    return not any(char.isalnum() and not _ignorable(char) for char in text)


def speaks(message: Message) -> bool:
    """Whether the message holds words that can be understood; else it means nothing, and answers nothing."""
    return message.kind in SPOKEN and not wordless(message.text)


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates."""
    return re.sub("[\x00\ud800-\udfff]", "", text)
