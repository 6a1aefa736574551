"""Characters that sound alike."""

from __future__ import annotations

import pytest

from kit.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [("桂", "贵"), ("牛", "刘"), ("黄", "皇"), ("湖", "福"), ("张", "赞"), ("陈", "程"), ("林", "凌"), ("师", "思"), ("6", "6")],
)  # fmt: skip
def test_that_pairs_that_lines_confuse_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("王", "李"), ("东", "西"), ("6", "9"), ("六", "九"), ("a", "b")])
def test_that_others_do_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)
