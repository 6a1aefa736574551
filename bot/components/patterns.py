"""Shapes of times, quantities, scopes and addresses, as hints for the learnt extractor: it decides what to trust."""

from __future__ import annotations

import re

from bot.components.numerals import NUMERAL

_N = f"(?:{NUMERAL}|[几多来好])+"
_NAME = "[一-鿿0-9a-z]"

PATTERNS = (
    ("energy", re.compile(f"{_N}(?:多)?(?:度电?|千瓦时|kwh)")),
    ("voltage", re.compile(f"{_N}(?:多)?(?:千伏|kv|伏特?|v(?![a-z]))")),
    ("amount", re.compile(f"{_N}(?:元|块钱?|毛|角|分钱|大洋)(?:{NUMERAL}+(?:毛|角|分)?)?")),
    (
        "time",
        re.compile(
            "(?:大?前|昨|今|明|后)(?:[天日晚早夜儿]|儿个)?(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|晚|早)?"
            "|(?:凌晨|半夜|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|大晚上|白天|深夜|后半夜)"
            "|(?:刚才|刚刚|现在|目前|最近|近来|前阵子|这阵子|这会儿?|这几天|这两天|前几天|前两天|周末|年底|月底|月初|年初|春节|过年|国庆|五一)"
            "|(?:今|去|前|明)年(?:[底初])?|(?:上上|上|这|本|下|当|每)一?个?(?:月份?|周|星期|礼拜|季度|期|半年)"
            f"|(?:最近|近|这|过去|前|每)?{_N}个?半?(?:天|小时|钟头|分钟|个?月|年|周|星期|礼拜|季度)(?:前|以前|之前|后|以后|内|多)?"
            f"|{_N}(?:点半?钟?|[月号日]份?|时|:)(?:{_N}分?)?"
            "|(?:周|星期|礼拜)[一二三四五六日天末]"
        ),
    ),
    (
        "scope",
        re.compile(
            "(?:就|只有|单|光)?(?:我们?|俺们?|咱们?|阿拉|我伲)(?:一?家|屋里?|这?栋楼?|村|小区|单元)|(?:整|全|一)个?(?:栋|幢|楼|村|小区|单元|层|条街|片)楼?(?:都|全)?"
        ),
    ),
    (
        "address",
        re.compile(
            f"{_NAME}{{1,5}}(?:省|市|区|县|旗|镇|乡|街道|开发区|新区|村|组|屯|庄|湾|路|街|大道|巷|弄|胡同|小区|花园|苑|公寓|家园|新村|广场|大厦|市场|学校|小学|中学|大学|医院|园区|社区|工业园|产业园|厂|站|所|码头|大桥|桥头|路口|交叉口|停车场|景区|公里处?|幼儿园|敬老院|养老院|超市|酒店|宾馆|农场|林场|养殖场|批发城|商业街|步行街|公园|车站|机场|国道|省道|县道|里|府|城|庭|湾|岭|坪|冲|坝|埠|港|堡|店|屋场)"
            f"|{_N}(?:弄|号楼?|栋|幢|座|单元|室|楼|层|组)"
        ),
    ),
)  # fmt: skip

_DOOR = "[0-9a-z一二三四五六七八九十百零〇-]"
# What still belongs to an address where the learnt border fell too early: a door, or what the place is called after.
_REST = re.compile(
    f"(?:{_DOOR}{{1,6}}(?:号楼|号院|单元|公里处?|[号栋幢座室排组队弄区期])(?!线|电|机|闸|那|大))+(?:{_DOOR}{{3,5}}(?![0-9度块元伏千]))?"
    "|(?<=[0-9])公里处?|(?<=[0-9]公)里处?|[镇乡](?![里上下亲])|村(?![里上下民长口头委干])"
    f"|(?<=[元栋幢座楼号弄]){_DOOR}{{1,3}}[楼层](?![道梯上下顶长高电线那大])(?:[0-9]{{3,4}}室?)?"
    "|[^,，。、 的在了停没是有电线着火又还说这那我你一]{0,3}(?:卫生所|卫生院|停车场|交叉口|路口|派出所|加油站|变电站|公交站|机械厂|服装厂|工业园|产业园"
    "|码头|市场|菜场|超市|小学|中学|学校|医院|小区|花园|公寓|大厦|广场|宾馆|酒店|饭店|幼儿园|敬老院|村委会|工地|大桥|桥头|公园)"
)

_PLACE = re.compile(
    "[一-鿿0-9a-z]{2,}(?:[乡镇村屯庄寨弄巷苑城府庭]|街道|社区|小区|花园|公寓|家园|新村|新城|大厦|广场|市场|路|大道|厂|学校|小学|中学|医院)"
)


def address_end(text: str, end: int) -> int:
    """Where an address really ends that was found to end at `end` of a reading.

    >>> address_end("枫桥路变电站的噪音", 3), address_end("城南旧货市场二排3号", 6), address_end("牡丹路停电", 3)
    (6, 10, 3)
    >>> address_end("三单元六楼没电", 3), address_end("码头镇淹了", 2), address_end("梅林村里停电", 2)
    (5, 3, 2)
    """
    while (rest := _REST.match(text, end)) and rest.end() > end:
        end = rest.end()
    return end


def ends_as_place(text: str) -> bool:
    """Whether a reading ends with a word for a place behind a name of at least two characters."""
    return bool(_PLACE.fullmatch(text))


def pattern_marks(text: str) -> list[str]:
    """For each character of a reading the hints that cover it, as one string: `B` or `I` and the shape's first letter."""
    marks = [""] * len(text)
    for name, pattern in PATTERNS:
        for match in pattern.finditer(text):
            for place in range(match.start(), match.end()):
                marks[place] += ("B" if place == match.start() else "I") + name[:2]
    return marks
