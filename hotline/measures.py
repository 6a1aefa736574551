"""The utility's measures as the console wants them, through the backend's client."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from backends.client import BackendError, BackendRefused
from backends.contracts import Measure, MeasureRequest
from backends.measures import Measures
from desk.errors import BadMeasure
from desk.measures import MeasureRow
from kit.errors import BadInput, Conflict, NotFound, Unavailable
from kit.settings import Settings


class MeasureOffice:
    """`desk.measures.MeasureBook` on the utility's system."""

    def __init__(self, settings: Settings) -> None:
        self.client = Measures(settings.backends_url, settings.backends_token)

    async def aclose(self) -> None:
        await self.client.aclose()

    async def all(self) -> Sequence[MeasureRow]:
        with told():
            return [row_of(measure) for measure in await self.client.all()]

    async def add(self, written: Mapping[str, Any]) -> None:
        try:
            request = MeasureRequest.model_validate(written)
        except ValidationError as error:
            raise BadMeasure([_field(one["loc"]) for one in error.errors()]) from None
        with told():
            await self.client.add(request)

    async def withdraw(self, measure_id: str) -> None:
        with told():
            await self.client.withdraw(measure_id)


def _field(place: tuple[int | str, ...]) -> str:
    """The field an error is about; of effects the effect."""
    return str(place[1] if place[0] == "effects" and len(place) > 1 else place[0])


@contextlib.contextmanager
def told(url: str = "") -> Iterator[None]:
    """A client's error as one of ours, by what can be done about it. `url`: where was asked, for an engineer."""
    who = f"the utility's system{url and ' at ' + url}"
    kinds = {400: BadInput, 404: NotFound, 409: Conflict}
    try:
        yield
    except BackendRefused as error:
        kind = kinds.get(error.status)
        if error.status == 401:
            raise Unavailable(f"{who} refuses our token; see HOTLINE_BACKENDS_TOKEN") from error
        if kind is None or error.code == "not_found":  # of an unknown measure it is `unknown_measure`
            raise Unavailable(f"{who} does not serve this call ({error.reason})") from error
        raise kind(error.reason, code=error.code) from error
    except BackendError as error:
        raise Unavailable(f"{who} does not answer ({error.reason}); see HOTLINE_BACKENDS_URL") from error


def row_of(measure: Measure) -> MeasureRow:
    """A measure as the console's page shows it."""
    effects = measure.effects
    return MeasureRow(
        measure_id=measure.measure_id, title=measure.title, text=measure.text,
        region=" ".join(part for part in (measure.province, measure.city, *measure.districts) if part),
        customers=sorted(measure.customers, reverse=True), valid_from=measure.valid_from, valid_to=measure.last_day,
        withdrawn_on=measure.withdrawn_on, source=measure.source,
        arrears=effects.arrears, planned_work=effects.planned_work, raises=sorted(effects.raises),
        green_channel=sorted(effects.green_channel), answers=effects.answers,
    )  # fmt: skip
