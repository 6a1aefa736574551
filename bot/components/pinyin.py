"""Toneless syllables: what speech recognition confuses sounds alike, so it looks alike here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token

from bot.components.base import register
from bot.components.terms import TermFeaturizer, ngrams, unit_of

# On a bad line the first becomes the second: curled tongue to flat, n to l, f to h, the nasals at the end.
_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=32768)
def syllable(character: str) -> str:
    """The most frequent toneless reading of one Chinese character; other text as it is."""
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL, errors="default")[0])


@lru_cache(maxsize=32768)
def blurred(character: str) -> str:
    """The syllable as a bad line leaves it: pairs that recognition confuses fall together.

    >>> blurred("峰"), blurred("哼"), blurred("师"), blurred("A")
    ('hen', 'hen', 'si', 'A')
    """
    found = syllable(character)
    if found == character:
        return found
    for clear, dull in _STARTS:
        if found.startswith(clear):
            found = dull + found[len(clear) :]
            break
    for clear, dull in _ENDS:
        if found.endswith(clear):
            found = found[: -len(clear)] + dull
    return found


@register("MESSAGE_FEATURIZER", trainable=True)
class PinyinNgrams(TermFeaturizer):
    """N-grams of one to `max_size` blurred syllables."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_size`: syllables in the longest n-gram."""
        return {**TermFeaturizer.get_default_config(), "max_size": 2}

    def terms(self, tokens: list[Token]) -> list[list[str]]:
        """N-grams of syllables that begin at each token."""
        units = [unit_of(token) for token in tokens]
        return ngrams(
            [blurred(unit) if len(unit) == 1 else unit for unit in units], 1, self.config["max_size"]
        )
