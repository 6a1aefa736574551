"""What every trained component owes the model."""

import pytest

from bot.components.base import TrainedComponent
from bot.components.characters import CharacterNgrams
from bot.components.crf import CrfEntityExtractor
from bot.components.hearings import OtherHearings
from bot.components.intent import WideDeepIntentClassifier
from bot.components.pinyin import PinyinNgrams
from bot.components.rules import RuleEntities
from bot.components.values import EntityValues
from bot.components.words import WordFeatures

TRAINED = [
    CharacterNgrams, CrfEntityExtractor, EntityValues, OtherHearings, PinyinNgrams, RuleEntities, WideDeepIntentClassifier, WordFeatures,
]  # fmt: skip


@pytest.mark.parametrize("missing", ["train", "restore"])
def test_that_no_component_can_be_without(missing):
    said = {name: lambda *_: None for name in ("train", "restore") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Forgetful", (TrainedComponent,), said)({}, None, None)


@pytest.mark.parametrize("kind", TRAINED)
def test_that_every_trained_component_comes_back_the_same_way(kind):
    assert kind.load.__func__ is TrainedComponent.load.__func__
