"""Regions named by people: the narrowest, never another's, never a guess between two."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backends.reference import regions


@dataclass(frozen=True)
class Member:
    province: str
    city: str
    district: str
    street: str


HUAMU = Member("上海市", "上海市", "浦东新区", "花木街道")
ZHANGJIANG = Member("上海市", "上海市", "浦东新区", "张江镇")
SONGSHAN = Member("湖南省", "株洲市", "天元区", "嵩山路街道")
TIANYUAN = Member("湖南省", "株洲市", "天元区", "天元街道")
HAIZHOU = Member("江苏省", "连云港市", "海州区", "新海街道")
ALL = [HUAMU, ZHANGJIANG, SONGSHAN, TIANYUAN, HAIZHOU]


@pytest.mark.parametrize(
    ("text", "name", "members"),
    [
        ("停电了吗花木这边", "上海市浦东新区花木街道", [HUAMU]),
        ("张 江 镇", "上海市浦东新区张江镇", [ZHANGJIANG]),
        ("浦东明天停电吗", "上海市浦东新区", [HUAMU, ZHANGJIANG]),
        ("湖南省株洲市天元区", "株洲市天元区", [SONGSHAN, TIANYUAN]),
        ("天元街道呢", "株洲市天元区天元街道", [TIANYUAN]),
        ("上海浦东新区花木", "上海市浦东新区花木街道", [HUAMU]),
        ("連雲港", "", []),
        ("连云港有没有停电", "连云港市", [HAIZHOU]),
    ],
)
def test_that_the_narrowest_region_named_is_meant(text: str, name: str, members: list[Member]) -> None:
    found = regions.named(text, ALL)
    assert (found.name if found else "") == name
    assert (found.members if found else []) == members


@pytest.mark.parametrize(
    "text", ["南京市花木街道", "株洲花木", "小区停电了", "我们市区", "", "花城街道", "浦西区停电"]
)
def test_that_nothing_is_guessed(text: str) -> None:
    assert regions.named(text, ALL) is None
