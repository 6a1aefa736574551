"""Business halls (营业厅)."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from backends.client import Backend
from backends.contracts import Hall
from backends.contracts import Halls as HallList
from kit import clock


class Halls(Backend):
    """Halls by name, district, street or an address nearby."""

    async def search(self, text: str, day: date | None = None) -> list[Hall]:
        """Halls meant by `text`, with the hours of `day` (today); several: ask which; none: unknown."""
        params = {"text": text[:200], "day": (day or clock.now().date()).isoformat()}
        return (await self.get("halls.search", "/v1/halls", HallList, params)).halls

    async def by_id(self, hall_id: str, day: date | None = None) -> Hall:
        """Raises `BackendRefused(404, "unknown_hall")`."""
        params = {"day": (day or clock.now().date()).isoformat()}
        return await self.get("halls.by_id", f"/v1/halls/{quote(hall_id, safe='')}", Hall, params)
