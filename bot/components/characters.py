"""Character n-grams across word borders."""

from __future__ import annotations

from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token

from bot.components.base import register
from bot.components.terms import TermFeaturizer, ngrams, unit_of


@register("MESSAGE_FEATURIZER", trainable=True)
class CharacterNgrams(TermFeaturizer):
    """N-grams of one to `max_size` tokens of the reading; its beginning and end are units too."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_size`: tokens in the longest n-gram."""
        return {**TermFeaturizer.get_default_config(), "max_size": 3}

    def terms(self, tokens: list[Token]) -> list[list[str]]:
        """N-grams that begin at each token."""
        units = [unit_of(token) for token in tokens]
        if not any(unit.strip() for unit in units):
            return [[] for _ in units]
        begin, *found, _ = ngrams(["^", *units, "$"], 1, self.config["max_size"])
        found[0] = begin[1:] + found[0]
        return found
