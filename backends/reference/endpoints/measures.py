"""Special measures: those in force for residents, all of them for those who keep them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from backends import contracts
from backends.reference.endpoints.deps import Records
from backends.reference.measure_rows import columns_of, content_of, measure_of
from kit import clock
from kit.errors import Conflict, NotFound

router = APIRouter(prefix="/v1/measures", tags=["measures"])
Part = Annotated[str, Query(max_length=20)]
TAKEN: dict[int | str, dict[str, Any]] = {
    409: {"model": contracts.ErrorBody, "description": "Another measure has this id"}
}


@router.get("")
async def in_force(
    records: Records,
    province: Annotated[str, Query(min_length=2, max_length=20)],
    city: Part = "",
    district: Part = "",
    customer: contracts.Customer | None = None,
    day: date | None = None,
) -> contracts.Measures:
    """In force on `day` (today) in all of the region: without a city those of the whole province only, and so on."""
    on = day or clock.now().date()
    found = [measure_of(row) for row in await records.measures()]
    return contracts.Measures(
        measures=[
            one for one in found
            if one.holds(on) and one.covers(province, city, district) and one.serves(customer or "")
        ]
    )  # fmt: skip


@router.get("/all")
async def everything(records: Records) -> contracts.Measures:
    """Lapsed, withdrawn and future ones too, the latest first."""
    return contracts.Measures(measures=[measure_of(row) for row in await records.measures()])


@router.post("", responses=TAKEN)
async def add(written: contracts.MeasureRequest, records: Records) -> contracts.Measure:
    """Enter a measure under the caller's id; the same one twice is one. 409 `measure_exists`."""
    row = await records.add_measure(columns_of(written))
    if content_of(row) != written:
        raise Conflict("another measure has this id; take a new one", code="measure_exists")
    return measure_of(row)


@router.delete("/{measure_id}")
async def withdraw(measure_id: Annotated[str, Path(max_length=60)], records: Records) -> contracts.Measure:
    """End a measure now. It stays on record and never comes back under its id. 404 `unknown_measure`."""
    row = await records.withdraw_measure(measure_id, clock.now().date())
    if row is None:
        raise NotFound("no measure of this id", code="unknown_measure")
    return measure_of(row)
