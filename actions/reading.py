"""Numbers and choices in what residents write, and what speech recognition makes of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_SPOKEN = dict(zip("零〇一二两三四五六七八九幺", "0012234567891", strict=True))
_SPOKEN_RUN = re.compile(rf"[{''.join(_SPOKEN)}](?:[ \-,，、]*[{''.join(_SPOKEN)}0-9]){{2,}}")
_NUMBER = re.compile(r"\d(?:[ \-,，、.]?\d)*")
# Mobile, land line with its area, 400 and 800; within one place also without the area.
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?(1[3-9]\d(?:[ -]?\d{4}){2}|0(?:10|2\d|[3-9]\d{2})[ -]?[1-9]\d{6,7}|[48]00[ -]?\d{3}[ -]?\d{4})(?!\d)"
)
_PHONE_NEARBY = re.compile(r"(?<!\d)([2-8]\d{6,7})(?!\d)")
_PAUSES = re.compile(r"(?<=\d)[ \-,，、]+(?=\d)")
# What people say around a name that they pick: 天元区的, 就是海州那个吧.
_AROUND_A_NAME = re.compile(r"[\s，。,.]|就是|我说的|我是|那[个边里家处]|这[个边里家处]|[是的吧啊呢呀哦]")
_ORDINAL = re.compile(
    r"^(?:第|选|要|是)*([1-9]|[一二三四五六七八九两])(?:个|号|项|家|处|条|种|件|，|。|吧|\s)*$"
)
_SIDE = re.compile(
    r"^(?:选|要|是)*(?:(?P<first>前|头|上)|(?P<last>最后)|(?P<second>后|下))(?:者|面|边)?[那这一]*(?:个|项|家|处|条|种|件|的|，|。|吧|\s)*$"
)
ACCOUNT_LENGTHS = (10, 13)
NUMBER_LIKE = 6  # as many digits can only be meant as a number of ours


def plain(text: str) -> str:
    """Half-width, and digits spoken one by one written as digits: 三幺零零 is 3100; 六十 stays."""

    def written(run: re.Match[str]) -> str:
        return "".join(_SPOKEN.get(character, character) for character in run[0])

    return _SPOKEN_RUN.sub(written, unicodedata.normalize("NFKC", text)).strip()


@dataclass(frozen=True)
class Number:
    """A digit run: `digits`, and the text without it."""

    digits: str
    rest: str

    @property
    def is_account(self) -> bool:
        """Whether it has the length of an account number."""
        return len(self.digits) in ACCOUNT_LENGTHS


def long_number(text: str) -> Number | None:
    """The number that can be meant as an account number: one of the right length before one of another."""
    written = plain(text)
    found = [
        Number(re.sub(r"\D", "", run[0]), (written[: run.start()] + " " + written[run.end() :]).strip())
        for run in _NUMBER.finditer(written)
    ]
    long = [number for number in found if len(number.digits) >= NUMBER_LIKE]
    return next((number for number in long if number.is_account), long[0] if long else None)


def phones_in(text: str, *, nearby: bool = True) -> list[str]:
    """Telephone numbers of the right length, digits only, as said; read with and without the pauses in them.

    `nearby`: also land lines without their area.
    """
    written = plain(text)
    for pattern in (_PHONE, _PHONE_NEARBY) if nearby else (_PHONE,):
        for read in (written, _PAUSES.sub("", written)):
            if found := pattern.findall(read):
                return [re.sub(r"\D", "", number) for number in found]
    return []


def without_phones(text: str) -> str:
    """The plain text with a blank for every telephone number."""
    return _PHONE_NEARBY.sub(" ", _PHONE.sub(" ", plain(text)))


def names_in(text: str) -> list[str]:
    """What may be a name in an answer: its parts between pauses, without what people say around a name."""
    parts = (_AROUND_A_NAME.sub("", part) for part in re.split(r"[，。,.、；;\s]+", plain(text)))
    return [part for part in parts if part]


def chosen(text: str, options: Sequence[str], shortest: int = 2) -> int | None:
    """Which of the options is meant; None if none or several could be.

    By place (1, 第二个, 前者; 后者 of two, 最后一个) or by a part of its name of at least `shortest` characters.
    """
    written = plain(text)
    if ordinal := _ORDINAL.match(written):
        place = int(_SPOKEN.get(ordinal[1], ordinal[1])) - 1
        return place if place < len(options) else None
    if side := _SIDE.match(written):
        if side["second"] and len(options) != 2:
            return None
        return 0 if side["first"] else len(options) - 1
    wanted = _AROUND_A_NAME.sub("", written)
    if len(wanted) < shortest:
        return None
    names = [_AROUND_A_NAME.sub("", plain(option)) for option in options]
    fitting = [n for n, name in enumerate(names) if wanted in name or name in wanted]
    return fitting[0] if len(fitting) == 1 else None
