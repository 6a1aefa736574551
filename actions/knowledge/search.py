"""Finding the entry that a message asks for: the one that stands out, the few that may be meant, or none.

An entry's score has three parts: the weighted mean of its three nearest questions, each half likeness by meaning and
half by words; how much of the message the entry speaks of at all, in any question or answer; and a bonus where it is one
for the intent that was understood. So an entry of another intent must be clearly better. What stands out is told only if
it also speaks of most of the message: the nearest matter is no answer to a question that knows another word.

The numbers were chosen on the entries themselves, each question asked without it (the right answer is its entry) and
without its entry (there is none), and on one half of `tests/actions/knowledge/questions.yml`; `docs/knowledge.md` tells
what they do on the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

from actions.knowledge import meaning
from actions.knowledge.entries import Entry, read
from actions.knowledge.words import Held, Words
from kit.errors import MisconfiguredError
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)
ANSWERS = ROOT / "data" / "knowledge" / "answers"

MEANING = 0.5  # of a question's likeness; the rest counts words
NEAREST = (0.5, 0.3, 0.2)  # weights of an entry's nearest questions: one alone may be near by chance
SAME = 0.97  # a question in the entry's own words
HOLDS = 0.3  # of the score: how much of the message the entry speaks of; the rest is likeness
BONUS = 0.2  # for an entry of the intent
ENOUGH = 0.45  # below it nothing is said
SURE = 0.55  # from here on the best is told, if it is ahead of the second by
AHEAD = 0.08
COVERS = 0.5  # and speaks of as much of the message as this
TOPIC = 4  # characters: so short a message only names a topic, unless one is given or they are an entry's own
BESIDE = 0.15  # else it is asked which is meant: of the best and those as near to it as this,
OPTIONS = 3  # so many at most
FEW = 20  # vectors that are made while somebody waits


@dataclass(frozen=True)
class Found:
    """Entries that may be meant, best first. `sure`: the first is; else ask which, of two or more or of one."""

    entries: Sequence[Entry] = ()
    sure: bool = False


@dataclass(frozen=True)
class Standing:
    """The entry that stands out for a message by itself, and its score without any intent's bonus."""

    entry: Entry
    score: float


class Index:
    """Entries, searchable."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.texts = [question for entry in entries for question in entry.questions]
        ends = np.cumsum([len(entry.questions) for entry in entries]).tolist()
        self._slices = list(pairwise([0, *ends]))
        self._words = Words(self.texts)
        self._held = Held([[e.title, *e.questions, *(a.text for a in e.answers)] for e in entries])
        self._vectors: NDArray[np.float32] | None = None

    def learn(self) -> None:
        """Have meaning count; until then words count alone, and less is found."""
        self._vectors = meaning.vectors(self.texts)

    def scores(self, text: str, intent: str = "") -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """(entries,) twice: how near each one is, the intent's bonus added; and how much of the message it speaks of."""
        near = self._words.likeness(text)
        if self._vectors is not None:
            near = MEANING * (self._vectors @ meaning.vector(text)) + (1 - MEANING) * near
        best = [np.sort(near[a:b])[::-1][: len(NEAREST)] for a, b in self._slices]
        bonus = [BONUS * (intent in entry.intents) for entry in self.entries]
        held = self._held.share(text)
        return (1 - HOLDS) * np.array([_mean(nearest) for nearest in best]) + HOLDS * held + bonus, held


def _mean(nearest: NDArray[np.float32]) -> float:
    """Of an entry's nearest questions, best first; the last stands for those that it does not have."""
    if nearest[0] >= SAME:
        return float(nearest[0])
    count = len(nearest)
    return float(nearest @ np.array([*NEAREST[: count - 1], sum(NEAREST[count - 1 :])]))


class Knowledge:
    """The entries of a folder; read again when a file changes. Safe in threads.

    A file that is broken is named in the log; what it last held stays in use, and the other files are not concerned.
    """

    def __init__(self, folder: Path = ANSWERS, kept: Path | None = None) -> None:
        """`kept`: a folder for vectors, so that the next start need not make them."""
        self.folder = folder
        self._kept = meaning.file_in(kept) if kept else None
        self._files: dict[str, tuple[int, list[Entry]]] = {}
        self._index: Index | None = None
        self._learning: Thread | None = None
        self._lock = Lock()

    def warm(self) -> None:
        """Read everything and wait until meaning counts, so that the first question is answered as well as the others."""
        self._current()
        if self._learning:
            self._learning.join()

    def entries(self) -> Sequence[Entry]:
        """Every entry there is."""
        index = self._current()
        return index.entries if index else ()

    def entry(self, name: str) -> Entry | None:
        index = self._current()
        return next((entry for entry in index.entries if entry.id == name), None) if index else None

    def registering(self, request: str) -> Entry | None:
        """The entry after which that request can be taken down."""
        index = self._current()
        return next((entry for entry in index.entries if entry.registers == request), None) if index else None

    def find(
        self, text: str, *, intent: str, province: str, day: date, within: Collection[str] = (),
        without: Collection[str] = (),
    ) -> Found:  # fmt: skip
        """What `text` asks for. `within`: only entries of one of these intents; `without`: not these ids.

        An entry that has nothing to say in that province on that day, nor had before, is never found. Nor is
        another in its stead, if it is the one that was surely meant.
        """
        index = self._current()
        if index is None or not text.strip():
            return Found()
        scores, held = index.scores(text, intent)
        ranked = [
            (float(scores[place]), index.entries[place], float(held[place]))
            for place in np.argsort(-scores, kind="stable")
            if index.entries[place].id not in without
            and (not within or index.entries[place].intents & set(within))
        ][: OPTIONS + 1]
        if not ranked or ranked[0][0] < ENOUGH:
            return Found()
        best, first, covered = ranked[0]
        ahead = len(ranked) < 2 or ranked[1][0] <= best - AHEAD
        asks = bool(within) or len(text.strip()) > TOPIC or text.strip() in first.questions
        sure = best >= SURE and ahead and covered >= COVERS and asks
        meant = [first] if sure else [entry for score, entry, _ in ranked[:OPTIONS] if score >= best - BESIDE]
        return Found(
            [entry for entry in meant if entry.answer(province, day) or entry.ended(province, day)], sure
        )

    def stands_out(self, text: str) -> Standing | None:
        """The one entry that is ahead of all others and speaks of most of the message, whatever its intents; None if none is."""
        index = self._current()
        if index is None or not text.strip():
            return None
        scores, held = index.scores(text)
        first, second = np.argsort(-scores, kind="stable")[:2] if len(scores) > 1 else (0, None)
        entry = index.entries[first]
        asks = len(text.strip()) > TOPIC or text.strip() in entry.questions
        ahead = second is None or scores[second] <= scores[first] - AHEAD
        if not (ahead and asks) or held[first] < COVERS:
            return None
        return Standing(entry, float(scores[first]))

    def _current(self) -> Index | None:
        with self._lock:
            if self._refresh():
                entries = [entry for _, found in self._files.values() for entry in found]
                self._index = Index(entries) if entries else None
                if self._index:
                    self._learn(self._index)
            return self._index

    def _learn(self, index: Index) -> None:
        """At once after a small change; beside the questions that come in meanwhile when there is much to do."""
        if self._kept:
            meaning.remember(self._kept)
        new = meaning.missing(index.texts)
        if len(new) <= FEW:
            index.learn()
            return

        def learn() -> None:
            index.learn()
            if self._kept:
                meaning.write(self._kept, index.texts)

        self._learning = Thread(target=learn, name="knowledge", daemon=True)
        self._learning.start()

    def _refresh(self) -> bool:
        """Read what changed; whether anything did."""
        stamps = {file: _stamp(file) for file in sorted(self.folder.glob("*.yml"))}
        before = {name: stamp for name, (stamp, _) in self._files.items()}
        after = {file.name: stamp for file, stamp in stamps.items() if stamp}
        if after == before:
            return False
        files: dict[str, tuple[int, list[Entry]]] = {}
        for file, stamp in stamps.items():
            if stamp:
                files[file.name] = self._file(file, stamp, files)
        self._files = files
        return True

    def _file(
        self, file: Path, stamp: int, others: dict[str, tuple[int, list[Entry]]]
    ) -> tuple[int, list[Entry]]:
        held = self._files.get(file.name)
        if held and held[0] == stamp:
            return held
        try:
            found = read(file)
            known = {entry.id: name for name, (_, entries) in others.items() for entry in entries}
            for entry in found:
                if entry.id in known:
                    raise MisconfiguredError(
                        f"{file.name}: entry {entry.id}: {known[entry.id]} has this id already"
                    )
        except MisconfiguredError as error:
            log.error("knowledge_broken", reason=error.reason)
            return stamp, held[1] if held else []
        return stamp, found


def _stamp(file: Path) -> int:
    """0 if it went between listing and looking."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
