"""Entities that a rule reaches: times, quantities, devices, scopes, and the halls of the list."""

from __future__ import annotations

from typing import Any, Iterator

from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.base import register
from bot.components.device_words import PART_OF_NAME, find_bound_devices
from bot.components.lookups import LookupComponent, Lookups
from bot.components.pinyin import syllable
from bot.components.quantities import find_quantities
from bot.components.reading import READING, Reading, ReadingNormalizer, read, reading_of
from bot.components.scopes import find_scopes
from bot.components.spoken import plain
from bot.components.time_grammar import find_times
from bot.components.tokenizer import CharacterTokenizer, tokens_of

KINDS = ("time", "amount", "energy", "voltage", "device", "scope", "business_hall")

_OTHER = (
    "#"  # stands for every token that no list knows: a server's vocabulary must not grow with its callers
)
_HEARD_FROM = 3  # characters a name must have to be known by its sound alone


@register("ENTITY_EXTRACTOR", trainable=True)
class RuleEntities(LookupComponent):
    """Adds `time`, `amount`, `energy`, `voltage`, `device`, `scope`, and a `business_hall` of the list.

    The lists are spaCy phrase matchers on a `Doc` of our tokens' readings; names of three characters and more are
    also known by their sound, if at least half of the characters are right. The grammars are regular expressions on
    the plain reading: as patterns of spaCy's `Matcher` they cost ten times as much and cannot look around. Overlaps
    are resolved by `filter_spans`, the longest wins, a hall before everything; what was taken before stays untouched.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on tokens and readings."""
        return [CharacterTokenizer, ReadingNormalizer]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to the messages."""
        for message in messages:
            if isinstance(message.get(TEXT), str):
                taken = message.get(ENTITIES) or []
                found = self._find(message, taken)
                message.set(
                    ENTITIES, sorted([*taken, *found], key=lambda entity: entity["start"]), add_to_output=True
                )
        return messages

    def use(self, lookups: Lookups) -> None:
        """Work from these lists from now on."""
        super().use(lookups)
        # Importing spaCy costs half a second, which only a process that answers or trains should pay.
        from spacy.lang.zh import Chinese
        from spacy.matcher import PhraseMatcher
        from spacy.vocab import create_vocab

        self._vocab = create_vocab("zh", Chinese.Defaults)
        self._known: set[str] = set()
        self._names = PhraseMatcher(self._vocab, attr="ORTH")
        self._sounds = PhraseMatcher(self._vocab, attr="NORM")
        tokenizer = CharacterTokenizer.create({})
        for label, names in (
            ("business_hall", self._lookups.business_hall),
            ("device", self._lookups.device),
        ):
            docs = []
            for name in names:
                words = [read(token.text).text for token in tokenizer.tokenize(Message({TEXT: name}), TEXT)]
                self._known.update(words)
                docs.append((len(name), self._doc(words)))
            if docs:
                self._names.add(label, [doc for _, doc in docs])
                self._sounds.add(label, [doc for size, doc in docs if size >= _HEARD_FROM])
        self._by_sound: dict[tuple[str, ...], list[str]] = {}
        for names in (self._lookups.business_hall, self._lookups.device):
            for name in names:
                self._by_sound.setdefault(tuple(map(syllable, name)), []).append(name)

    def _doc(self, readings: list[str]) -> Any:
        from spacy.tokens import Doc

        words = []
        for word in readings:
            if word not in self._known:
                if len(word) != 1:
                    word = _OTHER
                self._known.add(word)
            words.append(word)
        for word in words:
            lexeme = self._vocab[word]
            if len(word) == 1 and not word.isascii() and lexeme.norm_ == word:
                lexeme.norm_ = syllable(word)
        return Doc(self._vocab, words=words)

    def _find(self, message: Message, taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
        from spacy.tokens import Span
        from spacy.util import filter_spans

        reading = reading_of(message)
        tokens = [token for token in tokens_of(message) if token.get(READING)]
        if not tokens or not reading.text.strip():
            return []
        doc = self._doc([token.get(READING) for token in tokens])
        values: dict[tuple[int, int], str] = {}
        spans = [
            Span(doc, start, end, label=label)
            for label, start, end in [
                *self._listed(doc, values),
                *_by_grammar(reading, tokens, values),
            ]
            if not any(
                entity["start"] < tokens[end - 1].end and tokens[start].start < entity["end"]
                for entity in taken
            )
        ]
        halls = [span for span in spans if span.label_ == "business_hall"]
        inside = {token.i for span in halls for token in span}
        rest = [
            span
            for span in spans
            if span.label_ != "business_hall" and not inside.intersection(range(span.start, span.end))
        ]
        text = message.get(TEXT)
        return [
            _entity(
                span.label_,
                text,
                tokens[span.start].start,
                tokens[span.end - 1].end,
                values.get((span.start, span.end)),
            )
            for span in filter_spans([*halls, *rest])
        ]

    def _listed(self, doc: Any, values: dict[tuple[int, int], str]) -> Iterator[tuple[str, int, int]]:
        words = [token.orth_ for token in doc]
        written = {(start, end) for _, start, end in self._names(doc)}
        # What holds a name that is written as it should be was not heard wrongly, nor what goes on after a heard one.
        heard = {(start, end) for _, start, end in self._sounds(doc)}
        for matcher in (self._names, self._sounds):
            for name, start, end in matcher(doc):
                label = self._vocab.strings[name]
                if label == "device" and PART_OF_NAME.match("".join(words[end : end + 3])):
                    continue
                said = "".join(words[start:end])
                if (start, end) not in written:
                    meant = self._meant(said)
                    if not meant or any(
                        (first, last) in written or (first == start and (first, last) in heard)
                        for first in range(start, end)
                        for last in range(first + 1, end + 1)
                        if last - first < end - start
                    ):
                        continue
                    lists = self._lookups.business_hall if label == "business_hall" else self._lookups.device
                    values[start, end] = lists.get(meant, meant)
                yield label, start, end

    def _meant(self, said: str) -> str | None:
        candidates = self._by_sound.get(tuple(map(syllable, said)), ())
        near = [name for name in candidates if 2 * sum(map(str.__eq__, name, said)) >= len(said)]
        return near[0] if near else None


def _by_grammar(
    reading: Reading, tokens: list[Token], values: dict[tuple[int, int], str]
) -> Iterator[tuple[str, int, int]]:
    text, places = plain(reading.text)
    begins = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    bound = {(start, end): term for start, end, term in find_bound_devices(text)}
    for label, first, last in [
        *find_quantities(text),
        *(("time", start, end) for start, end in find_times(text)),
        *(("scope", start, end) for start, end in find_scopes(text)),
        *(("device", start, end) for start, end in bound),
    ]:
        start = begins.get(reading.origin[places[first]])
        end = ends.get(reading.origin[places[last - 1]] + 1)
        if start is not None and end is not None:  # else the border falls inside a word
            if (first, last) in bound:
                values[start, end] = bound[first, last]
            yield label, start, end


def _entity(label: str, text: str, start: int, end: int, value: str | None) -> dict[str, Any]:
    return {
        "entity": label,
        "start": start,
        "end": end,
        "text": text[start:end],
        "value": text[start:end] if value is None else value,
        "extractor": RuleEntities.__name__,
    }
