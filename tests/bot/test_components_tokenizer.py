"""Tables of texts and the tokens they become."""

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from bot.components.tokenizer import LIMIT, CharacterTokenizer, tokens_of


def tokens(text, **config):
    message = Message({"text": text})
    CharacterTokenizer.create(config).process([message])
    assert message.get("text") == text
    return tokens_of(message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("停电了", ["停", "电", "了"]),
        ("查12月电费", ["查", "12", "月", "电", "费"]),
        ("我的户号3100000000018，谢谢", ["我", "的", "户", "号", "3100000000018", "，", "谢", "谢"]),
        ("网上国网APP登不上", ["网", "上", "国", "网", "APP", "登", "不", "上"]),
        ("ＡＰＰ１２３号", ["ＡＰＰ", "１２３", "号"]),
        ("3.5度", ["3", ".", "5", "度"]),
        ("a1b2", ["a", "1", "b", "2"]),
        ("  有　空 格 ", ["有", "空", "格"]),
        ("停电😡了", ["停", "电", "😡", "了"]),
        ("電費", ["電", "費"]),
        ("", []),
        ("\n\t ", []),
    ],
)
def test_that_characters_are_tokens_and_runs_stay_whole(text, expected):
    found = tokens(text)
    assert [token.text for token in found] == expected
    assert [text[token.start : token.end] for token in found] == expected


def test_that_a_megabyte_is_cut():
    assert len(tokens("电" * 1_000_000)) == LIMIT


@pytest.mark.parametrize("limit", [0, -1, "many", True])
def test_that_a_senseless_limit_is_refused(limit):
    with pytest.raises(InvalidConfigException, match="limit"):
        CharacterTokenizer.create({"limit": limit})
