"""Leaves to a learning extractor only what it is to learn."""

from __future__ import annotations

from typing import Any

from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import HotlineComponent, register
from bot.components.crf import LEARNT


@register("MESSAGE_FEATURIZER", trainable=False)
class LearntEntities(HotlineComponent):
    """Takes the annotations of all other entities out of the training examples; leaves messages of residents alone.

    For extractors that learn whatever is annotated, such as DIET, which cannot be told a list.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`entities`: names that stay."""
        return {"entities": list(LEARNT)}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples with the annotations that stay."""
        examples = []
        for message in training_data.training_examples:
            entities = message.get(ENTITIES)
            if entities:
                kept = [entity for entity in entities if entity["entity"] in self.config["entities"]]
                data = {**message.data, ENTITIES: kept}
                message = Message(data=data, output_properties=set(message.output_properties))
            examples.append(message)
        return TrainingData(
            training_examples=examples,
            entity_synonyms=training_data.entity_synonyms,
            regex_features=training_data.regex_features,
            lookup_tables=training_data.lookup_tables,
            responses=training_data.responses,
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Nothing: there are no annotations."""
        return messages
