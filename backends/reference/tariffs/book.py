"""All rows, read from `data/knowledge/tariffs/*.yml`, and the one in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from backends.reference.tariffs import rows
from backends.reference.tariffs.refusal import Code, Refusal
from kit.errors import MisconfiguredError
from kit.settings import ROOT

DATA = ROOT / "data" / "knowledge" / "tariffs"
AnyRule = TypeVar("AnyRule", bound=rows.Rule)


class Book(BaseModel):
    """Rows by kind: of a file, where any may be missing, or of all files together."""

    model_config = ConfigDict(extra="forbid")

    residential: list[rows.Residential] = []
    flat: list[rows.Flat] = []
    large_household: list[rows.LargeHousehold] = []
    free_energy: list[rows.FreeEnergy] = []
    base_fee: list[rows.BaseFee] = []
    two_part: list[rows.TwoPart] = []
    suspension: list[rows.Suspension] = []
    suspension_relief: list[rows.SuspensionRelief] = []
    late_fee: list[rows.LateFee] = []
    late_fee_cap: list[rows.LateFeeCap] = []

    @classmethod
    def read(cls, folder: Path = DATA) -> Book:
        """Raises `MisconfiguredError` that names the file, the place in it and what is wrong there."""
        joined: dict[str, list[Any]] = {kind: [] for kind in cls.model_fields}
        for file in sorted(folder.glob("*.yml")):
            try:
                read = cls.model_validate(yaml.safe_load(file.read_text("utf-8")))
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(map(str, first["loc"]))
                raise MisconfiguredError(f"{file.name}: {place}: {first['msg']}") from error
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                raise MisconfiguredError(f"{file.name} is no file of tariffs: {error}") from error
            for kind, found in joined.items():
                found += getattr(read, kind)
                _distinct(file.name, kind, found)
        return cls.model_validate(joined)

    def price(self, province: str, day: date, voltage: rows.Voltage = "below_1kv") -> rows.Residential:
        """The tiered residential price. Raises `Refusal`."""
        among = [row for row in self.residential if row.voltage == voltage]
        return the(among, province, day, what=f"residential price ({voltage})")

    def flat_price(
        self, province: str, day: date, wanted: rows.PriceClass, voltage: rows.Voltage = "below_1kv"
    ) -> rows.Flat:
        """The price without tiers of a class. Raises `Refusal`."""
        among = [row for row in self.flat if wanted in row.classes and row.voltage == voltage]
        return the(among, province, day, what=f"flat price ({wanted}, {voltage})")


def known(among: Iterable[AnyRule], province: str, day: date) -> AnyRule | None:
    """The row in force in `province` (上海 or 上海市), if there is one."""
    return next((row for row in among if row.holds(day) and province.startswith(row.province)), None)


def the(
    among: Iterable[AnyRule], province: str, day: date, *, what: str, code: Code = "unknown_price"
) -> AnyRule:
    """The row in force in `province`. Raises `Refusal` with `code` when there is none."""
    if (row := known(among, province, day)) is None:
        raise Refusal(code, f"no {what} of {province or 'the country'} for {day}")
    return row


def _distinct(file: str, kind: str, found: Sequence[rows.Rule]) -> None:
    """No name twice, and never two rows of one key on one day."""
    for one, other in combinations(found, 2):
        if one.id == other.id:
            raise MisconfiguredError(f"{file}: {kind}: {one.id} exists already")
        if one.key == other.key and (one.holds(other.valid_from) or other.holds(one.valid_from)):
            raise MisconfiguredError(f"{file}: {kind}: {one.id} and {other.id} hold on the same day")


@lru_cache(maxsize=1)
def book() -> Book:
    """The rows of this installation, read once."""
    return Book.read()
