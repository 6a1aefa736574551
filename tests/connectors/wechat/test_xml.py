"""XML in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wechat import xml
from kit.errors import BadInput


@pytest.mark.parametrize(
    "body",
    [
        b"", b"success", b"{}", b"<xml>", b"<html></html>", b"<xml><a></xml></a>", b"\xff\xfe<xml/>",
        b'<!DOCTYPE xml><xml/>', b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>', b'<?xml version="1.0" encoding="no-such"?><xml/>',
        "<xml><Content>\u4f60</Content></xml>".encode("gbk"),
    ],
)  # fmt: skip
def test_that_bad_xml_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        xml.parse(body)


def test_that_more_than_64_kilobytes_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        xml.parse(b"<xml><Content>" + b"x" * xml.MAX_BYTES + b"</Content></xml>")
    assert refused.value.code == "too_large"


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_that_every_text_survives_the_way_out_and_in(text: str) -> None:
    shown = xml.parse(xml.build({"Content": text, "CreateTime": 1}).encode())["Content"]
    legal = "".join(c for c in text if c in "\t\n\r" or "\x20" <= c not in "\ufffe\uffff")
    assert shown == legal.replace("\r\n", "\n").replace("\r", "\n")


def test_that_the_end_of_cdata_inside_a_text_stays_text() -> None:
    built = xml.build({"Content": "a]]>b<&>"})
    assert xml.parse(built.encode()) == {"Content": "a]]>b<&>"}
