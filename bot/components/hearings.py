"""What else may have been said: the recogniser's other lines, domain terms it did not know, danger in a clause, and a
second demand.

`OtherHearings` puts them behind the message, so that all features and intents are made for each; `Hearing` makes one
message of them again. The text stays as it came, and `hearings` tells what else was considered, with its weight.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, TrainedComponent, read_json, register, write_json
from bot.components.demands import demands_of, leading, parts_of
from bot.components.intent import RANKING, WideDeepIntentClassifier
from bot.components.reading import read
from bot.components.repair import Terms
from bot.components.words import base_counts, domain_words

HEARINGS = "hearings"
DEMANDS = "demands"
_KIND, _WEIGHT = "hearing", "hearing weight"
_LINE, _REPAIR, _CLAUSE, _CALM, _PART = "line", "repair", "clause", "calm", "part"
_OWN_WORDS = (_CLAUSE, _CALM, _PART)  # parts of the message, no other hearings of it
EMERGENCY = "report_emergency"
_BORDER = re.compile(r"[,，。！？!?；;、\s]+")
# A clause without any of these reports no danger to life; the rest of the message may drown one that does.
_SIGNS = re.compile(
    "[火烟焦糊炸麻触弧爆烧闪滋噼啪烫晕昏雷]|冒|漏电|电[到着倒死晕]|被电|遭电|断[了在掉]|掉[了在下到]|落地|[倒塌][了在下]|垂|耷|水里|泡"
)
# What somebody says is not so is no sign: no smoke, no fire to be seen. That it no longer smokes is one.
_DENIED = re.compile(
    "(?:(?<!有)[没沒]有?|冇|未|[无無]|不见|(?<!是)不(?:是|像)?(?![断掉停])|并非)(?:看|听|闻|瞧|瞅)?(?:见|到|出|出现|发现|发生)?(?:有|着)?(?:什么|啥|任何|明|一点儿?|半点|人)?的?"
    "(?:(?:(?:着|起|冒|失|出|打)?(?:火|烟)(?:花|星|光|苗|味|气|灾|焰)?|(?:烧|烤)?[焦糊](?:味|糊|臭)?|烧[着坏]?|爆炸|炸|打?闪|电弧|漏电|触电|电人|麻手?|烫手?|雷)+|[断掉])(?![了过完])"
)
# What trembles makes numb without a shock; then numbness alone is no sign.
_TREMBLES = re.compile("震|振[动得]|颤|共振")

_READ = 500  # characters of a message in which clauses are looked for


@register("MESSAGE_FEATURIZER", trainable=True)
class OtherHearings(TrainedComponent):
    """Adds messages: up to `lines` of `metadata.asr.nbest`, the text with misheard domain terms repaired, and of a text of
    several clauses up to `clauses` that bear a sign of danger; of a text that does nothing but deny danger what else it says;
    and the parts that words like "besides" make of it.

    A line weighs its confidence, or half the line before where the recogniser tells none.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self._terms = Terms([], [])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`lines`, `clauses`: read at most; `terms`: file of the domain's words; `limit`: characters repaired."""
        return {"lines": 4, "clauses": 4, "terms": "data/lookups/words.txt", "limit": 80}

    @classmethod
    def files(cls, config: dict[str, Any]) -> list[Path]:
        """The terms, which the model carries with it."""
        return [Path(config["terms"])]

    def train(self, training_data: TrainingData) -> Resource:
        """Store the terms."""
        words = [read(word).text for word in domain_words(Path(self.config["terms"]))]
        self._terms = Terms.of(words, base_counts(20))
        with self._storage.write_to(self._resource) as directory:
            write_json(directory / "terms.json", [self._terms.terms, self._terms.others])
        return self._resource

    def restore(self, directory: Path) -> None:
        """The model's terms."""
        self._terms = Terms(*read_json(directory / "terms.json"))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples as they are: they were written, not heard."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Each message, and behind it what else may have been said."""
        return [hearing for message in messages for hearing in (message, *self._others(message))]

    def _others(self, message: Message) -> list[Message]:
        text = message.get(TEXT)
        if not isinstance(text, str) or not text.strip():
            return []
        weights = {text: 1.0}
        weight = 1.0
        for line in _asr(message).get("nbest") or []:
            heard = line.get("text") if isinstance(line, dict) else None
            if not isinstance(heard, str) or not heard.strip():
                continue
            told = line.get("confidence")
            weight = float(told) if isinstance(told, (int, float)) else weight / 2
            weights.setdefault(heard, weight)
            if len(weights) > self.config["lines"]:
                break
        others = [
            Message({TEXT: heard, _KIND: _LINE, _WEIGHT: weight})
            for heard, weight in weights.items()
            if heard != text
        ]
        repaired = self._terms.repaired(read(text, self.config["limit"]).text)
        if repaired and repaired not in weights:
            others.append(Message({TEXT: repaired, _KIND: _REPAIR, _WEIGHT: 1.0}))
        parts = [part for part in _BORDER.split(text[:_READ]) if len(part) > 2]
        harmless = "麻" if _TREMBLES.search(text) else ""
        signs = [part for part in parts if _SIGNS.search(_DENIED.sub("", part).replace(harmless, ""))]
        calm = _DENIED.sub("", text)
        if not signs and calm != text and len(_BORDER.sub("", calm)) > 2 and len(text) <= _READ:
            others.append(Message({TEXT: calm, _KIND: _CALM, _WEIGHT: 1.0}))
        signs = signs if len(parts) > 1 else []
        others += [
            Message({TEXT: part, _KIND: _CLAUSE, _WEIGHT: 1.0}) for part in signs[: self.config["clauses"]]
        ]
        others += [
            Message({TEXT: text[start:end], _KIND: _PART, _WEIGHT: 1.0, _PART: (start, end)})
            for start, end in parts_of(text[:_READ])
        ]
        return others


@register("INTENT_CLASSIFIER", trainable=False)
class Hearing(HotlineComponent):
    """One message out of its hearings, whose intents are known.

    The lines' confidences are averaged by weight. A repaired text counts instead of the text where its best intent is
    surer by `gain`: the sound was near, so the meaning must decide. A clause that alone reports danger to life with at
    least `danger` raises that intent to `alarm`: whoever tells a long story must not burn for it. Where
    danger is only denied, it weighs no more than in what else is said. Where the recogniser is less sure than `sure`, all
    confidences sink in proportion, but for danger to life: that is rather asked about once too often. `demands` lists the
    parts of the message that each want something else, and the one that leads is the message's intent.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Runs on intents."""
        return [WideDeepIntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`gain`: of confidence by a repair; `danger`, `alarm`: see there; `sure`: recogniser's confidence to be trusted;
        `demand`: confidence from which a part of the message is a demand of its own."""
        return {"gain": 0.25, "danger": 0.97, "alarm": 0.6, "sure": 0.6, "demand": 0.8}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """The messages without their other hearings."""
        groups: list[list[Message]] = []
        for message in messages:
            if message.get(_KIND):
                groups[-1].append(message)
            else:
                groups.append([message])
        for first, *others in groups:
            if others or _asr(first).get("confidence") is not None:
                self._fuse(first, others)
        return [group[0] for group in groups]

    def _fuse(self, message: Message, others: list[Message]) -> None:
        shares = _shares(message)
        if not shares:
            return
        weighed = [(shares, 1.0)]
        alarm = False
        for other in others:
            found = _shares(other)
            if other.get(_KIND) == _PART:
                continue
            if other.get(_KIND) == _CLAUSE:
                alarm = alarm or found.get(EMERGENCY, 0.0) >= self.config["danger"]
            elif other.get(_KIND) == _CALM:
                weighed[0] = (_lowered(weighed[0][0], EMERGENCY, found.get(EMERGENCY, 0.0)), 1.0)
            elif other.get(_KIND) == _REPAIR:
                if max(found.values()) >= max(shares.values()) + self.config["gain"]:
                    weighed[0] = (found, 1.0)
            else:
                weighed.append((found, max(0.0, min(1.0, other.get(_WEIGHT)))))
        total = sum(weight for _, weight in weighed)
        mixed: dict[str, float] = defaultdict(float)
        for found, weight in weighed:
            for intent, share in found.items():
                mixed[intent] += share * weight / total
        if alarm and mixed[EMERGENCY] < self.config["alarm"]:
            mixed = _raised(mixed, EMERGENCY, self.config["alarm"])
        parts = [(*other.get(_PART), other.get(INTENT)) for other in others if other.get(_KIND) == _PART]
        if demands := demands_of(parts, self.config["demand"]):
            message.set(DEMANDS, demands, add_to_output=True)
            first = leading(demands)
            mixed = _raised(mixed, first["intent"], first["confidence"])
        trust = _asr(message).get("confidence")
        if isinstance(trust, (int, float)) and trust < self.config["sure"]:
            for intent in mixed:
                if intent != EMERGENCY:
                    mixed[intent] *= max(0.0, trust) / self.config["sure"]
        best = sorted(mixed.items(), key=lambda item: -item[1])[: len(shares)]
        ranking = [{"name": intent, "confidence": share} for intent, share in best]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(RANKING, ranking, add_to_output=True)
        told = [{"text": o.get(TEXT), "kind": o.get(_KIND)} for o in others if o.get(_KIND) not in _OWN_WORDS]
        if told:
            message.set(HEARINGS, told, add_to_output=True)


def _raised(shares: dict[str, float], intent: str, least: float) -> dict[str, float]:
    """The shares with at least `least` for the intent; what the others have is less in proportion."""
    return shares if shares.get(intent, 0.0) >= least else _with(shares, intent, least)


def _lowered(shares: dict[str, float], intent: str, most: float) -> dict[str, float]:
    """The shares with at most `most` for the intent; what the others have is more in proportion."""
    return shares if shares.get(intent, 0.0) <= most else _with(shares, intent, most)


def _with(shares: dict[str, float], intent: str, share: float) -> dict[str, float]:
    rest = (1 - share) / max(1 - shares.get(intent, 0.0), 1e-6)
    return {name: own * rest for name, own in shares.items()} | {intent: share}


def _shares(message: Message) -> dict[str, float]:
    return {ranked["name"]: ranked["confidence"] for ranked in message.get(RANKING) or []}


def _asr(message: Message) -> dict[str, Any]:
    metadata = message.get("metadata")
    said = metadata.get("asr") if isinstance(metadata, dict) else None
    return said if isinstance(said, dict) else {}
