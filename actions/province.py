"""Whose rules apply: the province that the message names, the one of the resident's account or place, else the house's."""

from __future__ import annotations

from functools import lru_cache

import yaml

from actions.outage import address_of
from actions.turn import Turn
from backends.desk import StaleEpoch
from kit.errors import HotlineError
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)
REGIONS = ROOT / "data" / "knowledge" / "regions.yml"


async def province_of(turn: Turn) -> str:
    """Without its ending (上海, 江苏). A system that does not answer leaves what is known without it."""
    if named := named_in(turn.text):
        return named
    try:
        found = await _of_place(turn, address_of(turn)) or await _of_account(turn)
        found = found or await _of_place(turn, str(turn.slot("address") or ""))
    except StaleEpoch:
        raise
    except HotlineError as error:
        log.warning("province_unknown", error=type(error).__name__)
        found = ""
    return found or turn.clients.wording.province


async def _of_place(turn: Turn, address: str) -> str:
    if not address:
        return ""
    answer = await turn.clients.outages.place(address)
    provinces = {place.province for place in answer.places}
    return _short(provinces.pop()) if len(provinces) == 1 else ""


async def _of_account(turn: Turn) -> str:
    """Of the account verified in this conversation."""
    standing = await turn.clients.desk.standing(conversation=turn.conversation)
    if not standing.account_number:
        return ""
    return _short((await turn.clients.accounts.balance(standing.account_number)).province)


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


def _short(province: str) -> str:
    return named_in(province) or province


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Province by each name of itself and of its cities."""
    read = yaml.safe_load(REGIONS.read_text("utf-8"))
    named = {name: name for name in read["provinces"]}
    return named | {city: province for province, cities in read["cities"].items() for city in cities}
