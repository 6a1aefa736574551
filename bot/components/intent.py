"""Intent from all sentence features, with confidences that mean what they say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, vstack
from threadpoolctl import threadpool_limits

from bot.components.base import BrokenModel, TrainedComponent, read_arrays, read_json, register, write_json
from bot.components.characters import CharacterNgrams
from bot.components.noise import NOISE
from bot.components.wide_deep import Network, Settings, fit, softmax

RANKING = "intent_ranking"


def sentence_features(message: Message) -> list[Features]:
    """The message's sentence features, in the order of their origin's name."""
    found = [
        features
        for features in message.features
        if features.attribute == TEXT and features.type == FEATURE_TYPE_SENTENCE
    ]
    return sorted(found, key=lambda features: str(features.origin))


@register("INTENT_CLASSIFIER", trainable=True)
class WideDeepIntentClassifier(TrainedComponent, IntentClassifier):
    """A wide and deep network (see `wide_deep.py`); in the model plain arrays and JSON, so loading needs numpy alone.

    It is the mean of `members` networks. Each leaves out its own tenth of the examples; on what was left out the
    temperature of the confidences is fitted, and how far the classifier leans towards the intents of `lean`: as far as
    takes no more than the given share of all other examples. Confidences over all intents sum to 1; the message gets the
    best `ranking_length`. A text that says nothing (no known feature) is `nothing`, with the confidence of a blind guess.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._intents: list[str] = []
        self._blocks: list[tuple[str, int]] = []
        self._scale = 1.0
        self._temperature = 1.0
        self._lean = np.zeros(0)
        self._network: Network | None = None

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on sentence features, of which these are the least."""
        return [CharacterNgrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See `wide_deep.Settings`; `lean`: intent to the share of other examples that it may take in doubt."""
        return {
            "epochs": 6, "least_steps": 400, "batch": 256, "wide_rate": 0.6, "deep_rate": 0.001, "hidden": 512, "dropout": 0.3, "members": 2,
            "lean": {"report_emergency": 0.01, "out_of_scope": 0.015}, "ranking_length": 10, "nothing": "out_of_scope",
            "seed": 95598,
        }  # fmt: skip

    def train(self, training_data: TrainingData) -> Resource:
        """Fit and store the model; without examples there is none."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        if not examples:
            return self._resource
        self._blocks = [
            (str(block.origin), block.features.shape[-1]) for block in sentence_features(examples[0])
        ]
        intents, labels = np.unique([message.get(INTENT) for message in examples], return_inverse=True)
        self._intents = [str(intent) for intent in intents]
        sparse, dense = self._matrices(examples)
        self._scale = float(1 / max(np.sqrt((dense**2).mean()) if dense.size else 1.0, 1e-6))
        # A noisy copy belongs with its original: seen in training, neither says how the network does on new text.
        _, groups = np.unique(
            [message.get(NOISE) or message.get(TEXT) for message in examples], return_inverse=True
        )
        parts = np.random.default_rng(self.config["seed"]).integers(0, 10, groups.max() + 1)[groups]
        self._fit(sparse, dense * np.float32(self._scale), labels, parts)
        self._persist()
        return self._resource

    def _fit(self, sparse: csr_matrix, dense: np.ndarray, labels: np.ndarray, parts: np.ndarray) -> None:
        names = ("epochs", "least_steps", "batch", "wide_rate", "deep_rate", "hidden", "dropout")
        settings = Settings(**{name: self.config[name] for name in names})

        def member(number: int) -> tuple[Network, np.ndarray, np.ndarray]:
            left = parts == number
            kept = ~left if left.any() and not left.all() else np.ones_like(left)
            network = fit(
                sparse[kept],
                dense[kept],
                labels[kept],
                len(self._intents),
                settings,
                self.config["seed"] + number,
            )
            return network, network.scores(sparse[left], dense[left]), labels[left]

        # A member a core: their matrices are too small to share one out.
        with threadpool_limits(1), ThreadPoolExecutor() as pool:
            members = list(pool.map(member, range(self.config["members"])))
        self._network = Network.mean([network for network, _, _ in members]).rounded()
        unseen = np.vstack([scores for _, scores, _ in members]).astype(np.float64)
        wanted = np.hstack([labels for _, _, labels in members])
        self._temperature = _temperature(unseen, wanted)
        self._lean = np.zeros(len(self._intents))
        for intent, share in self.config["lean"].items():
            if intent in self._intents:
                place = self._intents.index(intent)
                self._lean[place] = _lean(unseen / self._temperature, wanted, place, share)

    def _persist(self) -> None:
        assert self._network
        said = {
            "intents": self._intents, "blocks": self._blocks, "scale": self._scale, "temperature": self._temperature,
            "lean": self._lean.tolist(),
        }  # fmt: skip
        with self._storage.write_to(self._resource) as directory:
            write_json(directory / "intents.json", said)
            np.savez(directory / "weights.npz", **self._network.halves())

    def restore(self, directory: Path) -> None:
        """Intents and network, which must fit each other."""
        said = read_json(directory / "intents.json")
        arrays = read_arrays(directory / "weights.npz", *Network.NAMES)
        try:
            self._intents, self._scale = said["intents"], float(said["scale"])
            self._temperature, self._lean = float(said["temperature"]), np.asarray(said["lean"])
            self._blocks = [(name, size) for name, size in said["blocks"]]
        except (KeyError, TypeError, ValueError) as error:
            raise BrokenModel(f"{type(self).__name__}: intents.json lacks {error}") from error
        network = Network(*(array.astype(np.float32) for array in arrays))
        rows = sum(size for _, size in self._blocks)
        if len(network.wide) + len(network.inner) != rows or len(network.bias) != len(self._intents):
            raise BrokenModel(f"{type(self).__name__}: weights {network.wide.shape} for {rows} features")
        self._network = network

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking."""
        for message in messages:
            confidences = self.confidences(message)
            order = np.argsort(-confidences, kind="stable").tolist()
            if order and confidences[order[0]] == confidences[order[-1]]:
                order.sort(key=lambda index: self._intents[index] != self.config["nothing"])
            best = order[: self.config["ranking_length"]]
            ranking = [
                {"name": self._intents[index], "confidence": float(confidences[index])} for index in best
            ]
            if ranking:
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(RANKING, ranking, add_to_output=True)
        return messages

    def confidences(self, message: Message) -> np.ndarray:
        """Confidence of every intent, shape (intents,), in the order of their names."""
        if self._network is None:
            return np.zeros(0)
        blocks = sentence_features(message)
        if [(str(block.origin), block.features.shape[-1]) for block in blocks] != self._blocks:
            raise BrokenModel(
                f"{type(self).__name__}: the featurizers of the pipeline are not those of the training"
            )
        if not any(_says_something(block) for block in blocks):
            return np.full(len(self._intents), 1 / len(self._intents))
        scores = self._network.scores_of(*self._rows(blocks))
        return softmax(scores.astype(np.float64) / self._temperature + self._lean)

    def _rows(self, blocks: list[Features]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Columns and values of one message's sparse features side by side, and its dense ones."""
        columns, values, dense = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
        width = 0
        for block in blocks:
            if block.is_sparse():
                columns.append(block.features.indices + width)
                values.append(block.features.data)
                width += block.features.shape[1]
            else:
                dense.append(block.features[0] * np.float32(self._scale))
        return np.concatenate(columns), np.concatenate(values), np.concatenate(dense)

    def _matrices(self, messages: list[Message]) -> tuple[csr_matrix, np.ndarray]:
        """The messages' sparse features side by side, and their dense ones; float32."""
        rows = [sentence_features(message) for message in messages]
        columns = list(zip(*rows, strict=True))
        sparse = [
            vstack([b.features for b in column], format="csr") for column in columns if column[0].is_sparse()
        ]
        dense = [np.vstack([b.features for b in column]) for column in columns if not column[0].is_sparse()]
        nothing = np.zeros((len(messages), 0), dtype=np.float32)
        return (
            hstack(sparse, format="csr", dtype=np.float32) if sparse else csr_matrix(nothing),
            np.hstack(dense).astype(np.float32) if dense else nothing,
        )


def _says_something(block: Features) -> bool:
    return bool(block.features.nnz if block.is_sparse() else block.features.any())


def _temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the scores at which confidences fit the labels best (Guo et al. 2017)."""
    if not len(labels):
        return 1.0

    def missed(logarithm: float) -> float:
        likely = softmax(scores / np.exp(logarithm))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return float(np.exp(minimize_scalar(missed, bounds=(-2, 2), method="bounded").x))


def _lean(scores: np.ndarray, labels: np.ndarray, place: int, share: float) -> float:
    """What may be added to one intent's score so that it takes at most `share` of the examples that are not its."""
    others = scores[labels != place]
    if not len(others):
        return 0.0
    lacks = np.sort(np.delete(others, place, axis=1).max(axis=1) - others[:, place])
    return float(max(0.0, lacks[min(int(share * len(others)), len(lacks) - 1)]))
