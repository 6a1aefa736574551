"""Toneless syllables: what speech recognition confuses sounds alike, so it looks alike here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token

from bot.components.base import register
from bot.components.terms import TermFeaturizer, ngrams, unit_of


@lru_cache(maxsize=32768)
def syllable(character: str) -> str:
    """The most frequent toneless reading of one Chinese character; other text as it is."""
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL, errors="default")[0])


@register("MESSAGE_FEATURIZER", trainable=True)
class PinyinNgrams(TermFeaturizer):
    """N-grams of one to `max_size` syllables."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_size`: syllables in the longest n-gram."""
        return {**TermFeaturizer.get_default_config(), "max_size": 2}

    def terms(self, tokens: list[Token]) -> list[list[str]]:
        """N-grams of syllables that begin at each token."""
        units = [unit_of(token) for token in tokens]
        return ngrams(
            [syllable(unit) if len(unit) == 1 else unit for unit in units], 1, self.config["max_size"]
        )
