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


def pattern_marks(text: str) -> list[str]:
    """For each character of a reading the hints that cover it, as one string: `B` or `I` and the shape's first letter."""
    marks = [""] * len(text)
    for name, pattern in PATTERNS:
        for match in pattern.finditer(text):
            for place in range(match.start(), match.end()):
                marks[place] += ("B" if place == match.start() else "I") + name[:2]
    return marks
