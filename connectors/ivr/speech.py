"""Words as a voice can say them, and the gateway's activities made of them.

Numbers, money and times are spoken words already (`kit.spoken`); here goes what only eyes can use.
"""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{1,80}>|[*_`#|]+")
_LINE_END = re.compile(r"(?P<stop>[，。！？；：、,.!?;:]?)[ \t]*(?:\r\n|\r|\n)\s*")
_SIGNS = str.maketrans({"【": " ", "】": "，", "→": "，"})
_KEYCAP = re.compile("\ufe0f?\u20e3")
_UNSPEAKABLE = {"So", "Sk", "Cf", "Co", "Cs", "Cn"}  # pictures, modifiers, invisible characters
_SPEAKABLE = "℃°"  # signs that a voice knows, although their category says picture


def speakable(text: str) -> str:
    """`text` without pictures, addresses, markup and line breaks; '' if nothing else was in it."""
    text = _MARKUP.sub(" ", _ADDRESS.sub(" ", _KEYCAP.sub("", text)).translate(_SIGNS))
    text = _LINE_END.sub(lambda end: end["stop"] or "，", text.strip())
    kept = (" " if c in "\t\x0b\x0c" else c for c in text)
    text = "".join(
        c
        for c in kept
        if c in _SPEAKABLE or (unicodedata.category(c) not in _UNSPEAKABLE and not "\ufe00" <= c <= "\ufe0f")
    )
    text = re.sub(r" *([，。！？；：、]) *", r"\1", re.sub(r" {2,}", " ", text))
    text = re.sub(r"，+(?=[，。！？；])", "", text).strip(" ，、")
    return text if any(c.isalnum() for c in text) else ""
