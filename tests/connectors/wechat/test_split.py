"""Long words in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wechat.split import LIMIT, spans, split

LINK = "https://95598.example.cn/outage?area=pudong&road=mudan-60"


@given(st.text(max_size=400), st.integers(min_value=4, max_value=300))
def test_that_no_piece_is_too_long_and_nothing_is_lost(text: str, limit: int) -> None:
    text = text.encode(errors="ignore").decode()
    pieces = spans(text, limit)
    assert "".join(text[a:b] for a, b in pieces) == text
    assert all(a < b and len(text[a:b].encode()) <= limit for a, b in pieces)


def test_that_2000_bytes_are_one_piece_and_2001_are_two() -> None:
    assert len(split("电" * 666 + "ab")) == 1
    assert len(split("电" * 667)) == 2
    assert LIMIT == 2000


def test_that_the_cut_is_at_a_paragraph_before_a_sentence() -> None:
    text = "第一句。第二句。\n\n第三句。第四句话比较长。"
    assert split(text, 50) == ["第一句。第二句。", "第三句。第四句话比较长。"]


def test_that_the_cut_is_at_a_sentence_before_a_comma() -> None:
    assert split("今天停电，正在抢修。预计晚上恢复，请等", 45) == [
        "今天停电，正在抢修。",
        "预计晚上恢复，请等",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        LINK, "95598", "021-6234 5678", "3100 0000 0001 8", "128.50", "18:30", "2026-07-01",
        '<a href="https://95598.example.cn/x y">点这里</a>', "service@example.cn", "👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "é", "5️⃣",
    ],
)  # fmt: skip
def test_that_what_belongs_together_stays_together(whole: str) -> None:
    limit = max(len(whole.encode()), 40)
    for before in range(30):
        text = "电" * before + whole + "电" * 30
        assert any(whole in piece for piece in split(text, limit)), before


def test_that_something_longer_than_a_piece_is_cut_all_the_same() -> None:
    pieces = split("https://example.cn/" + "a" * 300, 100)
    assert "".join(pieces) == "https://example.cn/" + "a" * 300


def test_that_an_empty_text_has_no_piece() -> None:
    assert split(" \n ") == []
