"""Numbers that identify: account, phone, ticket, meter. By rule, because a learnt border here is a wrong number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import HotlineComponent, register
from bot.components.numerals import DIGITS
from bot.components.reading import Reading, ReadingNormalizer, reading_of
from bot.components.spoken import FILLER, HEARD

KINDS = ("account_number", "phone_number", "ticket_number", "meter_number")

_DIGIT = "[" + "".join(DIGITS).replace("俩", "").replace("仨", "").replace("两", "") + "]"
_GAP = "[ \\-‐-―−_·]{1,3}"
# Speech recognition writes a pause as a comma; between Arabic digits a comma ends a number.
_PAUSE = "(?<![0-9])[,、。]{1,2}(?![0-9])"
_FILLED = f"[ ,、…。]*(?:{FILLER}[ ,、…。]*){{1,3}}"
# A numeral with tens or a unit after a pause is another one.
_BETWEEN = f"(?:(?:{_GAP}|{_PAUSE}|{_FILLED})(?!{_DIGIT}{{1,4}}[十百千万亿块元毛度月号点]))?"
# Words heard for a digit, of one kind in a place.
_HEARD_KINDS = [
    "".join(character for character, digit in HEARD.items() if digit == value) for value in range(10)
]
_HEARD = "(?:" + "|".join(f"[{kind}]{{1,3}}" for kind in _HEARD_KINDS if kind) + ")"
_RUN = re.compile(f"\\+?{_DIGIT}(?:{_BETWEEN}{_DIGIT})*")
_HEARD_RUN = re.compile(
    f"\\+?{_DIGIT}(?:{_BETWEEN}{_DIGIT}|{_BETWEEN}{_HEARD}(?={_BETWEEN}{_DIGIT})|{_HEARD}(?=$|[,。;!?、 ]|的|对))*"
)
_PLAIN_DIGITS = 6  # so many digits make a run of them a number in which other words may be digits
_GROUP = re.compile(f"(?:{_DIGIT}|[{''.join(HEARD)}])+")
_VALUES = {**HEARD, **DIGITS}
# After such words a number is said again.
_CORRECTED = re.compile(
    "不对|错了|说错|讲错|报错|念错|更正|重说|重新说|应该是|口误|不是这个|搞错|弄错|改成是"
)
_DATE = re.compile(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}(?!\d)")
# A unit right after the run makes it a quantity. Also 千 and 万: the run then only begins a numeral.
_UNIT = re.compile(r"\s*(?:元|块|毛|角|度|千瓦|kwh|kw|伏|v\b|安培|[十百千万亿点.]|年|月|日|号楼|%)")

_ACCOUNT_CUE = re.compile("户号|户头|用户号|客户编号|用电编号|用户编号|账号|帐号|缴费号|编号|总户号")
_METER_CUE = re.compile(
    "电表号|电表编号|电能表号|电能表编号|表号|表计号|资产号|资产编号|表上的号|表码编号|电表的?号码?|表[^,。号户]{0,6}(?:数字|条码|条形码)"
)
_PHONE_CUE = re.compile("电话|手机|联系方式|座机|号码打|打给|拨")
_TICKET_CUE = re.compile("工单|单号|受理号|受理编号|流水号")
_NEAR = 14  # characters before a run in which a word may say what it is

_MOBILE = re.compile(r"(?:0086|86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")
_TICKET = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}")


@dataclass(frozen=True)
class Number:
    """A number in a reading: kind, offsets, ASCII digits."""

    kind: str
    start: int
    end: int
    value: str


def find_numbers(text: str) -> list[Number]:
    """Numbers in a reading, in order, never overlapping.

    A run of digits counts as a whole; blanks and dashes may part it. Only if the whole is no number may its
    groups be numbers each: ten digits out of thirteen are nobody's account.

    >>> find_numbers("户号3100 0000 00018")
    [Number(kind='account_number', start=2, end=17, value='3100000000018')]
    """
    found: list[Number] = []
    for match in _HEARD_RUN.finditer(text):
        run = match.group()
        if sum(character in DIGITS for character in run) < _PLAIN_DIGITS or _DATE.search(run):
            continue
        after = found[-1].end if found else 0
        numbers = list(_in_run(text, match.start(), match.end(), after))
        if not numbers and _may_be_words(run):
            # It was no digit after all: pay, please.
            for plain in _RUN.finditer(text, match.start(), match.end()):
                numbers += _in_run(text, plain.start(), plain.end(), numbers[-1].end if numbers else after)
        found.extend(numbers)
    return _last_said(text, found)


def _may_be_words(run: str) -> bool:
    heard = [character for character in run if character in HEARD]
    return bool(heard) and all(character in "要吧似" for character in heard)


def _last_said(text: str, found: list[Number]) -> list[Number]:
    # Of two numbers of a kind the second counts where it corrects the first.
    kept: list[Number] = []
    for number in found:
        last = kept[-1] if kept else None
        if last and last.kind == number.kind and _CORRECTED.search(text, last.end, number.start):
            kept.pop()
        kept.append(number)
    return kept


def _in_run(text: str, start: int, end: int, after: int) -> Iterator[Number]:
    groups = [(start + group.start(), start + group.end()) for group in _GROUP.finditer(text[start:end])]
    for pieces in _partitions(groups):
        numbers = []
        earlier = after
        for first, last in pieces:
            kind_value = _classify(text, first, last, earlier)
            if kind_value:
                numbers.append(Number(kind_value[0], first, last, kind_value[1]))
                earlier = last
        if numbers and (len(numbers) == len(pieces) or len(pieces) == len(groups)):
            if text[start] == "+" and numbers[0].start == start + 1 and numbers[0].kind == "phone_number":
                numbers[0] = Number("phone_number", start, numbers[0].end, numbers[0].value)
            yield from numbers
            return


def _partitions(groups: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    # The whole run, then the run cut in two at each gap, then every group for itself.
    start, end = groups[0][0], groups[-1][1]
    yield [(start, end)]
    for place in range(1, len(groups)):
        yield [(start, groups[place - 1][1]), (groups[place][0], end)]
    if len(groups) > 2:
        yield groups


def _classify(text: str, start: int, end: int, earlier: int) -> tuple[str, str] | None:
    written = text[start:end]
    digits = "".join(str(_VALUES[character]) for character in written if character in _VALUES)
    if _UNIT.match(text, end):
        return None
    before = text[max(earlier, start - _NEAR) : start]
    cue = _nearest_cue(before)
    if cue == "meter_number" and 6 <= len(digits) <= 24:
        return "meter_number", digits
    if len(digits) == 14 and (_TICKET.fullmatch(digits) or cue == "ticket_number"):
        return "ticket_number", digits
    plus = start > 0 and text[start - 1] == "+"
    mobile = _MOBILE.fullmatch(digits)
    if mobile and (
        len(digits) == 11 or plus or written.startswith(("86-", "86 ", "0086")) or cue == "phone_number"
    ):
        return "phone_number", mobile.group(1)
    if cue != "account_number" and (_LANDLINE.fullmatch(digits) or _is_service(digits, written, cue)):
        return "phone_number", digits
    if cue == "phone_number":
        return ("phone_number", digits) if len(digits) in (7, 8) and digits[0] in "2345678" else None
    return ("account_number", digits) if len(digits) in (10, 13) else None


def _is_service(digits: str, written: str, cue: str | None) -> bool:
    return bool(_SERVICE.fullmatch(digits)) and (
        cue == "phone_number" or bool(re.match(r"[48]00[ -]", written))
    )


def _nearest_cue(before: str) -> str | None:
    places = {}
    for kind, cue in (
        ("account_number", _ACCOUNT_CUE),
        ("phone_number", _PHONE_CUE),
        ("ticket_number", _TICKET_CUE),
        ("meter_number", _METER_CUE),
    ):
        ends = [match.end() for match in cue.finditer(before)]
        if ends:
            places[kind] = ends[-1]
    # A meter's number is named with words that also name other numbers: the meter wins a draw.
    return max(reversed(places), key=lambda kind: places[kind]) if places else None


@register("ENTITY_EXTRACTOR", trainable=False)
class NumberRules(HotlineComponent):
    """Adds `account_number`, `phone_number`, `ticket_number` and `meter_number`; what it finds wins over what is learnt."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on readings."""
        return [ReadingNormalizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to the messages."""
        for message in messages:
            if not isinstance(message.get(TEXT), str):
                continue
            reading = reading_of(message)
            added = [_entity(reading, number, message.get(TEXT)) for number in find_numbers(reading.text)]
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *added], add_to_output=True)
        return messages


def _entity(reading: Reading, number: Number, text: str) -> dict[str, Any]:
    start, end = reading.span(number.start, number.end)
    return {
        "entity": number.kind,
        "start": start,
        "end": end,
        "text": text[start:end],
        "value": number.value,
        "extractor": NumberRules.__name__,
    }
