"""Where: estates, villages, lanes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from backends.contracts.base import Contract


class GridManager(Contract):
    """Who looks after a transformer area, and when that person answers the telephone."""

    name: str
    phone: str
    hours: str = Field(description="working hours, e.g. 08:30-17:30")


class Place(Contract):
    """An estate, a village or a lane: the smallest area an outage is announced for."""

    place_id: str
    name: str = Field(min_length=1, description="as people call it")
    address: str = Field(description="province to road and number")
    province: str
    city: str
    district: str
    street: str = Field(description="sub-district or town")
    road: str = ""
    kind: Literal["estate", "village"]
    transformer_area: str
    grid_manager: GridManager | None = None


Match = Literal["exact", "candidates", "none"]


class PlaceAnswer(Contract):
    """`exact`: one place is meant. `candidates`: ask which. `none`: unknown, or contradicting words."""

    match: Match
    places: list[Place]
    building: str = Field(default="", description="the building's number, if the words name one")

    @model_validator(mode="after")
    def _counts(self) -> Self:
        fits = {"exact": len(self.places) == 1, "candidates": bool(self.places), "none": not self.places}
        if not fits[self.match]:
            raise ValueError(f"match {self.match} with {len(self.places)} places")
        return self
