"""A wide and deep network in numpy: a linear model on sparse features beside one hidden layer on dense ones.

After Cheng et al., "Wide & Deep Learning for Recommender Systems" (2016). The wide half remembers words and their
combinations (AdaGrad, which gives rare terms long steps); the deep half carries over to words that the training has
not seen (Adam, dropout). The linear half alone, fitted to convergence, took five times as long and was less robust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Settings:
    """How a network is fitted: passes, steps at least, examples a step, step lengths, hidden layer, share of it left out."""

    epochs: int
    least_steps: int
    batch: int
    wide_rate: float
    deep_rate: float
    hidden: int
    dropout: float


@dataclass(frozen=True)
class Network:
    """Weights of S sparse and D dense features, H hidden units and C classes.

    `wide` (S, C), `bias` (C,), `inner` (D, H), `inner_bias` (H,), `outer` (H, C); float32.
    """

    wide: np.ndarray
    bias: np.ndarray
    inner: np.ndarray
    inner_bias: np.ndarray
    outer: np.ndarray

    NAMES = ("wide", "bias", "inner", "inner_bias", "outer")

    def scores(self, sparse: csr_matrix, dense: np.ndarray) -> np.ndarray:
        """Scores (N, C) of N examples with features (N, S) and (N, D)."""
        hidden = np.maximum(dense @ self.inner + self.inner_bias, 0)
        return np.asarray(sparse @ self.wide + self.bias + hidden @ self.outer)

    def scores_of(self, columns: np.ndarray, values: np.ndarray, dense: np.ndarray) -> np.ndarray:
        """Scores (C,) of one example, of whose sparse features only these columns have values; a tenth of the time."""
        hidden = np.maximum(dense @ self.inner + self.inner_bias, 0)
        return np.asarray(values @ self.wide[columns] + self.bias + hidden @ self.outer)

    def halves(self) -> dict[str, np.ndarray]:
        """The weights by name in half precision: a weight's fourth digit moves no confidence, and half is sooner loaded."""
        return {name: getattr(self, name).astype(np.float16) for name in self.NAMES}

    def rounded(self) -> Network:
        """The network as it comes back from its halves."""
        return Network(*(half.astype(np.float32) for half in self.halves().values()))

    @classmethod
    def mean(cls, networks: Sequence[Network]) -> Network:
        """The one network whose scores are the mean of the networks' scores."""
        count = len(networks)
        return cls(
            sum(network.wide for network in networks) / count,
            sum(network.bias for network in networks) / count,
            np.hstack([network.inner for network in networks]),
            np.hstack([network.inner_bias for network in networks]),
            np.vstack([network.outer for network in networks]) / count,
        )


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares of 1 along the last axis."""
    likely = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=-1, keepdims=True))


def fit(
    sparse: csr_matrix, dense: np.ndarray, labels: np.ndarray, classes: int, settings: Settings, seed: int
) -> Network:
    """Fit to N examples with features (N, S), (N, D) and labels (N,) below `classes`; same input, same network."""
    chance = np.random.default_rng(seed)
    count, terms = sparse.shape
    size = dense.shape[1]
    wide = np.zeros((terms, classes), dtype=np.float32)
    travelled = np.full((terms, classes), 1e-6, dtype=np.float32)
    inner = chance.normal(0, np.sqrt(2 / max(size, 1)), (size, settings.hidden)).astype(np.float32)
    outer = chance.normal(0, 0.1 / np.sqrt(settings.hidden), (settings.hidden, classes)).astype(np.float32)
    inner_bias, bias = np.zeros(settings.hidden, dtype=np.float32), np.zeros(classes, dtype=np.float32)
    adam = _Adam((inner, inner_bias, outer, bias), settings.deep_rate)
    batches = -(-count // settings.batch)
    epochs = max(settings.epochs, -(-settings.least_steps // batches))
    steps, step = epochs * batches, 0
    for _ in range(epochs):
        order = chance.permutation(count)
        for at in range(0, count, settings.batch):
            rows = order[at : at + settings.batch]
            slower = np.float32(1 - step / steps)
            step += 1
            few, columns = _present(sparse[rows])
            given = dense[rows]
            hidden = given @ inner + inner_bias
            kept = chance.random(hidden.shape, dtype=np.float32) >= settings.dropout
            alive = (hidden > 0) * kept / np.float32(1 - settings.dropout)
            hidden *= alive
            error = softmax(few @ wide[columns] + bias + hidden @ outer).astype(np.float32)
            error[np.arange(len(rows)), labels[rows]] -= 1
            error /= len(rows)
            slope = few.T @ error
            far = travelled[columns] + slope * slope
            travelled[columns] = far
            wide[columns] -= np.float32(settings.wide_rate) * slower * slope / np.sqrt(far)
            back = (error @ outer.T) * alive
            adam.step((given.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)), slower)
    return Network(wide, bias, inner, inner_bias, outer)


def _present(rows: csr_matrix) -> tuple[csr_matrix, np.ndarray]:
    """The rows with their empty columns left out, and which columns are left."""
    columns, places = np.unique(rows.indices, return_inverse=True)
    shape = (rows.shape[0], len(columns))
    return csr_matrix((rows.data, places.astype(np.int32), rows.indptr), shape=shape), columns


class _Adam:
    """Kingma and Ba (2015), with their constants; changes the parameters in place."""

    def __init__(self, parameters: tuple[np.ndarray, ...], rate: float) -> None:
        self._parameters, self._rate, self._steps = parameters, rate, 0
        self._mean = [np.zeros_like(parameter) for parameter in parameters]
        self._square = [np.zeros_like(parameter) for parameter in parameters]

    def step(self, slopes: tuple[np.ndarray, ...], slower: np.float32) -> None:
        """One step against the slopes, its length times `slower`."""
        self._steps += 1
        first, second = np.float32(1 - 0.9**self._steps), np.float32(1 - 0.999**self._steps)
        rate = np.float32(self._rate) * slower
        for parameter, slope, mean, square in zip(
            self._parameters, slopes, self._mean, self._square, strict=True
        ):
            mean += np.float32(0.1) * (slope - mean)
            square += np.float32(0.001) * (slope * slope - square)
            parameter -= rate * (mean / first) / (np.sqrt(square / second) + np.float32(1e-8))
