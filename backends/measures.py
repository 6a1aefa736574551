"""Special measures: epidemic, typhoon, festival, resumption of work, returnees."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from backends.client import Backend
from backends.contracts import Measure, MeasureRequest
from backends.contracts import Measures as MeasureList
from kit import clock


class Measures(Backend):
    """What has lapsed is never among those in force, even where a utility answers it."""

    async def in_force(
        self, province: str, city: str = "", district: str = "", customer: str = "", day: date | None = None
    ) -> list[Measure]:
        """In force on `day` (today) in all of the region named, for that customer ('': for anybody)."""
        on = day or clock.now().date()
        params = {
            "province": province, "city": city, "district": district, "customer": customer, "day": on.isoformat(),
        }  # fmt: skip
        found = (await self.get("measures.in_force", "/v1/measures", MeasureList, params)).measures
        return [m for m in found if m.holds(on) and m.covers(province, city, district) and m.serves(customer)]

    async def all(self) -> list[Measure]:
        """Every measure there is or was, the latest first."""
        return (await self.get("measures.all", "/v1/measures/all", MeasureList)).measures

    async def add(self, measure: MeasureRequest) -> Measure:
        """Enter a measure; the same one twice is one. Raises `BackendRefused(409, "measure_exists")` for another of its id."""
        return await self.post(
            "measures.add", "/v1/measures", Measure, measure.model_dump(mode="json"), idempotent=True
        )

    async def withdraw(self, measure_id: str) -> Measure:
        """End a measure now; it stays on record. Raises `BackendRefused(404, "unknown_measure")`."""
        return await self.delete("measures.withdraw", f"/v1/measures/{quote(measure_id, safe='')}", Measure)
