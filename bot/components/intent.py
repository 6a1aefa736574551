"""Intent from a linear model on all sentence features."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack

from bot.components.base import BrokenModel, HotlineComponent, read_arrays, read_json, register, write_json
from bot.components.characters import CharacterNgrams

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
class LinearIntentClassifier(HotlineComponent, IntentClassifier):
    """Multinomial logistic regression; in the model a matrix (features, intents) and JSON, so loading needs numpy alone.

    Confidences over all intents sum to 1; the message gets the best `ranking_length`. A text that says nothing (no
    known feature) is `nothing`, with the confidence of a blind guess.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._intents: list[str] = []
        self._blocks: list[tuple[str, int]] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on sentence features, of which these are the least."""
        return [CharacterNgrams]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`strength`: inverse of the regularisation; `steps`: of the optimiser at most; `ranking_length`: intents told."""
        return {"strength": 10.0, "steps": 60, "ranking_length": 10, "nothing": "out_of_scope"}

    def train(self, training_data: TrainingData) -> Resource:
        """Fit and store the model; without examples there is none."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        if not examples:
            return self._resource
        self._blocks = [
            (str(block.origin), block.features.shape[-1]) for block in sentence_features(examples[0])
        ]
        blocks = [
            _stack([sentence_features(message)[place] for message in examples])
            for place in range(len(self._blocks))
        ]
        self._intents, labels = np.unique([message.get(INTENT) for message in examples], return_inverse=True)
        self._intents = [str(intent) for intent in self._intents]
        fitted = _fit(blocks, labels, len(self._intents), self.config["strength"], self.config["steps"])
        self._weights, self._bias = fitted
        with self._storage.write_to(self._resource) as directory:
            write_json(directory / "intents.json", {"intents": self._intents, "blocks": self._blocks})
            np.savez_compressed(directory / "weights.npz", weights=self._weights, bias=self._bias)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> LinearIntentClassifier:
        """The trained component from the model.

        Raises:
            BrokenModel: files are missing or of other sizes than they say.
        """
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            said = read_json(directory / "intents.json")
            component._weights, component._bias = read_arrays(directory / "weights.npz", "weights", "bias")
        component._intents = said["intents"]
        component._blocks = [(name, size) for name, size in said["blocks"]]
        rows = sum(size for _, size in component._blocks)
        if component._weights.shape != (rows, len(component._intents)):
            raise BrokenModel(f"{cls.__name__}: weights {component._weights.shape} for {rows} features")
        return component

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
        if not self._intents:
            return np.zeros(0)
        scores = self._bias.astype(np.float64)
        blocks = sentence_features(message)
        if [(str(block.origin), block.features.shape[-1]) for block in blocks] != self._blocks:
            raise BrokenModel(
                f"{type(self).__name__}: the featurizers of the pipeline are not those of the training"
            )
        if not any(_says_something(block) for block in blocks):
            return np.full(len(self._intents), 1 / len(self._intents))
        start = 0
        for block, (_, size) in zip(blocks, self._blocks, strict=True):
            weights = self._weights[start : start + size]
            if isinstance(block.features, csr_matrix):
                scores += block.features.data @ weights[block.features.indices]
            else:
                scores += block.features[0] @ weights
            start += size
        likely = np.exp(scores - scores.max())
        return likely / likely.sum()


def _says_something(block: Features) -> bool:
    return bool(block.features.nnz if block.is_sparse() else block.features.any())


def _stack(rows: list[Features]) -> csr_matrix | np.ndarray:
    # A dense block beside sparse ones stays dense: as a sparse matrix its products take ten times as long.
    if rows[0].is_sparse():
        return vstack([row.features for row in rows], format="csr").astype(np.float32)
    return np.vstack([row.features for row in rows]).astype(np.float32)


def _fit(
    blocks: list[csr_matrix | np.ndarray], labels: np.ndarray, intents: int, strength: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Multinomial logistic regression: weights (features, intents) and bias (intents,) for blocks (examples, features).

    The weights are combinations of the examples, and there are ten times fewer examples than features. So the optimiser
    works on the Cholesky factor L of the examples' products: the same minimum, L in place of the rows, a tenth of the time.
    Memory is 8 bytes a pair of examples: 0.8 GB for 10,000.
    """
    size = len(labels)
    products = np.zeros((size, size), dtype=np.float32)
    for block in blocks:
        product = block @ block.T
        products += product if isinstance(product, np.ndarray) else product.toarray()
    products[np.diag_indices(size)] += 1e-3  # copies of a row would make it singular
    factor = cholesky(products, lower=True, overwrite_a=True, check_finite=False)
    wanted = np.eye(intents, dtype=np.float32)[labels]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        inner = flat.reshape(size + 1, intents).astype(np.float32)
        scores = factor @ inner[:-1] + inner[-1]
        scores -= scores.max(axis=1, keepdims=True)
        likely = np.exp(scores)
        total = likely.sum(axis=1, keepdims=True)
        missed = float((np.log(total[:, 0]) - scores[np.arange(size), labels]).sum())
        error = strength * (likely / total - wanted)
        gradient = np.vstack([factor.T @ error + inner[:-1], error.sum(axis=0)])
        return strength * missed + 0.5 * float((inner[:-1] ** 2).sum()), gradient.ravel().astype(np.float64)

    start = np.zeros((size + 1) * intents)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x.reshape(
        size + 1, intents
    )
    shares = solve_triangular(
        factor, found[:-1].astype(np.float32), lower=True, trans="T", check_finite=False
    )
    return np.vstack([block.T @ shares for block in blocks]).astype(np.float32), found[-1].astype(np.float32)
