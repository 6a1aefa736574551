"""The second item by which a resident proves an account: holder's full name, phone's last four digits, or door."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from actions.reading import plain
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "lookups" / "identity.yml"

_HAN = re.compile(r"^[\u4e00-\u9fff·]+$")
_FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_BARE = re.compile(r"^\d{1,5}$")
_DASHED = re.compile(r"(?<!\d)\d{1,3}(?:-\d{1,5}){1,2}(?!\d)")
_NUMERAL = "[0-9一二三四五六七八九十百零〇两a-zA-Z]"
_DOORS = (
    re.compile(rf"(?:{_NUMERAL}+(?:号楼|栋|幢|座|楼|单元|号|-)\s*)*{_NUMERAL}+(?:室|房间|房|号)"),
    re.compile(rf"(?:{_NUMERAL}+(?:号楼|栋|幢|座|单元)\s*)+{_NUMERAL}+"),
)
_PUNCTUATION = re.compile(r"[\s，。,.!！?？:：;；、]+")


@dataclass(frozen=True)
class SecondItem:
    """Arguments of `Accounts.verify`; a bare number can be a phone's ending or a door, and is tried as both."""

    holder_name: str | None = None
    phone_last4: str | None = None
    door_number: str | None = None

    def given(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}

    def __repr__(self) -> str:
        return f"SecondItem({', '.join(self.given())})"  # names only: the values are what proves


@dataclass(frozen=True)
class SurnameOnly:
    """A surname, with or without a title: proves nothing."""


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    loaded["surnames"] = frozenset(loaded["surnames"].replace(" ", "")) | set(loaded["double_surnames"])
    return loaded


def second_item(
    text: str, entities: Sequence[Mapping[str, Any]] = (), *, asked: bool
) -> SecondItem | SurnameOnly | None:
    """What the words offer. Unasked, only what is plainly such an item; asked, also what merely looks like one.

    `entities`: of the same message, with their `value` as written.
    """
    written = plain(text)
    if found := _by_phone(written, asked=asked):
        return found
    for entity in entities:
        value = str(entity.get("value") or "")
        if entity.get("entity") == "person_name" and value in text:
            return _named(value)
    doors = [found[0] for pattern in (_DASHED, *_DOORS) for found in pattern.finditer(written)]
    if doors:
        return SecondItem(door_number=max(doors, key=len).replace(" ", ""))
    if not asked:
        return None
    stripped = _stripped(written)
    if _BARE.match(stripped):
        return SecondItem(
            phone_last4=stripped if len(stripped) == 4 else None,
            door_number=stripped if len(stripped) > 1 else None,
        )
    if four := _FOUR.search(written):
        return SecondItem(phone_last4=four[0], door_number=four[0])
    return _named(stripped) if _looks_like_name(stripped) else None


def _by_phone(written: str, *, asked: bool) -> SecondItem | None:
    if mobile := _MOBILE.search(written):
        return SecondItem(phone_last4=mobile[0][-4:])
    if any(word in written for word in _words()["phone_words"]) and (four := _FOUR.search(written)):
        return SecondItem(phone_last4=four[0])
    return None


def _stripped(written: str) -> str:
    """Without what people say before and after a name."""
    rest = _PUNCTUATION.sub("", written)
    changed = True
    while changed:
        changed = False
        for word in _words()["lead_ins"]:
            if rest.startswith(word) and len(rest) > len(word):
                rest, changed = rest.removeprefix(word), True
                break
    for word in _words()["endings"]:
        if rest.endswith(word) and len(rest) > len(word) + 1:
            rest = rest.removesuffix(word)
    return rest


def _surname(name: str) -> str:
    known = _words()["surnames"]
    return next((name[:size] for size in (2, 1) if name[:size] in known and len(name) >= size), "")


def _looks_like_name(word: str) -> bool:
    if not _HAN.match(word) or (len(word) > 1 and len(set(word)) == 1):  # 谢谢
        return False
    if set(word) & set(_words()["never_in_names"]):
        return False
    if word.startswith("姓") or (word.endswith(tuple(_words()["companies"])) and len(word) >= 4):
        return True
    return 1 <= len(word) <= 4 and bool(_surname(word))


def _named(name: str) -> SecondItem | SurnameOnly:
    bare = _PUNCTUATION.sub("", name).removeprefix("姓")
    surname = _surname(bare)
    given = bare.removeprefix(surname)
    if len(bare) < 2 or not given or given in _words()["titles"] or name.startswith("姓"):
        return SurnameOnly()
    return SecondItem(holder_name=bare)


def name_in(text: str, *, asked: bool) -> str:
    """A name as somebody gives it (王建国, 王先生, 宏达公司), '' if there is none; unasked only after 我叫 and the like."""
    written = plain(text)
    called = re.search(
        r"(?:我叫|我姓|姓名|联系人(?:是|叫)?|名字(?:是|叫)?)[:：\s]*([\u4e00-\u9fff·]{1,6})", written
    )
    stripped = _stripped(called[1] if called else written if asked else "")
    return stripped if stripped and _looks_like_name(stripped.removeprefix("姓")) else ""
