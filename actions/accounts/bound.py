"""Accounts remembered for the resident: taking one, choosing of several, offering to remember one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rasa_sdk.events import SlotSet

from actions.turn import Event, Turn
from backends.client import BackendError
from backends.contracts import AccountProfile
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

OFFER = "bind"
TAIL = 4


@dataclass(frozen=True)
class Option:
    """One of several accounts, as a resident tells them apart without anything being given away."""

    number: str
    title: str


async def take(turn: Turn, wanted: str | None) -> str | list[Option]:
    """The bound account that is meant, verified from now on; several: which of them; none: []."""
    kept = (await turn.clients.desk.bindings(conversation=turn.conversation)).bound
    numbers = [one.account_number for one in kept if wanted in (None, one.account_number)]
    if not numbers:
        return []
    if len(numbers) > 1:
        return await options(turn, numbers)
    return numbers[0] if await use(turn, numbers[0]) else []


async def use(turn: Turn, number: str) -> bool:
    """Take a bound account as verified; says so if it has another holder by now."""
    profile = await turn.clients.accounts.profile(number)
    standing = await turn.clients.desk.use_binding(
        conversation=turn.conversation, account_number=number, holder_version=profile.holder_version
    )
    if standing.account_number == number:
        return True
    turn.say("utter_binding_lapsed", account=number[-TAIL:])
    return False


async def others(turn: Turn) -> list[Option]:
    """The bound accounts beside the one spoken of."""
    kept = (await turn.clients.desk.bindings(conversation=turn.conversation)).bound
    here = turn.slot("account_number")
    return await options(turn, [one.account_number for one in kept if one.account_number != here])


async def offer(turn: Turn, number: str) -> list[Event]:
    """Ask whether to remember the account just proved, once in its life with this resident."""
    try:
        state = await turn.clients.desk.bindings(conversation=turn.conversation, account_number=number)
    except HotlineError as error:  # the answer itself stands
        log.warning("binding_not_offered", error=type(error).__name__)
        return []
    if not state.may_ask:
        return []
    turn.say("utter_binding_offer")
    return [SlotSet("offer", OFFER)]


async def options(turn: Turn, numbers: list[str]) -> list[Option]:
    found = await asyncio.gather(
        *(turn.clients.accounts.profile(number) for number in numbers), return_exceptions=True
    )
    return [
        Option(number, title_of(turn, number, profile))
        for number, profile in zip(numbers, found, strict=True)
    ]


def title_of(turn: Turn, number: str, profile: AccountProfile | BaseException) -> str:
    """Ending and door, masked; the ending alone while the utility does not answer."""
    if isinstance(profile, BaseException):
        if not isinstance(profile, BackendError):
            raise profile
        return turn.piece("part_account", account=number[-TAIL:])
    return turn.piece("part_account_door", account=number[-TAIL:], door=profile.door)
