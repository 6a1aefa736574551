"""What `hotline measures` does; apart from its commands, so that no other command waits for these imports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from backends.contracts import Measure, MeasureRequest
from backends.measures import Measures
from backends.reference.measure_files import read, reasons
from hotline.measures import told
from kit import clock
from kit.errors import BadInput, NotFound
from kit.settings import Settings, load

Answer = TypeVar("Answer")


def backends_url(settings: Settings) -> str:
    """Where the utility's systems are: as set, else where the running `hotline up` has put them."""
    if "backends_url" not in settings.model_fields_set:
        try:
            running = json.loads((settings.home / "run.json").read_text("utf-8"))
            return str(running["addresses"]["backends"])
        except (OSError, ValueError, LookupError):
            pass
    return settings.backends_url


def ask(call: Callable[[Measures], Awaitable[Answer]]) -> Answer:
    """One call of the utility's system. Raises `HotlineError`."""
    settings = load()
    url = backends_url(settings)

    async def run() -> Answer:
        async with Measures(url, settings.backends_token) as client:
            with told(url):
                return await call(client)

    return asyncio.run(run())


def listed(*, everything: bool, province: str) -> list[Measure]:
    """Measures in force and to come, or all of them."""
    return [
        one for one in ask(lambda client: client.all())
        if (everything or state(one) in ("in force", "coming")) and one.province.startswith(province)
    ]  # fmt: skip


def find(measure_id: str) -> Measure:
    """Raises `NotFound`."""
    found = [one for one in ask(lambda client: client.all()) if one.measure_id == measure_id]
    if not found:
        raise NotFound(f"{measure_id}: no measure of this id; see `hotline measures list --all`")
    return found[0]


def add(request: MeasureRequest) -> Measure:
    return ask(lambda client: client.add(request))


def withdraw(measure_id: str) -> Measure:
    return ask(lambda client: client.withdraw(measure_id))


def requests(file: Path | None, written: Mapping[str, Any]) -> list[MeasureRequest]:
    """What is to be entered: a file's measures, or the one of the options. Raises `BadInput` with the field."""
    if file and written:
        raise BadInput("give --file, or options, not both")
    if file:
        return read(file)
    if not written:
        raise BadInput("give --file (see docs/measure-template.yml), or options (see --help)")
    try:
        return [MeasureRequest.model_validate({"valid_from": clock.now().date(), **written})]
    except ValidationError as error:
        raise BadInput(reasons(error)) from None


def state(measure: Measure) -> str:
    """`in force`, `coming`, `withdrawn` or `over`, today."""
    today = clock.now().date()
    if measure.holds(today):
        return "in force"
    if measure.withdrawn_on and measure.withdrawn_on <= today:
        return "withdrawn"
    return "coming" if measure.valid_from > today else "over"


def line(measure: Measure) -> str:
    """A measure in one line."""
    region = " ".join(filter(None, (measure.province, measure.city, *measure.districts)))
    span = f"{measure.valid_from} – {measure.last_day or 'open'}"
    return f"{state(measure):<10}{measure.measure_id:<34}{span:<26}{measure.title}  ({region})"


def in_full(measure: Measure | MeasureRequest) -> str:
    """A measure as a file would hold it; of one on record also who keeps it and whether it was withdrawn."""
    plain = measure.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump({"measures": [plain]}, allow_unicode=True, sort_keys=False, width=120).rstrip()
