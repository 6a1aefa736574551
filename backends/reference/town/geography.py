"""Estates, lanes and villages, and the transformer areas that feed them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backends.reference.town.rows import AreaRow, PlaceRow
from backends.reference.town.sources import read

PLACES_PER_AREA = 5
UNASSIGNED = "154"  # no operator was ever given this range: nobody's telephone rings


@dataclass(frozen=True)
class District:
    """A district with what lies above it."""

    province: str
    city: str
    telephone: dict[str, Any]
    account: dict[str, Any]
    name: str
    short: str
    places: int
    kind: str
    streets: list[dict[str, Any]]


def districts() -> Iterator[District]:
    """All districts in the order of the data file."""
    for province in read("regions")["provinces"]:
        for city in province["cities"]:
            for found in city["districts"]:
                yield District(
                    province["name"], city["name"], city["telephone"], province["account"],
                    found["name"], found["short"], found["places"], found["kind"], found["streets"],
                )  # fmt: skip


def person(rng: random.Random) -> str:
    """A made-up full name."""
    names = read("names")
    return f"{rng.choice(names['surnames'])}{rng.choice(names['given_names'])}"


def generate(rng: random.Random) -> tuple[list[AreaRow], list[PlaceRow]]:
    """Every name is unique in the town but for the fixed ones, and none is part of another."""
    areas: list[AreaRow] = []
    places: list[PlaceRow] = []
    taken = {fixed["name"] for fixed in read("regions")["fixed_places"]}
    for district in districts():
        order = [street["name"] for street in district.streets]
        for row in sorted(_places(rng, district, taken), key=lambda place: order.index(place.street)):
            row.place_id = f"P{len(places) + 1:04d}"
            if len(places) % PLACES_PER_AREA == 0:
                areas.append(_area(rng, len(areas) + 1, row))
            row.area_id = areas[-1].area_id
            places.append(row)
    return areas, places


def _area(rng: random.Random, index: int, first: PlaceRow) -> AreaRow:
    name = f"{first.street}{first.name}台区" if first.street not in first.name else f"{first.name}台区"
    return AreaRow(
        f"T{index:04d}", name, person(rng), f"{UNASSIGNED}{rng.randrange(10**8):08d}", "08:30-17:30"
    )


def _places(rng: random.Random, district: District, taken: set[str]) -> Iterator[PlaceRow]:
    numbers: set[tuple[str, int]] = set()

    def row(kind: str, name: str, street: str, road: str, number: str, buildings: int) -> PlaceRow:
        return PlaceRow(
            "",
            "",
            kind,
            name,
            district.province,
            district.city,
            district.name,
            street,
            road,
            number,
            buildings,
        )

    made = 0
    for fixed in read("regions")["fixed_places"]:
        if fixed["district"] == district.name:
            made += 1
            numbers.add((fixed["road"], int(fixed["number"][:-1])))
            yield row(
                "estate", fixed["name"], fixed["street"], fixed["road"], fixed["number"], fixed["buildings"]
            )
    for index in range(made, district.places):
        street = district.streets[index % len(district.streets)]
        if district.kind == "village" and rng.random() >= read("names")["village_estate_share"]:
            yield row("village", _name(rng, taken, "village"), street["name"], "", "", 0)
            continue
        road, number = rng.choice(street["roads"]), rng.randrange(11, 900)
        while (road, number) in numbers:
            number = rng.randrange(11, 900)
        numbers.add((road, number))
        lane = district.kind == "lane"
        suffix = f"{number}弄" if lane else f"{number}号"
        name = f"{road}{suffix}" if lane and rng.random() < 0.5 else _name(rng, taken, "estate")
        yield row("estate", name, street["name"], road, suffix, rng.randrange(4, 22))


def _name(rng: random.Random, taken: set[str], kind: str) -> str:
    names = read("names")
    while True:
        name = f"{rng.choice(names[f'{kind}_first'])}{rng.choice(names[f'{kind}_last'])}"
        if not any(name in other or other in name for other in taken):
            taken.add(name)
            return name
