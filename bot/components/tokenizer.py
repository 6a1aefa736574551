"""Characters as tokens, so that no entity's border ever falls inside one."""

from __future__ import annotations

import re
from typing import Any

from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import fingerprint, register

LIMIT = 1000
"""Code points of a message that are understood; nobody says more in one breath, and a megabyte must not stall the door."""

_TOKEN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]+|[0-9０-９]+|\S")


@register("MESSAGE_TOKENIZER", trainable=False)
class CharacterTokenizer(Tokenizer):
    """Latin words and digit runs (also full-width) whole; every other character that is not blank is a token.

    `start` and `end` are code points of the text as written, which stays as it is.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's own keys, and `limit`: code points that are cut into tokens."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            "limit": LIMIT,
        }

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any) -> CharacterTokenizer:
        """A new tokenizer; nothing is trained."""
        merged = {**cls.get_default_config(), **config}
        if isinstance(merged["limit"], bool) or not isinstance(merged["limit"], int) or merged["limit"] < 1:
            raise InvalidConfigException(
                f"{cls.__name__}: 'limit' must be a positive int, not {merged['limit']!r}"
            )
        return cls(merged)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The code of this folder."""
        return fingerprint()

    @staticmethod
    def supported_languages() -> list[str] | None:
        """Chinese only."""
        return ["zh"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of the attribute's first `limit` code points."""
        text = message.get(attribute)[: self._config["limit"]]
        return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def tokens_of(message: Message) -> list[Token]:
    """The tokens of the message's text, an empty list if it has none."""
    return message.get(TOKENS_NAMES[TEXT]) or []
