"""Chinese and Arabic numerals to numbers."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    **{str(value): value for value in range(10)},
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "幺": 1,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
"""A digit as written or spoken, in a reading (simplified, half-width)."""

_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
NUMERAL = r"[0-9零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖幺两俩仨十拾百佰千仟万亿半点.]"
"""One character of a numeral, as a regular expression."""

_DIGIT = "[一二三四五六七八九]"
_SHORT = re.compile(f"(?P<whole>.+(?P<unit>[百千万]))(?P<tens>{_DIGIT})(?P<ones>{_DIGIT})")
_ARABIC = re.compile(r"(\d+(?:\.\d+)?)([十百千万亿]*)")


def number(text: str) -> Decimal | None:
    """The value of a numeral, `None` if it is none.

    >>> number("一百一五"), number("一百二三")
    (Decimal('115'), None)
    >>> number("一百二十三"), number("一百二"), number("3.5万"), number("二零二二"), number("两点五"), number("半")
    (Decimal('123'), Decimal('120'), Decimal('35000.0'), Decimal('2022'), Decimal('2.5'), Decimal('0.5'))
    """
    text = text.replace(",", "").replace("，", "")
    if not text or not re.fullmatch(f"{NUMERAL}+", text):
        return None
    if text == "半":
        return Decimal("0.5")
    if match := _ARABIC.fullmatch(text):
        value = Decimal(match.group(1))
        for unit in match.group(2):
            value *= _TENS.get(unit) or _MYRIADS[unit]
        return value
    whole, point, rest = text.partition("点") if "点" in text else text.partition(".")
    half = whole.endswith("半") and len(whole) > 1
    base = _whole(whole[:-1] if half else whole)
    if base is None:
        return None
    if point:
        scale = 1
        while rest and rest[-1] in _MYRIADS:
            scale *= _MYRIADS[rest[-1]]
            rest = rest[:-1]
        if not rest or any(character not in DIGITS for character in rest):
            return None
        return (Decimal(base) + Decimal("0." + "".join(str(DIGITS[character]) for character in rest))) * scale
    return Decimal(base) + (Decimal("0.5") if half else 0)


def _whole(text: str) -> int | None:
    if text and all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    if short := _SHORT.fullmatch(text):
        tens, ones, whole = DIGITS[short["tens"]], DIGITS[short["ones"]], _whole(short["whole"])
        if whole is None or ones == tens + 1:
            return None  # a hundred and twenty or thirty
        unit = _TENS.get(short["unit"]) or _MYRIADS[short["unit"]]
        return whole + (10 * tens + ones) * unit // 100
    total = section = digit = 0
    last = 0
    for index, character in enumerate(text):
        if character in DIGITS:
            digit = (
                digit * 10 + DIGITS[character] if index and text[index - 1].isdigit() else DIGITS[character]
            )
            if (
                character not in "零〇"
                and index == len(text) - 1
                and last > 1
                and text[index - 1] not in "零〇"
            ):
                # The unit after the last digit is left out: one hundred two is 120.
                digit *= last // 10
        elif character in _TENS:
            last = _TENS[character]
            section += (digit or 1) * last
            digit = 0
        elif character in _MYRIADS:
            last = _MYRIADS[character]
            total = (total + section + digit) * last
            section = digit = 0
        else:
            return None
    return total + section + digit if text else None
