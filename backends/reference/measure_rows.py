"""Measures between the contract and their table."""

from __future__ import annotations

from typing import Any

from backends import contracts
from backends.reference import models


def columns_of(written: contracts.MeasureRequest, file: str = "") -> dict[str, Any]:
    """The columns that a writing decides; sets are kept sorted. `file`: the one it stands in, '' for an operator's."""
    kept = written.model_dump(mode="json") | {"valid_from": written.valid_from, "valid_to": written.valid_to}
    for values in (kept["customers"], kept["effects"]["raises"], kept["effects"]["green_channel"]):
        values.sort()
    return kept | {"file": file}


def content_of(row: models.Measure) -> contracts.MeasureRequest:
    """What was written, whatever became of it."""
    names = contracts.MeasureRequest.model_fields
    return contracts.MeasureRequest.model_validate({name: getattr(row, name) for name in names})


def measure_of(row: models.Measure) -> contracts.Measure:
    """A row as it is answered; a withdrawn measure's end is the day before."""
    measure = contracts.Measure(
        measure_id=row.measure_id, title=row.title, text=row.text, words=row.words, province=row.province,
        city=row.city, districts=row.districts, customers=set(row.customers),
        effects=contracts.Effects.model_validate(row.effects), valid_from=row.valid_from, valid_to=row.valid_to,
        source=row.source, withdrawn_on=row.withdrawn_on, origin="file" if row.file else "operator",
    )  # fmt: skip
    return measure.model_copy(update={"valid_to": measure.last_day})
