"""The classifier: fit, files, ranking."""

from types import SimpleNamespace

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.components.base import BrokenModel
from bot.components.intent import WideDeepIntentClassifier

CONTEXT = SimpleNamespace(node_name="intent")
RESOURCE = Resource("intent")
INTENTS = [f"i{number:02d}" for number in range(12)] + ["out_of_scope"]


@pytest.fixture
def storage(tmp_path):
    return LocalModelStorage(tmp_path)


def message(column, intent=None):
    found = Message({"text": f"text {column}", **({"intent": intent} if intent else {})})
    row = np.zeros((1, len(INTENTS)), dtype=np.float32)
    if column is not None:
        row[0, column] = 1
    found.add_features(Features(csr_matrix(row), "sentence", "text", "Sparse"))
    found.add_features(Features(row / 2, "sentence", "text", "Dense"))
    return found


@pytest.fixture
def classifier(storage):
    component = WideDeepIntentClassifier.create({}, storage, RESOURCE, CONTEXT)
    component.train(
        TrainingData([message(column, intent) for column, intent in enumerate(INTENTS) for _ in range(3)])
    )
    return component


def test_that_it_learns_and_ranks_ten(classifier):
    for column, intent in enumerate(INTENTS):
        (found,) = classifier.process([message(column)])
        assert found.get("intent")["name"] == intent
        ranking = found.get("intent_ranking")
        assert len(ranking) == 10
        assert ranking[0] == found.get("intent")
        assert [r["confidence"] for r in ranking] == sorted((r["confidence"] for r in ranking), reverse=True)
        assert classifier.confidences(found).sum() == pytest.approx(1)


def test_that_the_model_brings_back_the_same_confidences(classifier, storage):
    loaded = WideDeepIntentClassifier.load({}, storage, RESOURCE, CONTEXT)
    for column in (0, 5, None):
        np.testing.assert_array_equal(
            classifier.confidences(message(column)), loaded.confidences(message(column))
        )


def test_that_a_text_that_says_nothing_is_a_blind_guess(classifier):
    (found,) = classifier.process([message(None)])
    assert found.get("intent") == {"name": "out_of_scope", "confidence": pytest.approx(1 / len(INTENTS))}


def test_that_one_intent_and_none_can_be_trained(storage, tmp_path):
    component = WideDeepIntentClassifier.create({}, storage, RESOURCE, CONTEXT)
    component.train(TrainingData([message(0, "only")]))
    assert component.process([message(1)])[0].get("intent")["confidence"] == pytest.approx(1)
    (tmp_path / "empty").mkdir()
    empty = WideDeepIntentClassifier.create({}, LocalModelStorage(tmp_path / "empty"), RESOURCE, CONTEXT)
    empty.train(TrainingData([]))
    assert empty.process([message(1)])[0].get("intent") is None


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_that_a_damaged_model_is_refused(classifier, storage, tmp_path, damage):
    weights = tmp_path / "intent" / "weights.npz"
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:100])
    else:
        np.savez(weights, weights=np.zeros((2, 2)), bias=np.zeros(2))
    with pytest.raises(BrokenModel, match="weights"):
        WideDeepIntentClassifier.load({}, storage, RESOURCE, CONTEXT)


def test_that_another_pipeline_than_the_trained_one_is_refused(classifier):
    other = Message({"text": "x"})
    other.add_features(Features(np.ones((1, 3), dtype=np.float32), "sentence", "text", "Other"))
    with pytest.raises(BrokenModel, match="featurizers"):
        classifier.process([other])
