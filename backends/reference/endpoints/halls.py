"""Business halls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from backends import contracts
from backends.reference import address, models, regions
from backends.reference.endpoints.deps import Records
from backends.reference.town.sources import read
from kit import clock
from kit.errors import NotFound

router = APIRouter(prefix="/v1/halls", tags=["halls"])


@router.get("")
async def search(
    records: Records,
    text: Annotated[
        str, Query(max_length=200, description="a name, a district or street, or an address nearby")
    ] = "",
    day: date | None = None,
) -> contracts.Halls:
    """Halls meant by `text`, with the hours of `day` (today)."""
    wanted = day or clock.now().date()
    halls = named(text, await records.halls())
    if not halls:
        halls = nearby(text, await records.halls(), await records.places())
    return contracts.Halls(halls=[hall_of(hall, wanted) for hall in halls])


@router.get("/{hall_id}")
async def by_id(
    records: Records, hall_id: Annotated[str, Path(max_length=32)], day: date | None = None
) -> contracts.Hall:
    """404 `unknown_hall`."""
    hall = await records.hall(hall_id)
    if hall is None:
        raise NotFound("no hall of this id", code="unknown_hall")
    return hall_of(hall, day or clock.now().date())


def named(text: str, halls: Sequence[models.Hall]) -> list[models.Hall]:
    """Halls whose own name stands in the words, with any word for a hall, or none, behind it."""
    query = address.key(text)
    called = sorted(map(address.key, read("halls")["called"]), key=len, reverse=True)
    found = [
        hall for hall in halls
        if query == address.key(hall.core) or any(address.key(hall.core) + word in query for word in called)
    ]  # fmt: skip
    return [hall for hall in found if not _elsewhere(query, hall, halls)]


def _elsewhere(query: str, hall: models.Hall, halls: Sequence[models.Hall]) -> bool:
    """True if the words name a city or district that is not the hall's."""
    own = {hall.province, hall.city, hall.district}
    others = {name for other in halls for name in (other.province, other.city, other.district)} - own
    return any(address.key(name) in query for name in others)


def nearby(text: str, halls: Sequence[models.Hall], places: Sequence[models.Place]) -> list[models.Hall]:
    """Halls of the street, else of the district, that the place meant lies in; of the region that the words name."""
    found = address.match(text, places)
    if found.match == "exact":
        place = found.places[0]
        own = [hall for hall in halls if hall.district == place.district]
        return [hall for hall in own if hall.street == place.street] or own
    region = regions.named(text, halls)
    return region.members if region else []


def hall_of(row: models.Hall, day: date) -> contracts.Hall:
    week = [[_span(span) for span in spans] for spans in row.week]
    return contracts.Hall(
        hall_id=row.hall_id, name=row.name, grade=row.grade, province=row.province, city=row.city,  # type: ignore[arg-type]
        district=row.district, street=row.street, address=row.address, phone=row.phone,
        status=row.status, notice=row.notice, day=day,  # type: ignore[arg-type]
        hours=[] if row.status == "closed" else week[day.weekday()], week=week, services=row.services,
    )  # fmt: skip


def _span(text: str) -> contracts.Span:
    opens, closes = text.split("-")
    return contracts.Span.model_validate({"opens": opens, "closes": closes})
