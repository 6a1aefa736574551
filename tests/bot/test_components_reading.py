"""What a text reads like, and where each character of the reading comes from."""

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.reading import READING, ReadingNormalizer, read, reading_of
from bot.components.tokenizer import CharacterTokenizer, tokens_of


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("電費帳單", "电费帐单"),
        ("ＡＰＰ１２３", "app123"),
        ("Kwh", "kwh"),
        ("停\u200b电\ufeff了", "停电了"),
        ("停\x00电\x1b", "停电"),
        ("全　角", "全 角"),
        ("\ud800停", "停"),
        ("停电，了！", "停电,了!"),
        ("", ""),
        ("İ", "İ"),
    ],
)
def test_that_the_reading_is_simple_and_half_width(text, reading):
    assert read(text).text == reading


@pytest.mark.parametrize("text", ["電費\u200bＡ１", "\u200b", "a\x00b", "停电了"])
def test_that_every_character_knows_its_place(text):
    reading = read(text)
    assert len(reading.text) == len(reading.origin)
    for place, character in enumerate(reading.text):
        start, end = reading.span(place, place + 1)
        assert read(text[start:end]).text == character


def test_that_spans_lead_there_and_back():
    reading = read("我\u200b的電\u200b費")
    assert reading.text == "我的电费"
    assert reading.span(2, 4) == (3, 6)
    assert reading.within(3, 6) == (2, 4)
    assert reading.within(1, 2) == (1, 1)


def test_that_text_stays_and_tokens_read():
    message = Message({"text": "電費Ａ\u200b１２"})
    CharacterTokenizer.create({}).process([message])
    ReadingNormalizer({}, None, None).process([message])
    assert message.get("text") == "電費Ａ\u200b１２"
    assert reading_of(message).text == "电费a12"
    assert [token.get(READING) for token in tokens_of(message)] == ["电", "费", "a", "", "12"]


def test_that_only_the_beginning_of_a_megabyte_is_read():
    assert len(read("电" * 1_000_000).text) == 1000
