"""Whose rules apply: the province that the message names, the one of the resident's account or place, else the house's."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import yaml

from actions.turn import Turn
from backends.contracts import AccountProfile
from backends.desk import StaleEpoch
from kit.errors import HotlineError
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)
T = TypeVar("T")
REGIONS = ROOT / "data" / "knowledge" / "regions.yml"


@dataclass(frozen=True)
class Where:
    """`province` without its ending (上海, 江苏). `account`: the one verified in this conversation, if it lies there."""

    province: str
    account: AccountProfile | None = None


async def province_of(turn: Turn) -> str:
    """Without its ending. A system that does not answer leaves what is known without it."""
    return named_in(turn.text) or (await where(turn)).province


async def where(turn: Turn, before: Sequence[str] = ()) -> Where:
    """What the message names, or one of the messages `before`; else the account; else an address given earlier."""
    said = next(filter(None, map(named_in, [turn.text, *before])), "")
    said = said or await _if_it_answers(_of_place(turn, turn.address)) or ""
    account = await _if_it_answers(_verified(turn))
    if account and said in ("", _short(account.province)):
        return Where(_short(account.province), account)
    said = said or await _if_it_answers(_of_place(turn, str(turn.slot("address") or ""))) or ""
    return Where(said or turn.clients.wording.province)


async def _if_it_answers(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except StaleEpoch:
        raise
    except HotlineError as error:
        log.warning("province_unknown", error=type(error).__name__)
        return None


async def _of_place(turn: Turn, address: str) -> str:
    if not address:
        return ""
    answer = await turn.clients.outages.place(address)
    provinces = {place.province for place in answer.places}
    return _short(provinces.pop()) if len(provinces) == 1 else ""


async def _verified(turn: Turn) -> AccountProfile | None:
    standing = await turn.clients.desk.standing(conversation=turn.conversation)
    number = standing.account_number
    return await turn.clients.accounts.profile(number) if number else None


def named_in(text: str) -> str:
    """The province that the text names first, itself or by a city; '' if none."""
    found = [(text.index(name), province) for name, province in _names().items() if name in text]
    return min(found)[1] if found else ""


def city_in(text: str) -> str:
    """The first city in the text, '' if none."""
    found = [
        (text.index(name), name) for name, province in _names().items() if name != province and name in text
    ]
    return min(found)[1] if found else ""


def names_of_provinces() -> list[str]:
    """Of provinces and of their cities, the longest first."""
    return sorted(_names(), key=len, reverse=True)


def _short(province: str) -> str:
    return named_in(province) or province


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Province by each name of itself and of its cities."""
    read = yaml.safe_load(REGIONS.read_text("utf-8"))
    named = {name: name for name in read["provinces"]}
    return named | {city: province for province, cities in read["cities"].items() for city in cities}
