"""Noisy copies keep their labels and their entities' places."""

from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.noise import TrainingNoise

TEXTS = [
    "请问我家的电费是多少啊",
    "喂，你好呀，店里的灯不亮了吗",
    "哎呀那个电费费用怎么算呢",
    "是，十天前时，电店垫了钱",
]


def noisy(**config):
    data = []
    for text in TEXTS:
        start = text.index("电")
        data.append(
            Message(
                {
                    "text": text,
                    "intent": "x",
                    "entities": [{"entity": "e", "start": start, "end": start + 1, "value": "电"}],
                }
            )
            if "电" in text
            else Message({"text": text, "intent": "x"})
        )
    return (
        TrainingNoise.create(config, None, None, None)
        .process_training_data(TrainingData(data))
        .training_examples
    )


TEXTS = [text for text in TEXTS if "电" in text]


def test_that_copies_are_added_and_originals_stay():
    examples = noisy(copies=3.0, rates=[0.5])
    assert [example.get("text") for example in examples[: len(TEXTS)]] == TEXTS
    copies = examples[len(TEXTS) :]
    assert copies
    texts = [example.get("text") for example in examples]
    assert len(set(texts)) == len(texts)
    assert {copy.get("intent") for copy in copies} == {"x"}


def test_that_entities_keep_their_place():
    for example in noisy(copies=5.0, rates=[0.0], drop=0.9):
        (entity,) = example.get("entities")
        assert example.get("text")[entity["start"] : entity["end"]] == "电"


def test_that_the_same_data_gives_the_same_copies():
    one, other = ([example.get("text") for example in noisy(copies=2.0)] for _ in range(2))
    assert one == other


def test_that_a_resident_is_left_alone():
    message = Message({"text": "请问啊"})
    assert TrainingNoise.create({}, None, None, None).process([message]) == [message]
    assert message.get("text") == "请问啊"


def test_that_an_utterance_more_changes_no_other_copies():
    texts = [f"我家停电{place}天了，电费还照收吗" for place in range(9)]

    def copies(said):
        component = TrainingNoise.create({"copies": 1.0}, None, None, None)
        data = TrainingData([Message({"text": text, "intent": "x"}) for text in said])
        return {example.get("text") for example in component.process_training_data(data).training_examples}

    assert copies(texts[1:]) <= copies(texts)
