"""Yes and no as the telephone hears them: 堆 for 对, 四 for 是, 部队 for 不对.

Only while a question of yes or no stands: elsewhere 队 is a queue and 四 a number. Then the sound decides before
anything else does, for a syllable tells a classifier nothing. So do the characters of a message that is made of nothing
but words of assent (`agrees`): a model that takes every message for one of its intents calls nonsense a yes as well.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from kit.settings import ROOT
from kit.sounds import heard

if TYPE_CHECKING:
    from actions.turn import Turn

LOOKUP = ROOT / "data" / "lookups" / "assent.yml"
_PAUSE = re.compile(r"[，,。.！!；;、 ]+")
_ASKS = re.compile(r"[?？]")
LONGEST = 16  # characters of a message that is made of words of assent alone
INTENTS = {"yes": "affirm", "no": "deny"}


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _sounds() -> dict[tuple[str, ...], tuple[str, str]]:
    """Word and intent by sound, of words that sound alike the first."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for answer, intent in INTENTS.items():
        for word in _words()[answer]:
            found.setdefault(heard(word), (word, intent))
    return found


@lru_cache(maxsize=1)
def _made_of_assent() -> re.Pattern[str]:
    assents, around = ("|".join(map(re.escape, _words()[key])) for key in ("assents", "around"))
    return re.compile(rf"(?:{around})*(?:{assents})(?:{assents}|{around})*")


def agrees(text: str) -> bool:
    """Whether the text is made of words of assent and of nothing else."""
    letters = _letters(text).lower()
    return len(letters) <= LONGEST and bool(_made_of_assent().fullmatch(letters))


def opens(text: str) -> bool:
    """Whether the text begins with words of assent and goes on after a pause."""
    return agrees(_PAUSE.split(text.strip(), maxsplit=1)[0])


def answered(text: str) -> tuple[str, str] | None:
    """The yes or no that the text is while yes or no is asked, as a word and its intent; None if it is anything more."""
    if _ASKS.search(text):
        return None
    if agrees(text):
        return _words()["yes"][0], INTENTS["yes"]
    return sounds_like(text)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def sounds_like(text: str) -> tuple[str, str] | None:
    """The yes or no that the text sounds like, and its intent; None if it is anything more."""
    return _sounds().get(heard(_letters(text)))


def to_offer(turn: Turn) -> tuple[str, str] | None:
    """The same for what was offered in the turn before, where no form asks; None where it was understood as that anyway."""
    if turn.loop or not isinstance(turn.standing, str):
        return None
    found = answered(turn.text)
    return found if found and not (turn.understood and turn.intent == found[1]) else None
