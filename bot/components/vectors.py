"""Sentence vectors kept from one training to the next: few utterances change between two, and encoding all takes a third of the time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from bot.components.base import BrokenModel, read_arrays

Encode = Callable[[list[str]], np.ndarray]
_KEY = 16  # bytes of a text's hash


def kept_vectors(texts: Sequence[str], encode: Encode, encoder: str, file: Path) -> np.ndarray:
    """Vectors (texts, size) of the texts, as `encode` gives them; only those that `file` does not hold are encoded.

    The file holds the vectors of the last training, by a hash of the text, and which `encoder` made them: another one's
    count for nothing. A file that is missing, damaged or cannot be written costs the time of encoding and nothing else.
    """
    keys = [hashlib.blake2b(text.encode(), digest_size=_KEY).digest() for text in texts]
    rows, vectors = _read(file, encoder)
    unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
    if unknown:
        new = encode(list(unknown.values()))
        rows |= {key: len(vectors) + place for place, key in enumerate(unknown)}
        vectors = np.vstack([vectors, new]) if len(vectors) else new
    wanted = list(dict.fromkeys(keys))
    if unknown or len(wanted) < len(rows):
        _write(file, encoder, wanted, vectors[[rows[key] for key in wanted]])
    return np.asarray(vectors[[rows[key] for key in keys]])


def _read(file: Path, encoder: str) -> tuple[dict[bytes, int], np.ndarray]:
    try:
        made_by, keys, vectors = read_arrays(file, "encoder", "keys", "vectors")
    except BrokenModel:
        return {}, np.zeros((0, 0), np.float32)
    if str(made_by) != encoder or keys.shape != (len(vectors), _KEY):
        return {}, np.zeros((0, 0), np.float32)
    return {key.tobytes(): row for row, key in enumerate(keys)}, vectors


def _write(file: Path, encoder: str, keys: Sequence[bytes], vectors: np.ndarray) -> None:
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    hashes = np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), _KEY)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as opened:
            np.savez(opened, encoder=np.asarray(encoder), keys=hashes, vectors=vectors)
        beside.replace(file)
