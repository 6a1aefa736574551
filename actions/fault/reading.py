"""What residents say of themselves while they report: telephone, door, who else, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.reading import phones_in, plain, without_phones

_NO_PHONE = re.compile(r"^(?:不用|不要|不必|不留|没有|没|不方便|不想留|算了|不给|无)")
_UNKNOWN = re.compile(
    r"不(?:太|大|是很)?(?:知道|清楚|晓得)|没注意|看不出|没看|不好说|没问|说不(?:准|清|上)|搞不(?:清|懂)|记不|想不起|忘了|叫不(?:上|出)"
)

_N = "[0-9a-zA-Z一二三四五六七八九十百零〇两幺]"
_BUILDING = re.compile(
    rf"{_N}{{1,4}}(?:号楼|栋|幢|座|楼(?=.*(?:室|房|{_N}{{3}}))|号(?!线|码|机|$))|(?<!\d){_N}{{1,3}}号?$"
)
_ROOM = re.compile(
    rf"{_N}{{2,5}}(?:室|房间|房)|(?<=[楼栋幢座元号])\d{{3,4}}(?!\d)|(?<!\d)\d{{1,3}}(?:-\d{{1,5}}){{1,2}}(?!\d)|^\D{{0,4}}\d{{3,4}}$"
)
_ROOM_LAST = re.compile(rf"(?:{_N}{{2,5}}(?:室|房间|房)|\d{{3,4}})$")
_DOOR = re.compile(
    rf"(?:{_N}{{1,4}}(?:号楼|栋|幢|座|楼(?!上|下|道|梯)|号(?!线|码|机))\s*)?(?:{_N}{{1,2}}(?:单元|门)\s*)?"
    rf"(?:{_N}{{2,5}}(?:室|房间|房)|(?<=[楼栋幢座元号])\s*\d{{3,4}}(?!\d))"
    rf"|{_N}{{1,4}}(?:号楼|栋|幢|座)(?:{_N}{{1,2}}单元)?"
    r"|(?<!\d)\d{1,3}(?:-\d{1,5}){1,2}(?!\d)"
)
_NUMBER_OF_ROAD = re.compile(rf"(?:路|街|道|巷){_N}+(?:弄|号(?!楼))")
_LEAD = re.compile(
    r"^(?:我们家|我家|我们|我|家里|家|住在|住|在|就是|是|的|那个|就|嗯+|呃+|哦|喂|对|[，,、 ])+"
)
_TAIL = re.compile(r"[。.!！~，,、 ]+$|(?:的|吧|啊|呀|哦|呢|了)$")

_HOUSEHOLD = re.compile(
    r"(?:就|只有?|光|单|独独|仅)(?:是)?(?:我们?|俺们?|咱们?|阿拉)?(?:这?一?(?:家|户)|自己|自家)|(?:隔壁|邻居|别人|别家|人家|对门|楼上楼下|其他人)[^，。,没不停]{0,6}"
    r"(?:有电|亮|正常|好的|没问题|没事|不停)|其他.{0,4}都有"
)
_BUILDING_WIDE = re.compile(
    r"(?:整|全|一)个?(?:栋|幢|楼|单元|层)|楼里都|(?:隔壁|邻居|对门|楼上|楼下|左右).{0,6}(?:也|都|全)(?:没|停|黑|一样|是)|我们(?:这个?)?(?:栋|幢|楼|单元)"
)
_ESTATE_WIDE = re.compile(r"(?:整|全)个?(?:小区|院|弄)|小区(?:里|都|全|也)|我们(?:这个?)?小区")
_AREA_WIDE = re.compile(
    r"(?:整|全)个?(?:村|街|镇|片|条街)|(?:村里|街上|附近|周围|这一?片|一大?片).{0,4}(?:都|也|全)|我们村"
)

_US = re.compile(
    r"^(?:就是|就|只有|只|光)?(?:我们|俺们?|咱们?|我)?(?:自己|自家|这|家里|一?[家户]|一个)*(?:没电|没有|停了|这样|不亮)?[的了吧啊呢嘛。.!！]*$"
)
_NEIGHBOURS = re.compile(
    r"^(?:我看)?(?:隔壁|邻居|别人|别家|人家|对门|楼上|楼下|其他人|左右|旁边)+(?:家|他们|邻居)*(?:都|也|全|还|是)*"
    r"(?:有电|没电|没有电|有|没有|没|亮着|亮的|正常|停了|黑的|一样)(?:的|了|啊|呢|吧)*[。.!！]*$"
)
_NO = re.compile(r"^(?:不对|不是|错|不|没有|搞错|弄错|说错|有误|不太对)")
_BACK = re.compile(
    r"^(?:我们?家|家里|哦|啊|哎|咦|诶|欸|喂|等等|等一?下|不用了?|算了|那个|已经|刚刚?|又|现在|好像|可以了|突然|[，, ])*(?:来电了|有电了|恢复了|通电了|送电了|亮了|好了)(?:[。.!！啊呀]|$|，?谢谢|，?不用)"
)
_PLACE = r"(?:小区|村|地方|地址|地点|位置|弄|院子)"
_OTHER_PLACE = re.compile(
    rf"(?:另外?一?[个处]|别的|其他的?|换个?)(?:的)?{_PLACE}|{_PLACE}(?:我)?(?:说|写|弄|搞|报|记)?(?:错|得?不对)|不是(?:这|那)(?:个|一?处|里)?{_PLACE}?(?:[，,。.!！]|$)"
    rf"|(?:说|写|弄|搞|报|记)错了?{_PLACE}"
)
_BESIDE = re.compile(r"隔壁|旁边|对面|附近|周围|邻居|也")
_DOUBTED = {
    "door": re.compile(r"栋|幢|号楼|楼号|单元|门牌|室|房号|几楼|座"),
    "phone": re.compile(r"电话|手机|号码|联系"),
    "scope": re.compile(r"范围|邻居|隔壁|整栋|整个|不止|不只"),
    "what": re.compile(r"东西|设备|电器|什么坏"),
    "when": re.compile(r"时间|日期|哪天|几点"),
    "place": re.compile(r"地址|地方|小区|路名|弄|村|哪里"),
}


def phone_in(text: str) -> str:
    """A telephone number that can be rung back, digits only; '' if there is none."""
    return next(iter(phones_in(text)), "")


def declines_phone(text: str) -> bool:
    """No number is wanted to be left."""
    return bool(_NO_PHONE.match(plain(text)))


def door_in(text: str, place: str = "") -> str:
    """Building, unit and room, as said; `place`: the name before it, whose own number is no door."""
    written = without_phones(text).replace(" ", "")
    if place and place in written:
        written = written[written.rindex(place) + len(place) :]
    else:
        written = _NUMBER_OF_ROAD.sub(" ", written)
    found = max((match[0] for match in _DOOR.finditer(written)), key=len, default="")
    return found.strip()


def has_building(door: str) -> bool:
    return bool(_BUILDING.search(door) or re.search(r"\d-\d", door))


def has_room(door: str) -> bool:
    return bool(_ROOM.search(door))


def room_of(door: str) -> str:
    """The room at the end of a door; '' if there is none."""
    found = _ROOM_LAST.search(door)
    return found[0] if found else ""


def bare(text: str, longest: int = 30) -> str:
    """An answer without what people say around it."""
    written = _LEAD.sub("", plain(text))
    while (shorter := _TAIL.sub("", written)) != written:
        written = shorter
    return written[:longest]


def scope_in(text: str, *, asked: bool = False) -> str:
    """household, building, estate, area; `unknown` if they cannot tell; '' if it says nothing about it.

    Asked "only you, or the neighbours as well?", short answers mean something that they do not mean elsewhere.
    """
    for scope, words in (
        ("household", _HOUSEHOLD), ("area", _AREA_WIDE), ("estate", _ESTATE_WIDE), ("building", _BUILDING_WIDE),
    ):  # fmt: skip
        if words.search(text):
            return scope
    if not asked:
        return ""
    if _UNKNOWN.search(text):
        return "unknown"
    if re.search(r"小区|弄堂?|大院", text):
        return "estate"
    if re.search(r"村|街|镇|片", text):
        return "area"
    if re.search(r"楼|栋|幢|单元|邻居|隔壁|都|也|大家|全", text):
        return "building"
    return "household" if _US.match(text.strip()) or "有电" in text else ""


def only_of_neighbours(text: str) -> bool:
    """Whether the words tell of the neighbours' power and of nothing else."""
    return bool(_NEIGHBOURS.match(text.strip()))


def other_place(text: str) -> bool:
    """Whether the words say that the place in hand is the wrong one."""
    return bool(_OTHER_PLACE.search(text))


def of_neighbours(text: str) -> bool:
    """Whether another place may be named only as a neighbour of the one in hand."""
    return bool(_BESIDE.search(text))


def says_no(text: str) -> bool:
    return bool(_NO.match(text.strip()))


def says_back(text: str) -> bool:
    """Power is back: nobody needs to come."""
    return bool(_BACK.match(text)) and not re.search(r"没|还不|又停|又跳|又断|什么时候|几点|多久|吗|才", text)


def cannot_tell(text: str) -> bool:
    return bool(_UNKNOWN.search(text))


def doubted(text: str, parts: Sequence[str]) -> str:
    """Which of the parts a correction speaks of; '' if it does not say."""
    return next((part for part, words in _DOUBTED.items() if part in parts and words.search(text)), "")
