"""The made-up town: the same for the same day, every time; `outages` adds notices around the present."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from backends.reference.town import bills, geography, halls, households
from backends.reference.town.rows import AccountRow, AreaRow, BillRow, HallRow, PlaceRow
from backends.reference.town.sources import chance

__all__ = ["Town", "generate"]


@dataclass
class Town:
    """Rows as the tables hold them."""

    day: date
    areas: list[AreaRow] = field(default_factory=list)
    places: list[PlaceRow] = field(default_factory=list)
    accounts: list[AccountRow] = field(default_factory=list)
    bills: list[BillRow] = field(default_factory=list)
    halls: list[HallRow] = field(default_factory=list)


def generate(day: date) -> Town:
    """The town as it is on `day`, with thirteen months of bills up to the month before it."""
    rng = chance()
    areas, places = geography.generate(rng)
    town = Town(day, areas, places, households.generate(rng, places), [], halls.generate(rng))
    town.bills = bills.generate(town.accounts, day)
    return town
