"""Reading: how the pipeline reads a message. The message's `text` stays as written; features come from the reading.

Traditional characters become simplified, full-width forms half-width, letters lower case; control characters, zero-width
characters and broken surrogates are left out. Each character of the reading knows its place in the text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, register
from bot.components.tokenizer import LIMIT, CharacterTokenizer, tokens_of

READING = "reading"


@dataclass(frozen=True)
class Reading:
    """The normalised text; `origin[i]` is the code point of the original that character `i` stands for."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original text of `text[start:end]`, which must not be empty."""
        return self.origin[start], self.origin[end - 1] + 1

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the reading of what the original's `start:end` became; may be empty."""
        return bisect_left(self.origin, start), bisect_left(self.origin, end)

    def fingerprint(self) -> str:
        """For Rasa's hash of training data."""
        return self.text


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    # OpenCC's table of single characters keeps lengths equal; the phrase tables would not.
    table = {}
    text = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        traditional, _, simplified = line.partition("\t")
        first = simplified.split(" ")[0]
        if len(traditional) == len(first) == 1:
            table[ord(traditional)] = first
    return table


@lru_cache(maxsize=16384)
def _read_character(character: str) -> str:
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E:
        character = chr(code - 0xFEE0)
    elif character.isspace():
        return " "
    elif unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"):
        return ""
    lowered = character.lower()
    character = lowered if len(lowered) == 1 else character
    return _simplified().get(ord(character), character)


def read(text: str, limit: int = LIMIT) -> Reading:
    """The reading of the first `limit` code points of `text`.

    >>> read("電費Ａ１")
    Reading(text='电费a1', origin=(0, 1, 2, 3))
    """
    characters = []
    origin = []
    for position, character in enumerate(text[:limit]):
        plain = _read_character(character)
        if plain:
            characters.append(plain)
            origin.append(position)
    return Reading("".join(characters), tuple(origin))


@register("MESSAGE_FEATURIZER", trainable=False)
class ReadingNormalizer(HotlineComponent):
    """Sets the message's `reading` and every token's (`token.get("reading")`, empty for a left-out character)."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on our tokens."""
        return [CharacterTokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`limit`: code points that are read at all."""
        return {"limit": LIMIT}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Read the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Read the messages."""
        for message in messages:
            text = message.get(TEXT)
            if not isinstance(text, str):
                continue
            reading = read(text, self.config["limit"])
            message.set(READING, reading)
            for token in tokens_of(message):
                start, end = reading.within(token.start, token.end)
                token.set(READING, reading.text[start:end])
        return messages


def reading_of(message: Message) -> Reading:
    """The message's reading; an empty one if it has no text."""
    reading = message.get(READING)
    return reading if isinstance(reading, Reading) else Reading("", ())
