"""Entities whose borders are learnt: a linear chain over characters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import TrainedComponent, read_json, register, write_json
from bot.components.lookups import FILES, Lookups
from bot.components.noise import NOISE
from bot.components.numerals import DIGITS
from bot.components.patterns import address_end, ends_as_place, pattern_marks
from bot.components.pinyin import syllable
from bot.components.reading import READING, Reading, reading_of
from bot.components.tokenizer import tokens_of
from bot.components.words import BORDER, WordFeatures

LEARNT = ("address", "business_hall", "person_name")
"""Entities that only a learnt model finds; numbers, times, quantities and devices are left to rules."""

_NO_END = "玩去来逛"
_YIELDING = ("time", "amount", "energy", "voltage", "device", "scope")


@register("ENTITY_EXTRACTOR", trainable=True)
class CrfEntityExtractor(TrainedComponent):
    """Marks each character B, I or O; what an extractor before it has taken is cut off at its ends, else it gives way.

    Where no address is found, a run that may be one with `faint` and ends as places are called is taken for it.
    Only an address or a name that is sure (`certain`) takes what a rule found inside it: a street named after a festival.

    Features of a character: itself and its neighbours (two to each side), its sound, its place in jieba's word, the shape
    of digits, lists of names, shapes of times and quantities. `confidence_entity` is the least certain character's.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._lookups = Lookups()
        self._tagger: Any = None

    @classmethod
    def required_components(cls) -> list[type]:
        """Word borders are features."""
        return [WordFeatures]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Names to learn, folder of lists, the strengths and steps of the training; `certain`, `faint`: see there."""
        return {
            "entities": list(LEARNT),
            "lookups": "data/lookups",
            "certain": 0.7,
            "faint": 0.25,
            "plain": 0.25,
            "l1": 0.05,
            "l2": 0.01,
            "steps": 60,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse an empty list of entities too."""
        super().validate_config(config)
        if config.get("entities") == []:
            raise InvalidConfigException(f"{cls.__name__}: 'entities' is empty")

    @classmethod
    def files(cls, config: dict[str, Any]) -> list[Path]:
        """The lists, which the model carries with it."""
        return [Path(config["lookups"]) / name for name in FILES]

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on messages with such an entity and a share `plain` of the others; without any entity there is no chain."""
        import pycrfsuite

        self._lookups = Lookups.of(Path(self.config["lookups"]))
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params(
            {"c1": self.config["l1"], "c2": self.config["l2"], "max_iterations": self.config["steps"]}
        )
        entities, plain = 0, 0.0
        for message in training_data.nlu_examples:
            tokens = tokens_of(message)
            # Noise changes no border, and the syllables are features already: copies would only double the time.
            if not tokens or message.get(NOISE):
                continue
            labels = self._labels(tokens, message.get(ENTITIES) or [])
            here = sum(label[0] == "B" for label in labels)
            entities += here
            plain += 0 if here else self.config["plain"]
            if here or plain >= 1:
                plain -= 0 if here else 1
                trainer.append(self._features(message, tokens), labels)
        with self._storage.write_to(self._resource) as directory:
            write_json(directory / "lookups.json", dataclasses.asdict(self._lookups))
            if entities:
                trainer.train(str(directory / "chain.crfsuite"))
                self._open(directory)
        return self._resource

    def restore(self, directory: Path) -> None:
        """The lists and the chain, if there is one."""
        self._lookups = Lookups(**read_json(directory / "lookups.json"))
        self._open(directory)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to the messages."""
        for message in messages:
            tokens = tokens_of(message)
            if isinstance(message.get(TEXT), str):
                taken = message.get(ENTITIES) or []
                found = self._find(message, tokens, taken) if self._tagger and tokens else []
                kept = [entity for entity in taken if not any(_holds(own, entity) for own in found)]
                message.set(
                    ENTITIES, sorted([*kept, *found], key=lambda entity: entity["start"]), add_to_output=True
                )
        return messages

    def _open(self, directory: Path) -> None:
        import pycrfsuite

        if (directory / "chain.crfsuite").is_file():
            # Reads the whole file; the model's folder is gone once Rasa has loaded it.
            self._tagger = pycrfsuite.Tagger()
            self._tagger.open(str(directory / "chain.crfsuite"))

    def _labels(self, tokens: list[Token], entities: list[dict[str, Any]]) -> list[str]:
        labels = ["O"] * len(tokens)
        for entity in entities:
            if entity["entity"] in self.config["entities"]:
                inside = [
                    index
                    for index, token in enumerate(tokens)
                    if token.start < entity["end"] and token.end > entity["start"]
                ]
                for index in inside:
                    labels[index] = ("B-" if index == inside[0] else "I-") + entity["entity"]
        return labels

    def _find(
        self, message: Message, tokens: list[Token], taken: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        labels = self._tagger.tag(self._features(message, tokens))
        # An inside without a beginning opens an entity of its own.
        spans: list[tuple[str, list[int]]] = []
        for index, label in enumerate(labels):
            name = label[2:]
            if label[0] == "I" and spans and spans[-1][0] == name and spans[-1][1][-1] == index - 1:
                spans[-1][1].append(index)
            elif label != "O":
                spans.append((name, [index]))
        if not any(name == "address" for name, _ in spans):
            spans += [("address", inside) for inside in self._faint(tokens, labels)]
            spans.sort(key=lambda span: span[1][0])
        found: list[dict[str, Any]] = []
        for place, (name, inside) in enumerate(spans):
            if found and tokens[inside[0]].start < found[-1]["end"]:
                continue  # the address before it went on
            certain = min(self._likely(labels[index], index) for index in inside)
            sure = name != "business_hall" and certain >= self.config["certain"]
            inside = _left_over(tokens, inside, taken, sure)
            if name == "address" and len(inside) > 2 and tokens[inside[-1]].text in _NO_END:
                inside = inside[:-1]
            if not inside:
                continue
            start, end = tokens[inside[0]].start, tokens[inside[-1]].end
            if name == "address":
                # What begins where the address ends may be the rest of it.
                ahead = [
                    begin for _, (first, *_) in spans[place + 1 :] if (begin := tokens[first].start) > end
                ]
                # A substation or a machine works may belong to the name of the place.
                ahead += [e["start"] for e in taken if e["start"] >= end and e["entity"] != "device"]
                end = _address_end(reading_of(message), start, end, min(ahead, default=None))
            found.append(
                {
                    "entity": name,
                    "start": start,
                    "end": end,
                    "text": message.get(TEXT)[start:end],
                    "value": message.get(TEXT)[start:end],
                    "confidence_entity": round(certain, 4),
                    "extractor": type(self).__name__,
                }
            )
        return found

    def _likely(self, label: str, index: int) -> float:
        """How likely the character has its label, or any label at all where it got none."""
        likely = float(self._tagger.marginal(label, index))
        return 1 - likely if label == "O" else likely

    def _faint(self, tokens: list[Token], labels: list[str]) -> Iterator[list[int]]:
        """Runs of characters that may well be an address, though none is the likelier, and end with a word for a place."""
        may = [
            label == "O" and self._likely(label, index) >= self.config["faint"]
            for index, label in enumerate(labels)
        ]
        for here, group in groupby(range(len(tokens)), key=may.__getitem__):
            inside = list(group)
            if here and ends_as_place("".join(tokens[index].text for index in inside)):
                yield inside

    def _features(self, message: Message, tokens: list[Token]) -> list[list[str]]:
        reading = reading_of(message)
        marks = self._lookups.marks(reading.text)
        hints = pattern_marks(reading.text)
        own = []
        for token in tokens:
            text = token.get(READING, "")
            place, _ = reading.within(token.start, token.end)
            mark = "".join(marks.get(place, ("O", "")))
            hint = hints[place] if place < len(hints) else ""
            own.append((_form(text), token.get(BORDER, "S"), _shape(text), mark, hint))
        rows = []
        for index, token in enumerate(tokens):
            row = ["bias", f"y={syllable(token.get(READING, '') or ' ')}"]
            for step in (-2, -1, 0, 1, 2):
                if 0 <= index + step < len(own):
                    form, border, shape, mark, hint = own[index + step]
                    row += [f"{step}c={form}", f"{step}s={shape}", f"{step}m={mark}", f"{step}h={hint}"]
                    if abs(step) < 2:
                        row.append(f"{step}b={border}")
                else:
                    row.append(f"{step}end")
            for step in (-2, -1, 0, 1):
                if index + step >= 0 and index + step + 1 < len(own):
                    row.append(f"{step}cc={own[index + step][0]}{own[index + step + 1][0]}")
                    row.append(f"{step}ss={own[index + step][2]}{own[index + step + 1][2]}")
            rows.append(row)
        return rows


def _holds(own: dict[str, Any], taken: dict[str, Any]) -> bool:
    return bool(own["start"] < taken["end"] and taken["start"] < own["end"])


def _address_end(reading: Reading, start: int, end: int, limit: int | None) -> int:
    """The end of an address in the message's text, never beyond `limit`, where the next entity begins."""
    inner, outer = reading.within(start, end)
    further = address_end(reading.text, outer)
    if further == outer or inner == outer:
        return end
    later = reading.span(inner, further)[1]
    return end if limit is not None and later > limit else later


def _left_over(tokens: list[Token], inside: list[int], taken: list[dict[str, Any]], sure: bool) -> list[int]:
    """The tokens of a span without what others have taken at its ends; none if they have taken its middle.

    A `sure` span keeps what a rule that yields found strictly inside it.
    """
    start, end = tokens[inside[0]].start, tokens[inside[-1]].end
    for entity in taken:
        if not (entity["start"] < end and start < entity["end"]):
            continue
        within = (
            start <= entity["start"]
            and entity["end"] <= end
            and (start, end) != (entity["start"], entity["end"])
        )
        if sure and within and entity["entity"] in _YIELDING:
            continue
        if entity["start"] <= start:
            inside = [index for index in inside if tokens[index].start >= entity["end"]]
        elif entity["end"] >= end:
            inside = [index for index in inside if tokens[index].end <= entity["start"]]
        else:
            return []
        if not inside:
            return []
        start, end = tokens[inside[0]].start, tokens[inside[-1]].end
    return inside


def _form(text: str) -> str:
    return f"#{min(len(text), 15)}" if text.isdigit() else text


def _shape(text: str) -> str:
    if text.isdigit():
        return f"d{min(len(text), 4)}"
    if text in DIGITS or text in "十百千万亿半点几":
        return "n" if text else "0"
    if text.isascii():
        return "a" if text.isalpha() else "p"
    return "z" if "一" <= text[0] <= "鿿" else "x"
