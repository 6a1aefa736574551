"""Forty business halls: one in the middle of each district, one in each street."""

from __future__ import annotations

import random
from typing import Any

from backends.reference.town.geography import District, districts
from backends.reference.town.rows import HallRow
from backends.reference.town.sources import read

STATUSES = ("open",) * 8 + ("limited", "closed")


def generate(rng: random.Random) -> list[HallRow]:
    data = read("halls")
    fixed = {row["core"]: row for row in data["fixed"]}
    halls: list[HallRow] = []
    for index, district in enumerate(districts()):
        centre = data["centre"].format(district=district.short)
        # A grade is given once: the first district of the first province has the regional centre.
        halls.append(
            _hall(rng, len(halls), district, district.streets[0], centre, "A" if index % 2 == 0 else "B")
        )
        for street in district.streets:
            core = street["name"].removesuffix("街道").removesuffix("镇").removesuffix("新")
            row = _hall(rng, len(halls), district, street, core, "C")
            if core in fixed:
                _fix(row, fixed[core])
            halls.append(row)
    return halls


def _hall(
    rng: random.Random, index: int, district: District, street: dict[str, Any], core: str, grade: str
) -> HallRow:
    data = read("halls")
    status = "open" if grade in "AB" else rng.choice(STATUSES)
    city = "" if district.city == district.province else district.city
    road = f"{rng.choice(street['roads'])}{rng.randrange(11, 900)}号"
    telephone = district.telephone
    return HallRow(
        f"H{index + 1:03d}", core, data["name"].format(core=core), grade, district.province, district.city,
        district.name, street["name"], f"{district.province}{city}{district.name}{street['name']}{road}",
        f"{telephone['code']}-{rng.randrange(10 ** (telephone['digits'] - 1)):0{telephone['digits']}d}",
        status, rng.choice(data["notices"][status]), data["hours"][grade], data["services"][grade],
    )  # fmt: skip


def _fix(row: HallRow, fixed: dict[str, Any]) -> None:
    data = read("halls")
    row.grade, row.status, row.notice = fixed["grade"], fixed["status"], fixed["notice"]
    row.week, row.services = data["hours"][row.grade], data["services"][row.grade]
    row.address = row.address[: row.address.index(row.street) + len(row.street)] + fixed["road_number"]
