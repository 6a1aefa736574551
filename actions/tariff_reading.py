"""What a question about prices holds: kWh and whose, capacity, lengths of time, people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import cn2an

from actions import history
from actions.turn import Turn
from kit import clock
from kit.clock import months_later

Use = Literal["home", "firm", "farm"]
ESTIMATED = "action_estimate"
LONGEST = {"天": 3650, "周": 520, "星": 520, "礼": 520, "月": 120, "年": 10}  # more is another number
_N = r"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万]+|半)"
_KVA = re.compile(rf"(?:{_N}台)?{_N}个?\s*(?:千伏安|kva)|(?<!\d)(\d{{2,5}})的?(?:变压器|专变)", re.I)
_KW = re.compile(rf"{_N}个?\s*(?:千瓦|kw)(?!\s*(?:时|小时|·?h))", re.I)
_LENGTH = re.compile(
    rf"{_N}\s*个?(?P<and_half>半)?(?P<unit>天|月(?!份)|周|星期|礼拜|年(?!\d|月|[前后初底末]))(?P<half>半)?"
)
_PEOPLE = re.compile(rf"{_N}\s*(?:口人|个人|口|人)")
_VALLEY, _DAY, _YEAR = (
    re.compile("谷|夜|晚上"),
    re.compile("峰|平段|平电|白天"),
    re.compile("今年|全年|年初|一年|累计|总共|一共已"),
)
_MONTH = re.compile("这个?月|本月|当月|又用|再用|每月|一个月")
_BEHIND = re.compile("的?(?:高峰|低谷|峰|谷|平段|平电|白天|夜|晚上)")
_PRICE = re.compile(
    "多少(?:钱|电费|费用|块|元)|几(?:块|毛)钱|[一每]度电?要?(?:多少|几)|(?:多少|几[块毛角分])一度|[交缴付要]多少|电费是多少|怎么收费|怎么算钱"
)
_BILL = re.compile("上个?月|上上个?月|去年|账单|为什么|为啥|怎么这么|怎么会")
_HOME = re.compile("居民|家里|我家|自家|家用|家庭|住宅|宿舍")
_FARM = re.compile(
    "农业(?!银行)|农田|[灌排]溉|排灌|抽水(?!马桶)|浇[地水田园]|[鱼虾蟹]塘|增氧|大棚|养殖|养[猪鸡鸭鹅牛羊鱼虾蟹]|[猪鸡鸭牛羊]场|孵化"
    "|育苗|果园|茶园|稻田|种植|农场|合作社|烘干[稻谷粮]|打井"
)
_TRADE = re.compile(
    "商[业铺户场]|工业|工商|店[铺面里]|门[面店市]|铺[子面]|开了?个?家?.{0,3}店|[小饭酒药花书茶餐水果服装理发]店|超市|饭馆|餐[馆厅]|[面菜宾旅茶]馆"
    "|美容院|网吧|健身房|写字楼|办公|企业|(?<!供电)(?<!电力)公司|单位|(?<![电水])厂(?!家)|车间|作坊|仓库|冷库"
)
_INSTITUTION = re.compile("学校|幼儿园|养老院|敬老院|福利院|居委会|村委会|[寺教][庙堂]")
_FIRM = re.compile("公司|企业|工厂|厂|单位|店|商铺")
_TIER = re.compile(
    "[进到入超跳]了?(?:第?[二三23两]档|几档|档|第几档)|第几档|哪[一个]*档|几档了|还[差剩能][^，。]*档|超没超|超档|跳档|离第?[二三两]档|离下一?档"
)
_LOW_INCOME = re.compile("低保|五保|特困")
_SHARED, _CHARGING = re.compile("合表"), re.compile("充电桩")
_HOW_TO = re.compile(
    "怎么(?:开|办|申请|取消|关|弄)|如何(?:开|办|申请|取消)|加[点些]?额度|申请|办理|开通|取消|材料|手续|资料|证明"
)
_WORTH = re.compile("划算|合算|划得来|值不值|省不省|便宜吗|哪个[便省]|能省")
_ANOTHER = re.compile("那|呢|如果|要是|假如|换成")
_STOP = re.compile("暂停|报停|停用|停[了掉]?|减容|封存")


def figure(written: str) -> Decimal | None:
    """315, 三百一十五, 两千, 半."""
    if written == "半":
        return Decimal("0.5")
    try:
        return (
            Decimal(written)
            if written.isascii()
            else Decimal(str(cn2an.cn2an(written.replace("〇", "零"), "smart")))
        )
    except (ValueError, InvalidOperation):
        return None


@dataclass(frozen=True)
class Energy:
    """kWh of the message: of the month, of the year before it, by day and by night; None: not named."""

    month: Decimal | None = None
    year: Decimal | None = None
    day: Decimal | None = None
    night: Decimal | None = None

    @property
    def by_hours(self) -> tuple[Decimal, Decimal] | None:
        """By day and by night, if the message parts them."""
        if self.night is None and self.day is None:
            return None
        if self.month is not None and (self.night is None) != (self.day is None):
            rest = max(self.month - (self.night or self.day or Decimal(0)), Decimal(0))
            return (rest, self.night) if self.night is not None else (self.day or Decimal(0), rest)
        return self.day or Decimal(0), self.night or Decimal(0)

    @property
    def kwh(self) -> Decimal | None:
        """Of the month, whichever way it was named."""
        return sum(self.by_hours, Decimal(0)) if self.by_hours else self.month


def energy_of(text: str, entities: Sequence[dict[str, Any]]) -> Energy:
    """What a message's kWh are, by the words before them, or behind where none stand before the first."""
    read = [
        (e, value)
        for e in entities
        if e.get("entity") == "energy" and (value := _value(e.get("value"))) is not None
    ]
    read.sort(key=lambda one: int(one[0].get("start") or 0))
    found: dict[str, Decimal] = {}
    ends = [0, *(int(e.get("end") or 0) for e, _ in read)]
    pieces = [
        (text[end : int(e.get("start") or 0)], _BEHIND.match(text[int(e.get("end") or 0) :]))
        for end, (e, _) in zip(ends, read, strict=False)
    ]
    behind = bool(pieces) and not _label(pieces[0][0]) and pieces[0][1] is not None
    for (before, after), (_, value) in zip(pieces, read, strict=True):
        found.setdefault(_label(after[0] if behind and after else before) or "month", value)
    return Energy(**found)


def energy_in(turn: Turn) -> Energy:
    """The kWh of the message; where it only adds the year's use to an estimate just made, that estimate's as well."""
    now = energy_of(turn.text, turn.entities("energy"))
    if not turn.earlier or ESTIMATED not in history.done(turn.earlier[0]):
        return now
    message = turn.earlier[0][0]
    entities = (message.get("parse_data") or {}).get("entities") or []
    before = energy_of(str(message.get("text") or ""), entities)
    if before.kwh is None or asks_tier(turn.text):
        return now
    if now.kwh is None and now.year is not None:
        return replace(before, year=now.year)
    answers = turn.intent == "inform" and now.by_hours is None and not _ANOTHER.search(turn.text)
    return (
        replace(before, year=now.month) if answers and before.year is None and now.month is not None else now
    )


def earlier_texts(turn: Turn) -> list[str]:
    """What the resident said in the two turns before, latest first."""
    return [str(events[0].get("text") or "") for events in turn.earlier[:2]]


def _label(words: str) -> str:
    labels = (("night", _VALLEY), ("day", _DAY), ("month", _MONTH), ("year", _YEAR))
    placed = [(hits[-1].start(), name) for name, at in labels if (hits := list(at.finditer(words)))]
    return max(placed)[1] if placed else ""


def _value(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


@dataclass(frozen=True)
class Length:
    """So many months and days."""

    months: int
    days: int

    def after(self, day: date) -> date:
        return months_later(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        return months_later(day, -self.months) - timedelta(days=self.days)


def length_of(text: str) -> Length | None:
    """The first length of time in the text: 30天, 两个月, 半年, 一个半月; None if there is none."""
    for match in _LENGTH.finditer(text):
        number = figure(match[1])
        if number is None or not 0 < number <= LONGEST[match["unit"][0]]:
            continue
        if match["unit"] == "月" and "个" not in match[0]:  # the month of a date
            continue
        number += Decimal("0.5") if match["half"] or match["and_half"] else 0
        whole, part = divmod(number, 1)
        match match["unit"]:
            case "天":
                return Length(0, int(number))
            case "月":
                return Length(int(whole), 15 if part else 0)
            case "年":
                return Length(int(number * 12), 0)
            case _:
                return Length(0, int(number * 7))
    return None


def capacity_of(text: str) -> Decimal | None:
    """kVA: 315千伏安, 两台630kVA, 400的变压器."""
    for match in _KVA.finditer(text):
        number, count = figure(match[2] or match[3]), figure(match[1]) if match[1] else Decimal(1)
        if number and count:
            return number * count
    return None


def demand_of(text: str) -> Decimal | None:
    """kW of contract demand, where the message speaks of demand."""
    match = _KW.search(text) if "需量" in text else None
    return figure(match[1]) if match else None


def people_of(text: str) -> int:
    """How many live there; 1 where nothing is said."""
    match = _PEOPLE.search(text)
    number = figure(match[1]) if match else None
    return int(number) if number and 1 <= number <= 99 else 1


def first_day_of(turn: Turn) -> date | None:
    """The day that something begins on, if the message names one from today on."""
    for entity in turn.entities("time"):
        try:
            start = datetime.fromisoformat(str(entity.get("from")))
        except ValueError:
            continue
        if (
            start.tzinfo
            and start.date() >= clock.now().date()
            and not _LENGTH.fullmatch(turn.words_of(entity))
        ):
            return start.date()
    return None


def asks_price(turn: Turn) -> bool:
    """Whether the message asks what so many kWh cost, and not for a bill."""
    return bool(turn.entities("energy") and asks_sum(turn.text) and not _BILL.search(turn.text))


def asks_sum(text: str) -> bool:
    """Whether it asks for so much money: 多少钱, 几毛钱一度."""
    return bool(_PRICE.search(text))


def asks_tier(text: str) -> bool:
    """Whether it asks which tier the use falls into."""
    return bool(_TIER.search(text))


def use_of(text: str) -> Use | None:
    """What the power is used for, where the words say so: no household's prices hold for a firm or a farm."""
    if _FARM.search(text):
        return "farm"
    if _TRADE.search(text):
        return "firm"
    return "home" if _HOME.search(text) else None


def use_in(turn: Turn) -> Use | None:
    """Of the message, else of those right before it: 那六百度呢 is asked by the same shop."""
    return next(filter(None, map(use_of, [turn.text, *earlier_texts(turn)])), None)


def is_firm(text: str) -> bool:
    return bool(_FIRM.search(text))


def low_income(text: str) -> bool:
    return bool(_LOW_INCOME.search(text))


def price_class(text: str) -> str:
    """`shared`, `charging` or `institution` where the message says so, else `tiered`."""
    kinds = (("charging", _CHARGING), ("shared", _SHARED), ("institution", _INSTITUTION))
    return next((kind for kind, words in kinds if words.search(text)), "tiered")


def asks_how_to(text: str) -> bool:
    return bool(_HOW_TO.search(text))


def asks_worth(text: str) -> bool:
    return bool(_WORTH.search(text))


def speaks_of_stopping(text: str) -> bool:
    return bool(_STOP.search(text))
