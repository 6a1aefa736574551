"""Special measures in force: epidemic, typhoon, festival, resumption of work."""

from __future__ import annotations

from datetime import date

from backends.client import Backend
from backends.contracts import Measure
from backends.contracts import Measures as MeasureList
from kit import clock


class Measures(Backend):
    """What has lapsed is never answered."""

    async def in_force(self, province: str, city: str = "", day: date | None = None) -> list[Measure]:
        """Measures in force on `day` (today) in the province, and in the city if one is given."""
        params = {"province": province, "city": city, "day": (day or clock.now().date()).isoformat()}
        return (await self.get("measures.in_force", "/v1/measures", MeasureList, params)).measures
