"""Finds times in a reading, and takes a time apart: the same grammar serves both.

A name of a place is no time: Fifth-of-First Square, Route 3, the third building.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.components.time_words import (
    AFTER,
    BARE,
    BOUND_PARTS,
    CALENDAR,
    DURATION,
    FESTIVAL,
    HALF,
    JOIN,
    QUARTER,
    SEASON,
    SHORT,
    SIMPLE,
    SINCE,
)

# The earlier wins where two are equally long.
_KINDS = (
    ("simple", SIMPLE),
    ("quarter", QUARTER),
    ("half", HALF),
    ("season", SEASON),
    ("festival", FESTIVAL),
    ("calendar", CALENDAR),
    ("duration", DURATION),
)
_RATES = ("天", "日", "月", "年")  # so much a month says no time
_START = re.compile(
    "[搿次今昨作明前大后去上下这本旧头来当每隔天早晨晚夜半凌清深三午中傍黄擦黑入白日正腊冬闰初廿周星礼月年春夏秋新过除元灯端七重小寒暑双国五六八十一二四九两俩仨几好整个点"
    "刚方将先才现目此而依宜家眼如最近那成全次第同节未接往听琴寻擒噚呢嗰劳儿教圣平妇情植青建零〇0-9数梅汛迎赶高朝晌立格啱挨过秋麦伏正后百千老通]"
)
_INSIDE = re.compile("[0-9零〇一二三四五六七八九十百千两点.]")
_HOUSE = re.compile(
    "[大小排坪屯湾沟里甲乙丙丁路街巷弄道村组队坊苑区厂镇乡园庄栋幢座楼户账帐编单门附-]$|第$|庄子$|屯子$|胡同$|花园$|公寓$|大厦$|一期$|二期$"
)
# Words whose last character looks as if a time began there.
_BEFORE = {
    "前": re.compile("[之以提啥]$"),
    "后": re.compile("[以之今最]$"),
    "明": re.compile("[说证声注表透发文]$"),
    "下": re.compile("[一等]$"),
    "上": re.compile("[以早晚马加算连网线桥墙树路地杆顶台街身]$"),
    "来": re.compile("[后以近]$"),
    "当": re.compile("[应相]$"),
    "成": re.compile("[完形]$"),
    "如": re.compile("[比例]$"),
    "节": re.compile("[季调环]$"),
    "家": re.compile("[我你他咱俺人]$"),
    "才": re.compile("[刚方]$"),
    "过": re.compile("[没不超]$"),
    "月": re.compile("(?:[0-9一二三四五六七八九十个上这本每]|(?<!一)下)$"),
    "年": re.compile("[0-9一二三四五六七八九十今去前每多]$"),
    "通": re.compile("[不]$"),
    "作": re.compile("[工动操合]$"),
    "头": re.compile("[墙里外木老上下前后口码镇村屋店山桥街开]$"),
    "天": re.compile("[0-9一二三四五六七八九十几半今昨明]$"),
}
_AWAY = re.compile("(?:出差|出门|离开|外地|停|停电|断|空|关|拖|等|晚|住|最多|至少|过)$")
_LASTING = re.compile("[了用住干过近等停修]$")
_AGES = re.compile("了|前|后|多|来|没|以|左右")
_ASKED = re.compile("(?:[了这那好过有没近]|(?<!提)前)$")
_ANSWERED = re.compile("了|前|后|没|都|以前|之前")
_COUNTED = re.compile("[哪有那]$")
_LISTED = re.compile("、")
_UNTOLD_DAY = re.compile("[天日]$")


@dataclass(frozen=True)
class Named:
    """A time in a text: what kind, where, its match, and the word after it that gives it a direction.

    A range has a `first` and a `second` end; of the first there may be only a number (`bare`), the unit is the second's.
    """

    kind: str
    start: int
    end: int
    match: re.Match[str] | None = None
    way: str = ""
    first: Named | None = None
    second: Named | None = None
    bare: str = ""


def time_at(text: str, place: int) -> Named | None:
    """The longest time, a range or a point, that begins at `place`; `None` if none does."""
    first = _point(text, place)
    bare = BARE.match(text, place)
    if bare and (first is None or first.end <= bare.end()):
        join = JOIN.match(text, bare.end()) or _LISTED.match(text, bare.end())
        second = _point(text, join.end()) if join else None
        if second and second.match and _counted(second.match):
            return Named("range", place, second.end, second=second, bare=bare.group())
    if first is None:
        return None
    join = JOIN.match(text, first.end)
    second = _point(text, join.end()) if join else None
    if second and (second.kind != "duration" or first.kind == "duration"):
        return Named("range", place, second.end, first=first, second=second)
    return first


def find_times(text: str) -> list[tuple[int, int]]:
    """Offsets of the times in a plain reading, in order, never overlapping.

    >>> text = "从昨晚8点到早上6点停了三天"
    >>> [text[start:end] for start, end in find_times(text)]
    ['昨晚8点到早上6点', '三天']
    """
    found: list[tuple[int, int]] = []
    read = untold = 0
    for match in _START.finditer(text):
        place = match.start()
        named = time_at(text, place) if place >= read and _may_begin(text, place) else None
        if named and untold and text[untold:place] in ("", "的") and _names_no_day(named):
            # The morning of a day that nobody can tell is not this morning.
            read = untold = named.end
        elif named:
            untold = named.end if _is_untold_day(named, text) else 0
            # That day, right after a date, says no more than the date.
            again = bool(found) and found[-1][1] == place and text.startswith(("那", "当"), place)
            if not again and _says_when(named, text):
                found.append((place, named.end))
            read = read if again else named.end
    return found


def _names_no_day(named: Named) -> bool:
    if named.kind != "calendar" or named.match is None:
        return False
    groups = named.match.groupdict()
    return not any(groups[name] for name in ("year", "y", "month", "m", "bare", "day", "d", "dl", "week"))


def _is_untold_day(named: Named, text: str) -> bool:
    awhile = named.kind == "simple" and named.match is not None and named.match["awhile"]
    return bool(awhile and _UNTOLD_DAY.search(text[: named.end]))


def _says_when(named: Named, text: str) -> bool:
    """Whether it names a time at all: lately, every day and in summer do not, nor does so much a month."""
    match = named.match
    if match is None:
        return True
    groups = match.groupdict()
    if (
        groups.get("awhile")
        or groups.get("every")
        or (named.kind == "season" and not (groups.get("year") or groups.get("y")))
    ):
        return False
    rate = named.kind == "duration" and groups["n"] in ("一", "整") and groups["unit"] in _RATES
    rate = rate and not (groups["pre"] or groups["tail"] or groups["n2"])
    lasting = text.startswith(("了", "没", "多少", "内"), named.end) or _AWAY.search(text[: named.start])
    return not (rate and not named.way and not lasting)


def _may_begin(text: str, place: int) -> bool:
    if place == 0:
        return True
    first, before = text[place], text[max(0, place - 3) : place]
    if _INSIDE.match(first) and _INSIDE.match(before[-1]):
        return False
    if before[-1] == "第" or (
        before[-1] == "户"
        and _INSIDE.match(first)
        and not re.match("[0-9一二三四五六七八九十]+月", text[place:])
    ):
        return False
    if first in "零〇一二三四五六七八九十两0123456789" and before[-1].isascii() and before[-1].isalpha():
        return False
    guard = _BEFORE.get(first)
    # A word before it may end here: add last month, not add the month before last.
    return not (guard and guard.search(before))


def _counted(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(
        (groups.get("m") and not groups.get("dbare") and not groups.get("year"))
        or (groups.get("d") and not groups.get("m"))
        or (groups.get("h") and not groups.get("part") and not groups.get("day"))
        or (groups.get("n") and groups.get("unit") and not groups.get("pre"))
        or (match.re is QUARTER and groups.get("n"))
    )


def _point(text: str, place: int) -> Named | None:
    best: Named | None = None
    for kind, pattern in _KINDS:
        match = pattern.match(text, place)
        if (match and match.end() > (best.end if best else place) and _tells(kind, match, text)) or (
            match and best and kind == "duration" and match.end() == best.end and _rather_lasts(best, text)
        ):
            best = Named(kind, place, match.end(), match)
    if best is None or best.match is None or best.kind == "simple":
        return best
    # Three days ago is a time, and so is since last May; of before Friday only Friday is.
    after = (AFTER if best.kind == "duration" else SINCE).match(text, best.end)
    return Named(best.kind, place, after.end(), best.match, after["way"] or "") if after else best


def _rather_lasts(named: Named, text: str) -> bool:
    # Twenty-two years or the year 2022: what stands around it tells.
    match = named.match
    if named.kind != "calendar" or match is None or not match["y"] or len(match["y"]) != 2:
        return False
    return bool(_LASTING.search(text[: named.start]) or _AGES.match(text, named.end))


def _tells(kind: str, match: re.Match[str], text: str) -> bool:
    before = text[: match.start()][-6:]
    if kind == "duration":
        return _tells_length(match, before, text)
    if kind != "calendar":
        return True
    groups = match.groupdict()
    if groups["every"] or groups["year"] or groups["y"] or groups["month"] or groups["m"] or groups["bare"]:
        return True
    if groups["day"] and (groups["day"] not in SHORT or groups["part"]):
        return groups["day"] != "当" or groups["part"] in ("晚", "夜", "晚上")
    if groups["day"]:
        return False
    if groups["d"]:
        return not _HOUSE.search(before)
    if groups["dl"]:
        return bool(groups["dl"] != "廿")
    if groups["week"]:
        return bool(groups["shift"] or groups["weekday"])
    if groups["part"]:
        return groups["part"] not in BOUND_PARTS or bool(groups["h"])
    if groups["h"]:
        plain = not (groups["fraction"] or groups["min"])
        if groups["h"] in ("一", "两") and groups["dot"] == "点" and plain:
            return match.group().endswith(("整", "多", "多钟", "来钟", "过")) or (
                groups["h"] == "两" and not _COUNTED.search(before)
            )
        return not (groups["shi"] and groups["h"] == "一")
    return False


def _tells_length(match: re.Match[str], before: str, text: str) -> bool:
    n = match["n"]
    if n is None:
        return True
    if before.endswith(("那", "嗰")) and n in ("两", "几", "三") and not match["pre"]:
        return False  # of a time that was named before
    if n == "几" and not match["pre"]:
        return bool(_ASKED.search(before) or _ANSWERED.match(text, match.end()))
    if n.endswith("半") and match["unit"] in ("夜", "晚", "晚上"):
        return False
    if n == "一" and match["unit"] in ("天", "晚", "夜", "年", "周"):
        return not re.search("[哪有同某]$", before)
    return True
