"""Yes and no as the telephone hears them: 堆 for 对, 四 for 是, 部队 for 不对.

Only while a question of yes or no stands: elsewhere 队 is a queue and 四 a number. Then the sound decides before
anything else does, for a syllable tells a classifier nothing.
"""

from __future__ import annotations

from functools import lru_cache

import yaml

from actions.turn import Turn
from kit.settings import ROOT
from kit.sounds import heard

LOOKUP = ROOT / "data" / "lookups" / "assent.yml"
INTENTS = {"yes": "affirm", "no": "deny"}


@lru_cache(maxsize=1)
def _sounds() -> dict[tuple[str, ...], tuple[str, str]]:
    """Word and intent by sound, of words that sound alike the first."""
    loaded: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for answer, intent in INTENTS.items():
        for word in loaded[answer]:
            found.setdefault(heard(word), (word, intent))
    return found


def sounds_like(text: str) -> tuple[str, str] | None:
    """The yes or no that the text sounds like, and its intent; None if it is anything more."""
    return _sounds().get(heard("".join(character for character in text if character.isalnum())))


def to_offer(turn: Turn) -> tuple[str, str] | None:
    """The same for what was offered in the turn before, where no form asks; None where it was understood as that anyway."""
    if turn.loop or not isinstance(turn.standing, str):
        return None
    found = sounds_like(turn.text)
    return found if found and not (turn.understood and turn.intent == found[1]) else None
