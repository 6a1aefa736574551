"""What speech leaves in a text between the characters that count: fillers, pauses, digits heard as other words."""

from __future__ import annotations

import re

from bot.components.numerals import DIGITS, number

FILLER = "(?:呃|嗯|啊|哦|噢|喔|唔|欸|诶|哎|额|那个|这个|就是说?|然后)"
"""A word that fills a pause inside a number."""

HEARD = {
    **dict.fromkeys("妖腰要夭邀吆", 1), **dict.fromkeys("另灵铃玲凌", 0), **dict.fromkeys("尔耳", 2), **dict.fromkeys("山伞", 3),
    **dict.fromkeys("死似寺", 4), **dict.fromkeys("舞午武", 5), **dict.fromkeys("溜留刘", 6), **dict.fromkeys("期妻其", 7),
    **dict.fromkeys("扒吧巴", 8), **dict.fromkeys("久酒", 9),
}  # fmt: skip
"""Characters that recognition writes for a digit; only a number around them makes them one."""

COUNTING = frozenset("十百千万亿拾佰仟几半点")
_NUMERALS = frozenset(DIGITS) | COUNTING | frozenset("多来")
_SIZES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_COUNTED = "元块毛角分度千伏kv万"  # what may follow a numeral that a filler parts from its unit
_TIME_UNITS = "天个年月小点号日周星礼"  # with a pause on both sides
_DROPPED = re.compile(f"[ ,、…]*(?:{FILLER}[ ,、…。]*)+| +")
# Fillers that are never a part of a word, with the pauses around them.
_HARD = re.compile("[ ,、…]*(?:[呃嗯唔欸诶啊][ ,、…]*)+")
_LEFT = re.compile("[一二两三四五六七八九十百千万亿零〇]+$")
_RIGHT = re.compile("[一二两三四五六七八九十百千万亿零〇]+")
_OTHER_COUNT = re.compile("[天个月号年点周小分户次]")


def plain(text: str) -> tuple[str, list[int]]:
    """A reading without fillers and pauses, and the place of each remaining character in it.

    Blanks go where they part no two numbers; fillers that could be words go only inside a numeral.

    >>> [plain(text)[0] for text in ("三百 呃 二十 块", "昨天，嗯，晚上", "2 300", "两百 三天", "这个嗯月")]
    ['三百二十块', '昨天晚上', '2 300', '两百 三天', '这个月']
    """
    kept: list[str] = []
    places: list[int] = []

    def keep(start: int, end: int) -> None:
        kept.extend(text[start:end])
        places.extend(range(start, end))

    at = 0
    for match in _DROPPED.finditer(text):
        keep(at, match.start())
        at = match.end()
        if _may_go(text, match, kept):
            continue
        if not match.group().strip():
            keep(match.start(), match.start() + 1)  # one blank is as good as many
            continue
        begin = match.start()
        for hard in _HARD.finditer(text, match.start(), match.end()):
            if (
                hard.start() > 0
                and hard.end() < len(text)
                and not _between_numerals(text, hard.start(), hard.end())
            ):
                keep(begin, hard.start())
                begin = hard.end()
        keep(begin, match.end())
    keep(at, len(text))
    return "".join(kept), places


def _between_numerals(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and text[start - 1] in _NUMERALS and text[end] in _NUMERALS


def _may_go(text: str, match: re.Match[str], kept: list[str]) -> bool:
    left, right = kept[-1] if kept else "", text[match.end() : match.end() + 1]
    if not left or not right:
        return False
    blank = not match.group().strip()
    if left in _NUMERALS and right in _NUMERALS:
        return not (left.isascii() and right.isascii()) and _continues(
            "".join(kept[-12:]), text, match.end(), blank
        )
    if blank:
        return not (left.isascii() and right.isascii())
    parted = match.group()[0] == match.group()[-1] == " "
    return left in _NUMERALS and (right in _COUNTED or (parted and right in _TIME_UNITS))


def _continues(before: str, text: str, end: int, blank: bool) -> bool:
    """Whether a numeral goes on behind a pause: three hundred, twenty; but not two hundred, three days."""
    left, right = _LEFT.search(before), _RIGHT.match(text, end)
    if not left or not right:
        return True
    said, rest = left.group(), right.group()
    if rest[0] in _SIZES:
        # Thursday, ten o'clock, is no forty.
        return said[-1] not in _SIZES and (
            rest[0] != "十" or before[: left.start()][-1:] not in ("周", "期", "拜")
        )
    last = next((_SIZES[sign] for sign in reversed(said) if sign in _SIZES), 0)
    first = next((_SIZES[sign] for sign in rest if sign in _SIZES), 1)
    if said[-1] not in _SIZES:
        return not blank and not last and first == 1  # digits, one by one
    if rest[0] in "零〇":
        return True
    if first == 1 and last > 10:
        return not blank and not _OTHER_COUNT.match(text, right.end())
    return first < last and number(said + rest) is not None
