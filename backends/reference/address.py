"""Which place is meant by what people say or write. Nothing rather than the wrong estate.

A place is meant for sure (`exact`) when its name, or its road and number, stands in the words, no unknown
word stands right before it, every region named is its own, and no other place fits. Else places that
could be meant are `candidates`, to be asked about: same names in several towns, a road without a number,
a word more, a character off, a name that only sounds alike. A region that is not the place's, or a number
that no place has, gives `none`. What sounds alike is sure only if it is the only one and its street is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from rapidfuzz import fuzz

from backends.contracts import Match
from backends.reference import sounds
from backends.reference.town.sources import read
from kit.sounds import heard

NEAR_LIMIT = 3
ALIKE = 75  # of 100: three of a name's four characters, one of them wrong, missing or too many
VILLAGE = "村"
DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2", "幺": "1"}
UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile(r"([零〇一二两三四五六七八九十百千幺]+)(?=(?:号楼|弄|号|栋|幢|座|楼|单元|室|房|组|队))")
_JUNK = re.compile(r"[\s,，。.、;；:：!！?？（）()\[\]【】\"'“”‘’·]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"^(\d+)(?!\d|号楼|栋|幢|座|楼)")
_BUILDING = re.compile(r"^\D{0,4}?(\d{1,3})(?:号楼|栋|幢|座|号|楼|-)")
REGION = re.compile(r"[\u4e00-\u9fff]{2,}?(?:省|市|区|县|镇|乡|街道)")


class Within(Protocol):
    """Whatever lies in a street of a district of a city."""

    province: str
    city: str
    district: str
    street: str


class Placelike(Within, Protocol):
    """What matching needs to know of a place."""

    place_id: str
    kind: str
    name: str
    road: str
    number: str


P = TypeVar("P", bound=Placelike)


@dataclass(frozen=True)
class Found(Generic[P]):
    """`match` as in the contract's `PlaceAnswer`; `building` is a number, '' if none is named."""

    match: Match = "none"
    places: list[P] = field(default_factory=list)
    building: str = ""


def number_of(words: str) -> str:
    """Digits of a Chinese numeral, read as a value (六十: 60) or digit by digit (六零: 60)."""
    if not any(character in UNITS for character in words):
        return "".join(DIGITS[character] for character in words)
    total, digit = 0, 0
    for character in words:
        if character in UNITS:
            total, digit = total + (digit or 1) * UNITS[character], 0
        else:
            digit = int(DIGITS[character])
    return str(total + digit)


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Half-width, no blanks or punctuation, numerals before 弄, 号, 栋, 室 … as digits; dashes are kept."""
    text = unicodedata.normalize("NFKC", text).lower().replace("—", "-").replace("–", "-")
    return _NUMERAL.sub(lambda found: number_of(found[1]), _JUNK.sub("", text))


def ways(region: str) -> tuple[str, ...]:
    """A region's name as people say it: with and without its last word, longest first."""
    for ending in ("街道", "新区", "新镇", "省", "市", "区", "县", "镇", "乡"):
        if region.endswith(ending) and len(region) - len(ending) >= 2:
            return region, region.removesuffix(ending)
    return (region,)


@dataclass(frozen=True)
class _Hit(Generic[P]):
    place: P
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def match(text: str, places: Sequence[P]) -> Found[P]:
    """The places of `places` that `text` means."""
    query = key(text)[:200]
    found = _as_written(query, places)
    if found is not None and found.match != "none":
        return found
    alike = _by_sound(query, places)
    if alike.match != "none":
        return alike
    return found or _near(query, places)


def _as_written(query: str, places: Sequence[P]) -> Found[P] | None:
    """None if neither a name nor a road stands in the query."""
    hits = _named(query, places)
    return _judge(query, hits, places) if hits else _by_road(query, places)


def names_of(place: Placelike) -> set[str]:
    """Everything a place is called: its name, its road and number, what people say; a village also without its last word."""
    names = {key(place.name)} | ({key(place.road + place.number)} if place.road else set())
    if place.kind == "village" and len(place.name) > sounds.SHORTEST:
        names.add(key(place.name).removesuffix(VILLAGE))
    return names | _aliases().get((place.district, place.name), set())


@lru_cache(maxsize=1)
def _aliases() -> dict[tuple[str, str], set[str]]:
    return {
        (row["district"], row["name"]): {key(called) for called in row["called"]}
        for row in read("aliases")["aliases"]
    }


def _spans(query: str, name: str) -> Iterable[tuple[int, int]]:
    start = query.find(name)
    while start >= 0:
        yield start, start + len(name)
        start = query.find(name, start + 1)


def _named(query: str, places: Sequence[P]) -> list[_Hit[P]]:
    """Places whose name, or road and number, stands in the query; a longer name beats one inside it."""
    hits = []
    for place in places:
        for name in names_of(place):
            hits += [_Hit(place, start, end) for start, end in _spans(query, name)]
    return [
        hit for hit in hits
        if not any(o.start <= hit.start and hit.end <= o.end and o.length > hit.length for o in hits)
    ]  # fmt: skip


def _regions(place: Placelike) -> list[str]:
    return [way for name in (place.province, place.city, place.district, place.street) for way in ways(name)]


def _contradicts(before: str, place: P, places: Sequence[P]) -> bool:
    """True if `before`, the words ahead of the place, names a region that is not the place's."""
    rest = before
    for own in sorted([*_regions(place), place.road], key=len, reverse=True):
        rest = rest.replace(key(own), " ") if own else rest
    known = {name for other in places for name in (other.province, other.city, other.district, other.street)}
    if any(key(name) in rest for name in known):
        return True
    short = {way for name in known for way in ways(name)[1:]}
    if any(rest.strip().endswith(key(way)) or rest.startswith(key(way)) for way in short):
        return True
    endings = tuple(read("address")["no_region"])
    return any(not found[0].endswith(endings) for found in REGION.finditer(rest))


def _strange(query: str, hit: _Hit[P]) -> bool:
    """True if an unknown word touches the name, which may make it another place's name."""
    words = read("address")
    if query[hit.end :].startswith(tuple(words["after"])):
        return True
    before = query[: hit.start]
    own = [
        key(name)
        for name in (*_regions(hit.place), hit.place.road + hit.place.number, hit.place.road)
        if name
    ]
    known = sorted({*own, *words["before"]}, key=len, reverse=True)
    while before and _HAN.match(before[-1]):
        ending = next((word for word in known if before.endswith(word)), None)
        if ending is None:
            return True
        before = before[: -len(ending)]
    return False


def _judge(query: str, hits: list[_Hit[P]], places: Sequence[P]) -> Found[P]:
    fitting = [hit for hit in hits if not _contradicts(query[: hit.start], hit.place, places)]
    sure = {hit.place.place_id: hit for hit in fitting if not _strange(query, hit)}
    kept = sure or {hit.place.place_id: hit for hit in fitting}
    if not kept:
        return Found()
    building = ""
    if len(kept) == 1:
        hit = next(iter(kept.values()))
        end = max(other.end for other in fitting if other.place.place_id == hit.place.place_id)
        found = _BUILDING.match(query[end:])
        building = str(int(found[1])) if found else ""
    answer = [hit.place for hit in kept.values()]
    return Found("exact" if len(sure) == 1 else "candidates", answer, building)


def _by_road(query: str, places: Sequence[P]) -> Found[P] | None:
    """A road alone: its places. A number that no place has: none, but 号 said for 弄 is asked about."""
    roads = {place.road for place in places if place.road and key(place.road) in query}
    if not roads:
        return None
    road = max(roads, key=len)
    start = query.index(key(road))
    number = _NUMBER.match(query[start + len(key(road)) :])
    answer = []
    for place in places:
        if place.road != road or _contradicts(query[:start], place, places):
            continue
        if _strange(query, _Hit(place, start, start + len(key(road)))) and not number:
            continue
        if number is None or key(place.number).rstrip("弄号") == number[1]:
            answer.append(place)
    return Found("candidates", answer) if answer else Found()


def _by_sound(query: str, places: Sequence[P]) -> Found[P]:
    """Names, roads and regions that sound like known ones, read as these."""
    known = {key(word) for place in places for word in (place.road, place.district, place.street) if word}
    known |= {name for place in places for name in names_of(place)}
    answer: dict[str, P] = {}
    sure, building = True, ""
    for reading in sounds.readings(query, known):
        found = _as_written(reading, places) or Found[P]()
        answer |= {place.place_id: place for place in found.places}
        sure, building = sure and found.match == "exact", building or found.building
    if not 0 < len(answer) <= NEAR_LIMIT:
        return Found()
    told = list(answer.values())
    sure = sure and len(told) == 1 and any(key(way) in query for way in ways(told[0].street))
    return Found("exact" if sure else "candidates", told, building if len(told) == 1 else "")


def _near(query: str, places: Sequence[P]) -> Found[P]:
    """Estates' names of four characters or more with one wrong, missing or too many, as speech and haste leave them.

    Villages are told apart by one character, their surname, and lanes by a digit: none is guessed. Nor is anything
    when many are near.
    """
    line = heard(query)
    answer = []
    for place in places:
        name = key(place.name)
        if len(name) < 4 or place.kind == "village" or len(query) < len(name) - 1:
            continue
        if any(character.isdigit() for character in name):
            start = next((s for s in range(len(query)) if _one_off(query[s : s + len(name)], name)), None)
        else:
            close = fuzz.partial_ratio_alignment(heard(name), line, score_cutoff=ALIKE)
            start = close.dest_start if close else None
        if start is not None and not _contradicts(query[:start], place, places):
            answer.append(place)
    return Found("candidates", answer) if 0 < len(answer) <= NEAR_LIMIT else Found()


def _one_off(window: str, name: str) -> bool:
    """Whether one character that is no digit differs."""
    if len(window) != len(name):
        return False
    wrong = [(a, b) for a, b in zip(window, name, strict=True) if a != b]
    return len(wrong) == 1 and not any(character.isdigit() for character in wrong[0])
