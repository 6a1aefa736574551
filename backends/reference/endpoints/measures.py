"""Special measures in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from backends import contracts
from backends.reference.endpoints.deps import Records
from kit import clock

router = APIRouter(prefix="/v1/measures", tags=["measures"])


@router.get("")
async def in_force(
    records: Records,
    province: Annotated[str, Query(min_length=2, max_length=20)],
    city: Annotated[str, Query(max_length=20)] = "",
    day: date | None = None,
) -> contracts.Measures:
    """Measures in force on `day` (today); without a city those of the whole province only."""
    rows = await records.measures(province, city, day or clock.now().date())
    return contracts.Measures(
        measures=[
            contracts.Measure(
                measure_id=row.measure_id, title=row.title, text=row.text, province=row.province,
                city=row.city,
                valid_from=row.valid_from, valid_to=row.valid_to, source=row.source,
            )
            for row in rows
        ]
    )  # fmt: skip
