"""Tables: what recognisers give, what a voice can say."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.ivr.hearing import confidence_of, nbest
from connectors.ivr.speech import speakable

GOOGLE = {
    "results": [
        {
            "alternatives": [
                {"transcript": "查电费", "confidence": 0.8},
                {"transcript": "茶电费", "confidence": 0.3},
            ]
        }
    ]
}
GOOGLE_IN_TWO = {
    "results": [
        {
            "alternatives": [
                {"transcript": "牡丹路", "confidence": 0.9},
                {"transcript": "母单路", "confidence": 0.2},
            ]
        },
        {"alternatives": [{"transcript": "停电了", "confidence": 0.7}]},
    ]
}
AZURE = {"NBest": [{"Display": "查电费", "Confidence": 0.8}, {"Lexical": "茶电费", "Confidence": 0.1}]}
PLAIN = {"alternatives": [{"text": "查电费"}, "茶电费"]}


@pytest.mark.parametrize(
    ("text", "output", "lines"),
    [
        ("查电费", GOOGLE, ["查电费", "茶电费"]),
        ("牡丹路停电了", GOOGLE_IN_TWO, ["牡丹路停电了", "母单路停电了"]),
        ("查电费", AZURE, ["查电费", "茶电费"]),
        ("查电费", PLAIN, ["查电费", "茶电费"]),
        ("查电费。", PLAIN, ["查电费。", "查电费", "茶电费"]),
        ("", GOOGLE, ["查电费", "茶电费"]),
        ("查电费", None, ["查电费"]),
        ("查电费", {"results": [None, {"alternatives": 3}, {}]}, ["查电费"]),
        ("查电费", {"alternatives": [{"transcript": 5}, None, {"transcript": " "}]}, ["查电费"]),
        ("查电费", "noise", ["查电费"]),
    ],
)
def test_that_every_alternative_is_read(text: str, output: Any, lines: list[str]) -> None:
    assert [line["text"] for line in nbest(text, 0.8, output)] == lines


@pytest.mark.parametrize(
    ("given", "read"),
    [(0.5, 0.5), (1, 1.0), (87, 0.87), (-1, None), (101, None), ("0.5", None), (True, None)],
)
def test_that_a_confidence_is_a_share_of_one(given: Any, read: float | None) -> None:
    assert confidence_of(given) == read


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("第一行\n第二行", "第一行，第二行"),
        ("第一行。\r\n\r\n第二行", "第一行。第二行"),
        ("好的😀👍🏽❤️", "好的"),
        ("看https://95598.cn/x?y=1。", "看。"),
        ("<b>重要</b>：**今天**", "重要：今天"),
        ("【通知】停电", "通知，停电"),
        ("高于35℃", "高于35℃"),
        ("1\ufe0f\u20e3 报修", "1 报修"),
        ("👋", ""),
        ("……", ""),
        ("a\u200bb", "ab"),
    ],
)
def test_that_only_what_a_voice_can_say_is_said(written: str, spoken: str) -> None:
    assert speakable(written) == spoken
