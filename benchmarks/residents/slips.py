"""What goes wrong on the resident's side: misheard and mistyped characters."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import lru_cache

from pypinyin import lazy_pinyin

SLIPS = {
    "none": 5, "typos": 3, "wrong first": 2, "correction": 2, "interruption": 2, "detail": 2, "repeat": 1, "impatience": 1,
    "silence": 1,
}  # fmt: skip
NUMERALS = frozenset("零幺一二两三四五六七八九十百")
RATE = 0.07  # of the characters


@lru_cache(maxsize=1)
def _same_sound() -> dict[str, list[str]]:
    """Characters of GB 2312's first level by syllable."""
    common = [
        bytes([row, cell]).decode("gb2312", "ignore")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
    ]
    found: dict[str, list[str]] = defaultdict(list)
    for character in filter(None, common):
        found[lazy_pinyin(character)[0]].append(character)
    return found


def misheard(text: str, rng: random.Random, rate: float = RATE) -> str:
    """`text` with about `rate` of its characters exchanged for others of the same sound; figures, numerals and latin letters
    stay: how numbers are misheard is a matter of its own."""
    heard = []
    for character in text:
        same = _same_sound().get(lazy_pinyin(character)[0], [])
        swap = character in same and character not in NUMERALS and len(same) > 1 and rng.random() < rate
        heard.append(rng.choice([other for other in same if other != character]) if swap else character)
    return "".join(heard)


def one_digit_less(number: str, rng: random.Random) -> str:
    """As an account number is mistyped."""
    at = rng.randrange(1, len(number))
    return number[:at] + number[at + 1 :]
