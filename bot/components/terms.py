"""Sparse features of terms (n-grams, words, syllables): a vocabulary, weighted tf-idf, length one."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import Counter
from pathlib import Path
from typing import Any, Iterable

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.components.base import BrokenModel, TrainedComponent, read_arrays, read_json, write_json
from bot.components.reading import READING, ReadingNormalizer
from bot.components.tokenizer import tokens_of


def unit_of(token: Token) -> str:
    """How a token counts in an n-gram: a number from three digits on is its length, so that no account is learnt."""
    reading: str = token.get(READING, "")
    return f"#{min(len(reading), 20)}" if len(reading) > 2 and reading.isdigit() else reading


def ngrams(units: list[str], low: int, high: int) -> list[list[str]]:
    """For each unit the n-grams of `low` to `high` units that begin there; left-out units (empty) begin none."""
    present = [(index, unit) for index, unit in enumerate(units) if unit]
    grams: list[list[str]] = [[] for _ in units]
    for place, (index, _) in enumerate(present):
        for size in range(low, high + 1):
            if place + size <= len(present):
                grams[index].append(" ".join(unit for _, unit in present[place : place + size]))
    return grams


class TermFeaturizer(TrainedComponent):
    """Base: a subclass says which terms begin at each token.

    Sentence features are (1, vocabulary), sublinear tf-idf of length one; sequence features, where `sequence` asks for
    them, are (tokens, vocabulary), 1.0 for each term that begins at the token. Unknown terms count for nothing.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._columns: dict[str, int] = {}
        self._weights = np.zeros(0, dtype=np.float32)

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on readings."""
        return [ReadingNormalizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`min_count`: training messages a term must occur in; `sequence`: whether each token gets features too."""
        return {"min_count": 2, "sequence": True}

    @abstractmethod
    def terms(self, tokens: list[Token]) -> list[list[str]]:
        """The terms that begin at each token, as many lists as tokens."""

    @property
    def _counted(self) -> str:
        return f"terms of {type(self).__name__}"

    def prepare(self, training_data: TrainingData) -> None:
        """Called before the vocabulary is counted."""

    def train(self, training_data: TrainingData) -> Resource:
        """Count the vocabulary and store it."""
        self.prepare(training_data)
        counts: Counter[str] = Counter()
        messages = 0
        for message in training_data.training_examples:
            tokens = tokens_of(message)
            if tokens:
                messages += 1
                terms = self.terms(tokens)
                counts.update({term for here in terms for term in here})
                message.set(self._counted, terms)  # for the features, which are made next
        kept = sorted(term for term, count in counts.items() if count >= self.config["min_count"])
        self._columns = {term: column for column, term in enumerate(kept)}
        idf = [math.log((1 + messages) / (1 + counts[term])) + 1 for term in kept]
        self._weights = np.asarray(idf, dtype=np.float32)
        with self._storage.write_to(self._resource) as directory:
            self.persist(directory)
        return self._resource

    def persist(self, directory: Path) -> None:
        """Vocabulary as JSON, weights as a plain array."""
        write_json(directory / "terms.json", list(self._columns))
        np.savez_compressed(directory / "weights.npz", idf=self._weights)

    def restore(self, directory: Path) -> None:
        """Vocabulary and weights."""
        self._columns = {term: column for column, term in enumerate(read_json(directory / "terms.json"))}
        (self._weights,) = read_arrays(directory / "weights.npz", "idf")
        if len(self._columns) != len(self._weights):
            raise BrokenModel(
                f"{type(self).__name__}: {len(self._columns)} terms, {len(self._weights)} weights"
            )

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add sequence and sentence features to the messages."""
        for message in messages:
            if isinstance(message.get(TEXT), str):
                terms = message.data.pop(self._counted, None) or self.terms(tokens_of(message))
                rows = [self._known(here) for here in terms]
                if self.config["sequence"]:
                    self._add(message, FEATURE_TYPE_SEQUENCE, self._sequence(rows))
                self._add(message, FEATURE_TYPE_SENTENCE, self._sentence(rows))
        return messages

    def _add(self, message: Message, kind: str, matrix: csr_matrix) -> None:
        message.add_features(Features(matrix, kind, TEXT, type(self).__name__))

    def _known(self, terms: Iterable[str]) -> list[int]:
        return sorted({self._columns[term] for term in terms if term in self._columns})

    def _sequence(self, rows: list[list[int]]) -> csr_matrix:
        columns = np.fromiter((column for row in rows for column in row), dtype=np.int32)
        borders = np.zeros(len(rows) + 1, dtype=np.int32)
        np.cumsum([len(row) for row in rows], out=borders[1:])
        ones = np.ones(len(columns), dtype=np.float32)
        return csr_matrix((ones, columns, borders), shape=(len(rows), len(self._columns)))

    def _sentence(self, rows: list[list[int]]) -> csr_matrix:
        counts = Counter(column for row in rows for column in row)
        columns = np.fromiter(sorted(counts), dtype=np.int32, count=len(counts))
        often = np.fromiter((counts[int(column)] for column in columns), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self._weights[columns] if len(columns) else often
        length = float(np.sqrt((values**2).sum()))
        if length:
            values = values / length
        borders = np.asarray([0, len(columns)], dtype=np.int32)
        return csr_matrix((values.astype(np.float32), columns, borders), shape=(1, len(self._columns)))
