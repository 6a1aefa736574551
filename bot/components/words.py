"""Words and word borders from jieba, as features of the characters; tokens stay characters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import read_json, register, write_json
from bot.components.terms import READING, TermFeaturizer
from bot.components.tokenizer import tokens_of

BORDER = "border"
"""Token data: B, M, E or S, the token's place in its word."""

_DOMAIN_COUNT = 50_000  # as frequent as an everyday word, so that the domain's word wins over its parts


class Segmenter:
    """A jieba of our own: no state shared with other models in the process, no cache file in a public folder.

    `counts` maps a word to its frequency.
    """

    def __init__(self, counts: dict[str, int]) -> None:
        import jieba

        self.counts = counts
        self._jieba = jieba.Tokenizer()
        table = dict(counts)
        for word in counts:
            for end in range(1, len(word)):
                table.setdefault(word[:end], 0)
        self._jieba.FREQ = table
        self._jieba.total = sum(counts.values()) or 1
        self._jieba.initialized = True

    def cut(self, text: str) -> list[str]:
        """Words of the text, in order and without loss."""
        return list(self._jieba.cut(text, HMM=False))


def base_counts(at_least: int) -> dict[str, int]:
    """jieba's own dictionary: words with their frequency, as far as it reaches `at_least`."""
    import jieba

    counts = {}
    with Path(jieba.__file__).with_name("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, _ = line.split(" ", 2)
            if int(count) >= at_least or len(word) == 1:
                counts[word] = int(count)
    return counts


def domain_words(path: Path) -> list[str]:
    """Words of a dictionary file: one a line, `#` starts a comment.

    Raises:
        FileNotFoundError: the file does not exist.
    """
    lines = (line.split("#", 1)[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


@register("MESSAGE_FEATURIZER", trainable=True)
class WordFeatures(TermFeaturizer):
    """Words, pairs of words and each character's place in its word (B, M, E, S)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._segmenter = Segmenter({})

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`dictionary`: file of domain words; `base_count`: frequency from which a word of jieba's dictionary is known."""
        return {
            **TermFeaturizer.get_default_config(),
            "dictionary": "data/lookups/words.txt",
            "base_count": 20,
        }

    @classmethod
    def files(cls, config: dict[str, Any]) -> list[Path]:
        """The dictionary, which the model carries with it."""
        return [Path(config["dictionary"])]

    def prepare(self, training_data: TrainingData) -> None:
        """Put the dictionary together."""
        counts = base_counts(self.config["base_count"])
        counts.update({word.lower(): _DOMAIN_COUNT for word in domain_words(Path(self.config["dictionary"]))})
        self._segmenter = Segmenter(counts)

    def persist(self, directory: Path) -> None:
        """The dictionary as JSON beside the vocabulary."""
        super().persist(directory)
        write_json(directory / "dictionary.json", self._segmenter.counts)

    def restore(self, directory: Path) -> None:
        """The dictionary of the model too, whatever the file says now."""
        super().restore(directory)
        self._segmenter = Segmenter(read_json(directory / "dictionary.json"))

    def process(self, messages: list[Message]) -> list[Message]:
        """Mark the word borders on the tokens and add the features."""
        for message in messages:
            self._words(tokens_of(message))
        return super().process(messages)

    def terms(self, tokens: list[Token]) -> list[list[str]]:
        """At a word's first token the word and the pair it opens; at every token its border."""
        words = self._words(tokens)
        texts = ["".join(token.get(READING, "") for token in word) for word in words]
        texts = [f"#{len(text)}" if text.isdigit() and len(text) > 2 else text for text in texts]
        terms = []
        for place, word in enumerate(words):
            opening = [f"w {texts[place]}"]
            if place + 1 < len(words):
                opening.append(f"p {texts[place]} {texts[place + 1]}")
            terms.append(opening)
            terms.extend([] for _ in word[1:])
        return terms

    def _words(self, tokens: list[Token]) -> list[list[Token]]:
        """The tokens by words; marks each token with its place in its word, and cuts only what is not marked yet."""
        if tokens and tokens[0].get(BORDER) is None:
            self._mark(tokens)
        words: list[list[Token]] = []
        for token in tokens:
            if token.get(BORDER) in "BS":
                words.append([])
            words[-1].append(token)
        return words

    def _mark(self, tokens: list[Token]) -> None:
        # jieba may cut inside a digit run or a latin word; a token belongs to the word in which it begins.
        text = "".join(token.get(READING, "") for token in tokens)
        starts = set()
        position = 0
        for word in self._segmenter.cut(text):
            starts.add(position)
            position += len(word)
        places, position = [], 0
        for token in tokens:
            places.append(position)
            position += len(token.get(READING, ""))
        begins = [index == 0 or place in starts for index, place in enumerate(places)]
        for index, token in enumerate(tokens):
            last = index + 1 == len(tokens) or begins[index + 1]
            token.set(BORDER, ("S" if last else "B") if begins[index] else ("E" if last else "M"))
