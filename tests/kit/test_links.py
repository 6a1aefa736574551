"""What is a link, where it may lead, and that nothing undated says one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kit.links import LOOKUP, links_in, may_be_said
from kit.pages import PAGES
from kit.settings import ROOT

# Where a row has its day and its source, and is checked as it is read.
DATED = ("answers",)
TOLD_BY_NOBODY = {"source", "questions", "words"}  # where rows are from, and what residents write


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("请看https://www.95598.cn/pay?a=1。", ["https://www.95598.cn/pay?a=1"]),
        ("在www.sgcc.com.cn办理", ["www.sgcc.com.cn"]),
        ("95598.cn/pay也行", ["95598.cn/pay"]),
        ("下载 http://a.example.top/x", ["http://a.example.top/x"]),
        ("打开weixin://dl/business", ["weixin://dl/business"]),
        ("网上国网App，余额56.20元，10.5千伏", []),
        ("写信到 service@sgcc.com.cn", []),
    ],
)
def test_that_links_are_found_however_they_are_written(text: str, links: list[str]) -> None:
    assert links_in(text) == links


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://www.95598.cn/osgweb", True),
        ("https://fgw.sh.gov.cn/a", True),
        ("http://www.95598.cn", False),
        ("www.95598.cn", False),
        ("https://95598.cn.pay.top/", False),
        ("https://my95598.cn", False),
        ("https://sgcc.com.cn@evil.top/", False),
        ("https://www.sgcc.com.cn@evil.top", False),
        ("weixin://dl/business", False),
    ],
)
def test_that_only_https_to_known_domains_may_be_said(link: str, good: bool) -> None:
    assert may_be_said(link) is good


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in TOLD_BY_NOBODY:
                yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def test_that_no_words_without_a_date_hold_a_link() -> None:
    files = [*(ROOT / "data" / "responses").glob("*.yml"), *(ROOT / "data" / "knowledge").rglob("*.yml")]
    for file in set(files) - {LOOKUP}:
        for text in texts(yaml.safe_load(file.read_text("utf-8"))):
            dated = file == PAGES or file.parent.name in DATED
            allowed = dated and all(map(may_be_said, links_in(text)))
            assert allowed or not links_in(text), (file.name, text)
