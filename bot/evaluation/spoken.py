"""Numbers as they are said on the telephone: digit by digit or as a numeral, with the fillers of somebody who looks them up."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from bot.evaluation.examples import Entity, Example

IDENTIFYING = frozenset({"account_number", "phone_number", "ticket_number", "meter_number"})
NUMERIC = IDENTIFYING | {"amount", "energy", "time"}
_FILLERS = ("呃", "嗯", "那个", "，", "呃，", " ")
_DIGIT = dict(zip("0123456789", "零幺二三四五六七八九", strict=True))
_PLAIN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numeral(value: int) -> str:
    """A number below a hundred million as it is said.

    >>> [numeral(value) for value in (0, 10, 12, 105, 320, 2000, 10_050, 123_456)]
    ['零', '十', '十二', '一百零五', '三百二十', '两千', '一万零五十', '十二万三千四百五十六']
    """
    if value >= 10_000:
        many, rest = divmod(value, 10_000)
        said = "两" if many == 2 else numeral(many)
        return said + "万" + ("零" if 0 < rest < 1000 else "") + (numeral(rest) if rest else "")
    said = ""
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if digit:
            said += ("两" if digit == 2 and size == 1000 else _PLAIN[str(digit)]) + name
        elif said and value and not said.endswith("零"):
            said += "零"
    said = said.rstrip("零") if len(said) > 1 else said
    return (said.removeprefix("一") if said.startswith("一十") else said) or "零"


def speak(example: Example, seed: int) -> Example:
    """The example with its numbers spoken; entities keep names and values, and get their new places. Same seed, same words."""
    chance = random.Random(f"{seed}:{example.text}")  # noqa: S311 (nothing secret)
    text, at, entities = "", 0, []
    for entity in example.entities:
        text += example.text[at : entity.start]
        written = entity.of(example.text)
        said = _said(entity, written, chance) if entity.name in NUMERIC else written
        entities.append(replace(entity, start=len(text), end=len(text) + len(said)))
        text += said
        at = entity.end
    return Example(text + example.text[at:], example.intent, tuple(entities))


def _said(entity: Entity, written: str, chance: random.Random) -> str:
    if entity.name in IDENTIFYING:
        digits = [_DIGIT[character] for character in written if character in _DIGIT]
        if len(digits) < 6:  # it was spoken already
            return written
        for place in range(len(digits) - 2, 1, -1):
            if chance.random() < 0.15:
                digits.insert(place, chance.choice(_FILLERS))
        return "".join(digits)
    return _NUMBER.sub(lambda match: _counted(match, written), written)


def _counted(match: re.Match[str], written: str) -> str:
    whole, _, part = match[0].partition(".")
    if written[match.end() :].startswith("年") or whole.startswith("0") or len(whole) > 8:
        said = "".join(_PLAIN[digit] for digit in whole)
    else:
        said = numeral(int(whole))
    return said + ("点" + "".join(_PLAIN[digit] for digit in part) if part else "")
