"""Likeness by words: BM25 over characters, pairs of characters, and pairs of syllables (丰谷 sounds like 峰谷).

And how much of a message is spoken of at all: a rare word of it that something nowhere holds is what it is not about.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import bm25s
import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

_EMPTY = frozenset(
    "吗呢啊呀吧嘛哦呃嗯哎喂噢的地得了着那这么请问您你我咱俺们"
)  # of a question, whatever it is about
_RUNS = re.compile(r"[一-鿿]+|[a-z0-9]+")


def tokens(text: str) -> list[str]:
    """`智能表` gives 智, 能, 表, 智能, 能表, ~zhi~neng, ~neng~biao; Latin words and numbers stay whole."""
    found: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        found.append(run) if run.isascii() else found.extend(run)
        if not run.isascii():
            sounds = lazy_pinyin(run)
            found += [run[at : at + 2] for at in range(len(run) - 1)]
            found += [f"~{first}~{second}" for first, second in pairwise(sounds)]
    return found


class Words:
    """BM25 over `texts`, as a cosine: neither a message of one word nor a long question is near to everything."""

    def __init__(self, texts: Sequence[str]) -> None:
        said = [list(dict.fromkeys(tokens(text))) for text in texts]
        self._index = bm25s.BM25(method="lucene")
        self._index.index([tokens(text) for text in texts], show_progress=False)
        scores, starts = self._index.scores["data"], self._index.scores["indptr"]
        self._most = np.array([scores[a:b].max(initial=0) for a, b in pairwise(starts)], np.float32)
        own = [self._index.get_scores(words)[place] if words else 0 for place, words in enumerate(said)]
        self._own = np.maximum(np.array(own, np.float32), np.finfo(np.float32).tiny)

    def likeness(self, text: str) -> NDArray[np.float32]:
        """(texts,), about 0 to 1. A word that no text has counts as much as the rarest, for it may be what matters."""
        said = list(dict.fromkeys(tokens(text)))
        places = [self._index.vocab_dict.get(token) for token in said]
        known = [token for token, place in zip(said, places, strict=True) if place is not None]
        if not known:
            return np.zeros(len(self._own), np.float32)
        most = sum(float(self._most[place] if place is not None else self._most.max()) for place in places)
        return np.asarray(self._index.get_scores(known) / np.sqrt(most * self._own), np.float32)


class Held:
    """How much of a message each of several matters speaks of, whichever of its texts does."""

    def __init__(self, matters: Sequence[Sequence[str]]) -> None:
        """`matters`: the texts of each."""
        held = [{sign for text in texts for sign in _signs(text)} for texts in matters]
        counts = Counter(sign for signs in held for sign in signs)
        self._place = {sign: place for place, sign in enumerate(counts)}
        self._in = np.zeros((len(held), len(counts)), bool)
        for row, signs in enumerate(held):
            self._in[row, [self._place[sign] for sign in signs]] = True
        self._rare = np.log(1 + len(held) / (0.5 + np.array(list(counts.values()), np.float32)))
        self._rarest = float(np.log(1 + len(held) / 0.5))

    def share(self, text: str) -> NDArray[np.float32]:
        """(matters,), 0 to 1: which part of its characters is held; the fewer hold one, the more it weighs."""
        said = list(dict.fromkeys(_signs(text)))
        places = [self._place[sign] for sign in said if sign in self._place]
        whole = float(self._rare[places].sum()) + self._rarest * (len(said) - len(places))
        if not whole:
            return np.zeros(len(self._in), np.float32)
        return np.asarray(self._in[:, places] @ self._rare[places] / whole, np.float32)


def _signs(text: str) -> list[str]:
    """Characters that say something, and Latin words and numbers whole."""
    held = (token for token in tokens(text) if len(token) == 1 or (token.isascii() and token[0] != "~"))
    return [token for token in held if token not in _EMPTY]
