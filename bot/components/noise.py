"""Light noise for training: what speech recognition and haste do to a sentence."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, register
from bot.components.pinyin import syllable

NOISE = "noise"
"""Set on a message that is a noisy copy."""

# Particles and fillers that may be absent without changing what is meant.
_PARTICLES = frozenset("啊呀吧呢吗嘛哦哎嗯呃的了啦喂")


@register("MESSAGE_FEATURIZER", trainable=False)
class TrainingNoise(HotlineComponent):
    """Adds noisy copies of the training examples; leaves messages of residents alone.

    In a copy a particle falls out with `drop`, and a character becomes a homophone (same toneless syllable, itself seen
    in training) with `confuse`. Entities keep their characters' places. Same data, same copies.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`copies` an example, as a mean; probabilities a character; `seed`."""
        return {"copies": 0.5, "drop": 0.3, "confuse": 0.12, "seed": 95598}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples and their copies."""
        examples = [message for message in training_data.training_examples if message.get(TEXT)]
        seen = {message.get(TEXT) for message in examples}
        homophones = _homophones(seen)
        chance = random.Random(self.config["seed"])  # noqa: S311 (nothing secret)
        copies = []
        whole, rest = divmod(float(self.config["copies"]), 1)
        for message in examples:
            for _ in range(int(whole) + (chance.random() < rest)):
                copy = self._copy(message, homophones, chance)
                if copy.get(TEXT) and copy.get(TEXT) not in seen:
                    seen.add(copy.get(TEXT))
                    copies.append(copy)
        return training_data.merge(TrainingData(training_examples=copies)) if copies else training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Nothing: residents bring their own noise."""
        return messages

    def _copy(self, message: Message, homophones: dict[str, list[str]], chance: random.Random) -> Message:
        text = message.get(TEXT)
        entities = message.get(ENTITIES) or []
        inside = {place for entity in entities for place in range(entity["start"], entity["end"])}
        characters, places = [], []
        for place, character in enumerate(text):
            places.append(len(characters))
            if character in _PARTICLES and place not in inside and chance.random() < self.config["drop"]:
                continue
            if character in homophones and chance.random() < self.config["confuse"]:
                character = chance.choice(homophones[character])
            characters.append(character)
        places.append(len(characters))
        moved = [
            {**entity, "start": places[entity["start"]], "end": places[entity["end"]]} for entity in entities
        ]
        data = {NOISE: True, TEXT: "".join(characters), INTENT: message.get(INTENT), ENTITIES: moved}
        return Message(data={key: value for key, value in data.items() if value})


def _homophones(texts: set[str]) -> dict[str, list[str]]:
    by_sound: dict[str, set[str]] = defaultdict(set)
    for character in {character for text in texts for character in text}:
        if "一" <= character <= "鿿":
            by_sound[syllable(character)].add(character)
    return {
        character: sorted(group - {character})
        for group in by_sound.values()
        if len(group) > 1
        for character in sorted(group)
    }
