"""Kept sentence vectors are those that the encoder would give."""

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import SentenceEncoder
from bot.components.reading import ReadingNormalizer
from bot.components.tokenizer import CharacterTokenizer
from bot.components.vectors import kept_vectors


class Encoder:
    """A text's vector is its length and its first character; remembers what it was asked."""

    def __init__(self, size=2):
        self.asked, self.size = [], size

    def __call__(self, texts):
        self.asked += texts
        return np.asarray([[len(text), ord(text[0])][: self.size] for text in texts], np.float32)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "folder" / "vectors.npz"


def kept(texts, file, name="one", size=2):
    encoder = Encoder(size)
    vectors = kept_vectors(texts, encoder, name, file)
    np.testing.assert_array_equal(vectors, Encoder(size)(texts))
    return encoder.asked


def test_that_only_new_texts_are_encoded_and_each_once(file):
    assert kept(["停电", "电费", "停电"], file) == ["停电", "电费"]
    assert kept(["电费", "转人工", "停电"], file) == ["转人工"]
    assert kept(["停电", "转人工"], file) == []


def test_that_what_a_training_did_not_need_is_forgotten(file):
    kept(["停电", "电费"], file)
    kept(["停电"], file)
    assert kept(["停电", "电费"], file) == ["电费"]


def test_that_the_vectors_of_another_encoder_count_for_nothing(file):
    kept(["停电"], file)
    assert kept(["停电"], file, name="other", size=1) == ["停电"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive"])
def test_that_a_damaged_file_costs_only_time(file, content):
    kept(["停电"], file)
    file.write_bytes(content)
    assert kept(["停电"], file) == ["停电"]
    assert kept(["停电"], file) == []


def test_that_a_place_that_cannot_be_written_costs_only_time(tmp_path):
    (tmp_path / "file").write_text("")
    assert kept(["停电"], tmp_path / "file" / "vectors.npz") == ["停电"]


def features(texts, **config):
    messages = [Message({"text": text}) for text in texts]
    CharacterTokenizer.create({}).process(messages)
    ReadingNormalizer.create({}, None, None, None).process(messages)
    encoder = SentenceEncoder.create({"sequence": False, **config}, None, Resource("encoder"), None)
    data = TrainingData()
    data.training_examples = messages
    encoder.process_training_data(data)
    return np.vstack([message.features[0].features for message in messages])


def test_that_a_second_training_has_the_first_ones_features(tmp_path):
    texts, settings = ["我家停电了", "", "查一下电费"], {"kept": str(tmp_path / "vectors.npz")}
    first = features(texts, **settings)
    np.testing.assert_array_equal(features(texts, **settings), first)
    np.testing.assert_allclose(features(texts), first, atol=1e-6)
