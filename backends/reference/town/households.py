"""Accounts: eight to a place, and those that are always there."""

from __future__ import annotations

import random
from decimal import Decimal

from backends.reference.town.geography import districts, person
from backends.reference.town.rows import AccountRow, PlaceRow
from backends.reference.town.sources import chance, read

PER_PLACE = 8
NOTHING = Decimal("0.00")
HOLDER = "1"  # nobody has moved yet
TIME_OF_USE_SHARE = 0.2
PREPAID_SHARE = 0.5
FIRM_SHARE, IMPORTANT_SHARE = 0.05, 0.1  # firms of all accounts, important users of the firms


def fixed_accounts(places: list[PlaceRow]) -> list[AccountRow]:
    """The accounts that demonstrations and acceptance checks know by heart."""
    rows = []
    for fixed in read("accounts")["fixed"]:
        place = next(p for p in places if (p.district, p.name) == (fixed["district"], fixed["place"]))
        row = AccountRow(
            fixed["number"], place.place_id, place.province, fixed["holder_name"], fixed["phone_last4"],
            fixed["building"], fixed["room"], "tier", NOTHING, "connected", False,
            fixed.get("customer", "resident"), bool(fixed.get("important")), None, HOLDER,
        )  # fmt: skip
        rows.append(row)
    return rows


def generate(rng: random.Random, places: list[PlaceRow]) -> list[AccountRow]:
    """Credit and supply follow from the bills and are filled in with them."""
    rows = fixed_accounts(places)
    numbers = {row.number for row in rows}
    doors = {(row.place_id, row.building, row.room) for row in rows}
    rules = {district.province: district.account for district in districts()}
    for place in places:
        for _ in range(PER_PLACE):
            rule = rules[place.province]
            number = _number(rng, rule["prefix"], rule["digits"])
            while number in numbers:
                number = _number(rng, rule["prefix"], rule["digits"])
            numbers.add(number)
            door = _door(rng, place)
            while (place.place_id, *door) in doors:
                door = _door(rng, place)
            doors.add((place.place_id, *door))
            known = place.province in read("accounts")["time_of_use_provinces"]
            tariff = "time_of_use" if known and rng.random() < TIME_OF_USE_SHARE else "tier"
            row = AccountRow(
                number, place.place_id, place.province, person(rng), f"{rng.randrange(10**4):04d}", *door,
                tariff, NOTHING, "connected", rng.random() < PREPAID_SHARE, *_class(number), None, HOLDER,
            )  # fmt: skip
            rows.append(row)
    return rows


def _class(number: str) -> tuple[str, bool]:
    """Resident or firm, and whether an important user."""
    drawn = chance(number, "class").random()
    return ("firm", drawn < FIRM_SHARE * IMPORTANT_SHARE) if drawn < FIRM_SHARE else ("resident", False)


def _number(rng: random.Random, prefix: str, digits: int) -> str:
    rest = digits - len(prefix)
    return f"{prefix}{rng.randrange(10**rest):0{rest}d}"


def _door(rng: random.Random, place: PlaceRow) -> tuple[str, str]:
    """Building and room; a house in a village has its number only."""
    if place.kind == "village":
        return "", str(rng.randrange(1, 160))
    return str(rng.randrange(1, place.buildings + 1)), f"{rng.randrange(1, 19)}{rng.randrange(1, 5):02d}"
