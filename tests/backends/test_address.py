"""Which place is meant: a table of what people write, against the whole town."""

from __future__ import annotations

from datetime import date

import pytest

from backends.reference import address
from backends.reference.town import generate
from backends.reference.town.rows import PlaceRow

LANE, GARDEN = ("浦东新区", "牡丹路60弄"), ("天元区", "阳光花园")


@pytest.fixture(scope="module")
def places() -> list[PlaceRow]:
    return generate(date(2026, 5, 12)).places


def told(found: address.Found[PlaceRow]) -> list[tuple[str, str]]:
    return [(place.district, place.name) for place in found.places]


@pytest.mark.parametrize(
    ("text", "place", "building"),
    [
        ("牡丹路60弄", LANE, ""),
        ("牡丹路六十弄", LANE, ""),
        ("牡丹路六零弄", LANE, ""),
        ("牡丹路６０弄", LANE, ""),
        ("牡丹路 60 弄", LANE, ""),
        ("牡丹路60弄3号楼", LANE, "3"),
        ("牡丹路60弄3号楼502室", LANE, "3"),
        ("牡丹路六十弄十二号楼", LANE, "12"),
        ("花木街道牡丹路60弄", LANE, ""),
        ("花木牡丹路60弄", LANE, ""),
        ("浦东牡丹路60弄", LANE, ""),
        ("上海市浦东新区花木街道牡丹路60弄3号楼502室", LANE, "3"),
        ("牡丹路60弄停电了，什么时候来电", LANE, ""),
        ("我家在牡丹路60弄", LANE, ""),
        ("你好，请问牡丹路60弄为什么停电", LANE, ""),
        ("牡丹路215弄", ("浦东新区", "锦绣苑"), ""),
        ("锦绣苑5栋", ("浦东新区", "锦绣苑"), "5"),
        ("天元区阳光花园", GARDEN, ""),
        ("天元区的阳光花园明天停电吗", GARDEN, ""),
        ("株洲阳光花园8栋", GARDEN, "8"),
        ("湖南省株洲市天元区嵩山路街道黄河北路88号阳光花园16栋", GARDEN, "16"),
        ("黄河北路88号", GARDEN, ""),
        ("海州区阳光花园", ("海州区", "阳光花园"), ""),
        ("我们小区苍梧绿园没电", ("海州区", "苍梧绿园"), ""),
        ("绿园小区5栋301", ("海州区", "苍梧绿园"), "5"),  # what people call it
        ("牡丹一村3号楼", LANE, "3"),
        ("锦绣花苑停电了", ("浦东新区", "锦绣苑"), ""),
        ("花木街道锦秀苑", ("浦东新区", "锦绣苑"), ""),  # sounds alike, the only one, and its street is named
        ("花木木单路60弄", LANE, ""),
        ("路南街道苍吾绿园14栋", ("海州区", "苍梧绿园"), "14"),
    ],
)
def test_that_a_place_is_found(
    text: str, place: tuple[str, str], building: str, places: list[PlaceRow]
) -> None:
    found = address.match(text, places)
    assert (found.match, told(found), found.building) == ("exact", [place], building)


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("阳光花园", [GARDEN, ("海州区", "阳光花园")]),  # same name in two cities
        ("牡丹路停电", [LANE, ("浦东新区", "牡丹路128弄")]),  # a road alone
        ("牡丹路3号楼", [LANE]),  # a building of some place on the road
        ("牡丹路60号", [LANE]),  # 号 said for 弄
        ("牡丹路60", [LANE]),
        ("新牡丹路60弄", [LANE]),  # an unknown word in front
        ("东方阳光花园", [GARDEN]),
        ("天元区阳光花园二期", [GARDEN]),  # another phase
        ("天元区杨光花园", [GARDEN]),  # one character off
        ("牡丹鹿60弄", [LANE]),
        ("锦秀苑", [("浦东新区", "锦绣苑")]),  # sounds alike
        ("木单路60弄", [LANE]),
        ("浦东锦秀院", [("浦东新区", "锦绣苑")]),
        ("仓吴律园", [("海州区", "苍梧绿园")]),  # l for n, flat for curled
        ("天园区阳光花园", [GARDEN]),  # the region misheard
        ("苍梧园", [("海州区", "苍梧绿园")]),  # a character missing
        ("苍梧的绿园", [("海州区", "苍梧绿园")]),  # one too many
    ],
)
def test_that_doubt_gives_candidates(text: str, among: list[tuple[str, str]], places: list[PlaceRow]) -> None:
    found = address.match(text, places)
    assert found.match == "candidates"
    assert set(among) <= set(told(found))


@pytest.mark.parametrize(
    "text",
    ["", "   ", "牡丹路61弄", "牡丹路160弄", "牡丹路6弄", "牡丹江路60弄", "杭州市牡丹路60弄", "宝山区牡丹路60弄", "天元区牡丹路60弄",
     "长沙市阳光花园", "芦淞区阳光花园", "北京市朝阳区", "没电了", "60弄", "3号楼502室", "%", "牡", "\x00", "王" * 200],
)  # fmt: skip
def test_that_nothing_is_better_than_a_wrong_estate(text: str, places: list[PlaceRow]) -> None:
    assert address.match(text, places) == address.Found()


def test_that_every_place_is_found_by_its_full_address_and_by_district_and_name(
    places: list[PlaceRow],
) -> None:
    for place in places:
        city = "" if place.city == place.province else place.city
        own = "" if place.name == place.road + place.number else place.name
        full = f"{place.province}{city}{place.district}{place.street}{place.road}{place.number}{own}"
        for text in (full, place.district + place.name):
            found = address.match(text, places)
            assert (found.match, found.places) == ("exact", [place]), text


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("六十", "60"),
        ("六零", "60"),
        ("一百二十八", "128"),
        ("二百零五", "205"),
        ("十二", "12"),
        ("幺二", "12"),
    ],
)
def test_that_chinese_numerals_are_read(words: str, digits: str) -> None:
    assert address.key(f"{words}弄") == f"{digits}弄"


def test_that_villages_are_found_without_their_last_word(places: list[PlaceRow]) -> None:
    villages = [place for place in places if place.kind == "village"]
    assert villages
    for place in villages:
        found = address.match(f"{place.district}{place.name.removesuffix('村')}停电了", places)
        assert (found.match, found.places) == ("exact", [place]), place.name


def test_that_what_only_sounds_alike_is_never_the_wrong_estate_for_sure(places: list[PlaceRow]) -> None:
    """Every name with its characters replaced by others that sound the same, without a street: asked about, or nothing."""
    twins = {
        "桂": "贵",
        "园": "圆",
        "苑": "院",
        "里": "理",
        "新": "心",
        "村": "春",
        "家": "加",
        "路": "鹿",
        "花": "华",
    }
    wrong = [place for place in places if place.kind == "estate" and set(place.name) & set(twins)]
    assert len(wrong) > 50
    for place in wrong:
        written = "".join(twins.get(character, character) for character in place.name)
        found = address.match(written, places)
        assert found.match != "exact" or found.places == [place], (place.name, told(found))
        assert place in found.places or found.match == "none", (place.name, told(found))


def test_that_no_alias_is_a_name_of_another_place(places: list[PlaceRow]) -> None:
    for place in places:
        for name in address.names_of(place):
            others = [other for other in places if other.name != place.name]
            assert not any(name in address.names_of(other) for other in others), name
