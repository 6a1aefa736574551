"""Noise for training: what speech recognition and haste do to a sentence."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, register
from bot.components.pinyin import blurred, syllable

NOISE = "noise"
"""Message data of a noisy copy: its original's text."""

# What may be absent without changing what is meant, and what people say while they think.
_PARTICLES = frozenset("啊呀吧呢吗嘛哦哎嗯呃的了啦喂")
_FILLERS = ("呃", "嗯", "那个", "就是说", "啊", "这个", "哎")
_OPENINGS = ("喂你好", "喂", "你好", "你好我问一下", "那个我问下", "喂听得到吗", "师傅你好", "麻烦问一下")
_DIGITS = {
    "1": "17",
    "7": "71",
    "2": "25",
    "4": "40",
    "0": "04",
    "9": "96",
    "6": "96",
    "八": "八吧",
    "一": "一七",
    "四": "四十",
}


@register("MESSAGE_FEATURIZER", trainable=False)
class TrainingNoise(HotlineComponent):
    """Adds noisy copies of the training examples; leaves messages of residents alone.

    A copy is as misheard as one of `rates` says: of its errors two thirds are homophones, a fifth sounds that a bad line
    confuses, the rest characters that are lost; digits are misheard for their like. Particles fall out with `drop`,
    fillers come in with `fill`. With `merge` an opening runs into the sentence, with `split` its end is missing. Entities
    keep their characters' places and are themselves left as they are, but for digits.

    Of the intents in `joins` that share of the examples is also joined with an example of another intent, before it or
    after it, and keeps its own label: whoever reports danger and asks about a bill reports danger. Same data, same copies.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`copies` an example, as a mean; shares of characters misheard; probabilities a character or a copy; `seed`."""
        return {
            "copies": 0.15, "rates": [0.1, 0.2, 0.3], "drop": 0.3, "fill": 0.03, "merge": 0.1, "split": 0.1,
            "joins": {"report_emergency": 0.7, "report_hazard": 0.15}, "seed": 95598,
        }  # fmt: skip

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples and their copies."""
        examples = [message for message in training_data.training_examples if message.get(TEXT)]
        seen = {message.get(TEXT) for message in examples}
        sounds = _Sounds(seen)
        copies = []
        whole, rest = divmod(float(self.config["copies"]), 1)
        for message in examples:
            chance = self._chance("copies", message)
            for _ in range(int(whole) + (chance.random() < rest)):
                copy = self._copy(message, sounds, chance)
                if copy.get(TEXT) and copy.get(TEXT) not in seen:
                    seen.add(copy.get(TEXT))
                    copies.append(copy)
        for message in examples:
            chance = self._chance("joins", message)
            if chance.random() < self.config["joins"].get(message.get(INTENT), 0.0):
                other = chance.choice(examples)
                if other.get(INTENT) not in self.config["joins"]:
                    copies.append(_joined(message, other, chance))
        return unhashed([*training_data.training_examples, *copies]) if copies else training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Nothing: residents bring their own noise."""
        return messages

    def _chance(self, what: str, message: Message) -> random.Random:
        # Of each message its own: an utterance more changes no other's copies.
        return random.Random(f"{self.config['seed']} {what} {message.get(TEXT)}")  # noqa: S311 (nothing secret)

    def _copy(self, message: Message, sounds: _Sounds, chance: random.Random) -> Message:
        text = message.get(TEXT)
        entities = message.get(ENTITIES) or []
        inside = {place for entity in entities for place in range(entity["start"], entity["end"])}
        rate = chance.choice(self.config["rates"])
        heard = [chance.choice(_OPENINGS)] if len(text) > 5 and chance.random() < self.config["merge"] else []
        end = len(text)
        if len(text) > 9 and chance.random() < self.config["split"] and not inside & {end - 1, end - 2}:
            end -= chance.choice((1, 2))
        length, places = sum(map(len, heard)), []
        for place, character in enumerate(text[:end]):
            places.append(length)
            if place in inside:
                said = (
                    chance.choice(_DIGITS[character])
                    if character in _DIGITS and chance.random() < rate
                    else character
                )
            elif character in _PARTICLES and chance.random() < self.config["drop"]:
                said = ""
            else:
                said = sounds.heard(character, chance) if chance.random() < rate else character
                if chance.random() < self.config["fill"] and place + 1 not in inside:
                    said += chance.choice(_FILLERS)
            heard.append(said)
            length += len(said)
        places += [length] * (len(text) + 1 - end)
        moved = [
            {**entity, "start": places[entity["start"]], "end": places[entity["end"]]} for entity in entities
        ]
        data = {NOISE: text, TEXT: "".join(heard), INTENT: message.get(INTENT), ENTITIES: moved}
        return Message(data={key: value for key, value in data.items() if value})


def _joined(message: Message, other: Message, chance: random.Random) -> Message:
    """Both in one message, which means what the first means."""
    between = chance.choice(("，", "", " ", "，还有", "。", "，另外"))
    first, second = (message, other) if chance.random() < 0.5 else (other, message)
    shift = len(first.get(TEXT)) + len(between)
    entities = [
        *(first.get(ENTITIES) or []),
        *({**e, "start": e["start"] + shift, "end": e["end"] + shift} for e in second.get(ENTITIES) or []),
    ]
    text = first.get(TEXT) + between + second.get(TEXT)
    data = {NOISE: message.get(TEXT), TEXT: text, INTENT: message.get(INTENT), ENTITIES: entities}
    return Message(data={key: value for key, value in data.items() if value})


def unhashed(messages: list[Message]) -> TrainingData:
    """Training data of these messages; Rasa's constructor would hash each of them to find doubles."""
    data = TrainingData()
    data.training_examples = messages
    return data


class _Sounds:
    """Characters of the texts by how they sound."""

    def __init__(self, texts: set[str]) -> None:
        characters = sorted({character for text in texts for character in text if "一" <= character <= "鿿"})
        self._same: dict[str, list[str]] = defaultdict(list)
        self._near: dict[str, list[str]] = defaultdict(list)
        for character in characters:
            self._same[syllable(character)].append(character)
            self._near[blurred(character)].append(character)

    def heard(self, character: str, chance: random.Random) -> str:
        """What a recogniser may write for a character it mishears; empty if it is lost."""
        if not "一" <= character <= "鿿":
            return character
        how = chance.random()
        if how >= 0.87:
            return ""
        alike = self._same[syllable(character)] if how < 0.67 else self._near[blurred(character)]
        return chance.choice(alike) if alike else character
