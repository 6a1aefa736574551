"""The same contract for every featurizer."""

from types import SimpleNamespace

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import BrokenModel
from bot.components.characters import CharacterNgrams
from bot.components.encoder import SIZE, SentenceEncoder
from bot.components.pinyin import PinyinNgrams
from bot.components.reading import ReadingNormalizer
from bot.components.tokenizer import CharacterTokenizer, tokens_of
from bot.components.words import BORDER, WordFeatures

CORPUS = [
    "我家停电了",
    "停电了什么时候来电",
    "查上个月电费",
    "我要查电费",
    "户号3100000000018查电费",
    "转人工",
    "我要转人工",
]
TEXTS = [
    "我家停电了",
    "電費Ａ\u200b１２３４",
    "",
    "   ",
    "\u200b\x00",
    "😡😡",
    "完全没见过的词",
    "a" * 3000,
    "停电" * 5000,
]
TERMS = [CharacterNgrams, PinyinNgrams, WordFeatures]
ALL = [*TERMS, SentenceEncoder]
CONTEXT = SimpleNamespace(node_name="featurizer")
RESOURCE = Resource("featurizer")


@pytest.fixture
def dictionary(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("# domain\n停电\n电费\n转人工\n", encoding="utf-8")
    return path


@pytest.fixture
def storage(tmp_path):
    (tmp_path / "model").mkdir()
    return LocalModelStorage(tmp_path / "model")


def prepared(text):
    message = Message({"text": text})
    CharacterTokenizer.create({}).process([message])
    ReadingNormalizer({}, None, None).process([message])
    return message


def trained(kind, storage, dictionary):
    config = {"dictionary": str(dictionary)} if kind is WordFeatures else {}
    component = kind.create(config, storage, RESOURCE, CONTEXT)
    if kind in TERMS:
        component.train(TrainingData([prepared(text) for text in CORPUS]))
    return component, config


def features(component, text):
    message = prepared(text)
    component.process([message])
    assert message.get("text") == text
    by_type = {found.type: found.features for found in message.features}
    assert len(by_type) == len(message.features) == 2
    return message, by_type["sequence"], by_type["sentence"]


def dense(matrix):
    return matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", TEXTS)
def test_that_shapes_fit_the_tokens(kind, text, storage, dictionary):
    component, _ = trained(kind, storage, dictionary)
    message, sequence, sentence = features(component, text)
    assert sequence.shape[0] == len(tokens_of(message))
    assert sentence.shape[0] == 1
    assert sequence.shape[1] == sentence.shape[1] > 0
    assert np.isfinite(dense(sentence)).all()


@pytest.mark.parametrize("kind", ALL)
def test_that_an_empty_text_says_nothing(kind, storage, dictionary):
    component, _ = trained(kind, storage, dictionary)
    for text in ("", " ", "\u200b"):
        assert not dense(features(component, text)[2]).any()


@pytest.mark.parametrize("kind", ALL)
def test_that_a_text_says_the_same_alone_and_in_a_batch(kind, storage, dictionary):
    component, _ = trained(kind, storage, dictionary)
    batch = [prepared(text) for text in ["查电费", *TEXTS[:4]]]
    component.process(batch)
    alone = features(component, "查电费")[2]
    found = next(f.features for f in batch[0].features if f.type == "sentence")
    np.testing.assert_allclose(dense(found), dense(alone), atol=1e-5)


@pytest.mark.parametrize("kind", TERMS)
def test_that_the_model_brings_back_the_same_features(kind, storage, dictionary):
    component, config = trained(kind, storage, dictionary)
    dictionary.write_text(
        "我家停\n", encoding="utf-8"
    )  # what the file says later is not the model's business
    loaded = kind.load(config, storage, RESOURCE, CONTEXT)
    for text in TEXTS:
        for before, after in zip(features(component, text)[1:], features(loaded, text)[1:], strict=True):
            np.testing.assert_array_equal(dense(before), dense(after))


@pytest.mark.parametrize("kind", TERMS)
def test_that_sentence_features_have_length_one(kind, storage, dictionary):
    component, _ = trained(kind, storage, dictionary)
    assert np.linalg.norm(dense(features(component, "我家停电了")[2])) == pytest.approx(1)


@pytest.mark.parametrize("kind", TERMS)
def test_that_writing_does_not_matter(kind, storage, dictionary):
    component, _ = trained(kind, storage, dictionary)
    one, other = features(component, "查電費")[2], features(component, "查电费")[2]
    np.testing.assert_array_equal(dense(one), dense(other))


@pytest.mark.parametrize("kind", TERMS)
def test_that_a_damaged_model_is_named(kind, storage, dictionary, tmp_path):
    _, config = trained(kind, storage, dictionary)
    (tmp_path / "model" / "featurizer" / "terms.json").write_text('["x"]')
    with pytest.raises(BrokenModel, match=kind.__name__):
        kind.load(config, storage, RESOURCE, CONTEXT)


@pytest.mark.parametrize("kind", ALL)
def test_that_a_setting_that_means_nothing_is_refused(kind, storage):
    with pytest.raises(InvalidConfigException, match="colour"):
        kind.create({"colour": "red"}, storage, RESOURCE, CONTEXT)


def test_that_account_numbers_are_not_learnt(storage, dictionary):
    component, _ = trained(CharacterNgrams, storage, dictionary)
    one, other = features(component, "户号3100000000018")[2], features(component, "户号3100000000999")[2]
    np.testing.assert_array_equal(dense(one), dense(other))


def test_that_homophones_sound_alike(storage, dictionary):
    component, _ = trained(PinyinNgrams, storage, dictionary)
    one, other = features(component, "查电费")[2], features(component, "茶店废")[2]
    np.testing.assert_array_equal(dense(one), dense(other))


def test_that_the_encoder_has_its_scale(storage):
    component = SentenceEncoder.create({"scale": 3.0}, storage, RESOURCE, CONTEXT)
    sentence = features(component, "停电了")[2]
    assert sentence.shape == (1, SIZE)
    assert np.linalg.norm(sentence) == pytest.approx(3, abs=1e-3)


def test_that_words_mark_their_borders(storage, dictionary):
    component, _ = trained(WordFeatures, storage, dictionary)
    message, _, _ = features(component, "转人工查电费A1")
    assert "".join(token.get(BORDER) for token in tokens_of(message)) == "BMESBEBE"


def test_that_two_dictionaries_live_side_by_side(storage, dictionary, tmp_path):
    first, _ = trained(WordFeatures, storage, dictionary)
    (tmp_path / "other").mkdir()
    dictionary.write_text("费转人\n", encoding="utf-8")
    second, _ = trained(WordFeatures, LocalModelStorage(tmp_path / "other"), dictionary)
    borders = [
        "".join(token.get(BORDER) for token in tokens_of(features(component, "电费转人工")[0]))
        for component in (first, second)
    ]
    assert borders[0] == "BEBME"
    assert borders[1] == "SBMES"


def test_that_a_changed_dictionary_changes_the_fingerprint(dictionary):
    config = {"dictionary": str(dictionary)}
    before = WordFeatures.fingerprint_addon(config)
    assert before == WordFeatures.fingerprint_addon(config)
    dictionary.write_text("停电\n", encoding="utf-8")
    assert before != WordFeatures.fingerprint_addon(config)
