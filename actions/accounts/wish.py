"""What a resident wants of an account, kept while it is being proved whose account it is.

Between the wish and its answer lie a number, a second item, perhaps another matter: the message that completes the
proof says neither which month was meant nor what was asked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Self

from rasa_sdk.events import SlotSet

from actions import history
from actions.turn import Event, Turn
from kit import clock

SLOT = "account_wish"
FORM = "account_form"


@dataclass(frozen=True)
class Wish:
    """`action` answers it; `matter` is the intent, `text` the words; `first` to `last` the days it names, ISO, inclusive."""

    action: str
    matter: str
    text: str
    first: str = ""
    last: str = ""
    amount: str = ""

    @classmethod
    def of(cls, turn: Turn, action: str, own: Collection[str]) -> Self:
        """The message's wish; the one kept, where this message only proves the account or names another one."""
        kept = turn.slot(SLOT)
        if kept and kept["action"] == action and (proved_now(turn) or turn.intent not in own):
            return cls(**kept)
        first, last = _days(turn)
        amounts = [str(entity.get("value") or "") for entity in turn.entities("amount")]
        matter = turn.intent if turn.intent in own else turn.matter
        return cls(action, matter, turn.text, first, last, amounts[0] if amounts else "")

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day it names."""
        if not self.first:
            return None
        return date.fromisoformat(self.first), date.fromisoformat(self.last)

    @property
    def month(self) -> str | None:
        """The month it names, `YYYY-MM`, if its days lie in one."""
        days = self.days
        return (
            f"{days[0]:%Y-%m}"
            if days and (days[0].year, days[0].month) == (days[1].year, days[1].month)
            else None
        )

    def kept(self) -> list[Event]:
        """Events that keep it."""
        return [SlotSet(SLOT, asdict(self)), SlotSet("matter", self.matter)]


def proved_now(turn: Turn) -> bool:
    """Whether this very turn proved the account."""
    return FORM in history.done(turn.events)


def _days(turn: Turn) -> tuple[str, str]:
    """The days of the first time that the message names, '' twice if it names none that has begun."""
    for entity in turn.entities("time"):
        try:
            first = datetime.fromisoformat(str(entity.get("from")))
            until = datetime.fromisoformat(str(entity.get("to") or entity.get("from")))
        except ValueError:
            continue
        if first.tzinfo is None or until.tzinfo is None or first > clock.now():
            continue
        last = max(first, until - timedelta(microseconds=1))
        return first.astimezone(clock.SHANGHAI).date().isoformat(), last.astimezone(
            clock.SHANGHAI
        ).date().isoformat()
    return "", ""
