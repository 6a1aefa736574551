"""Outage notices around the present.

Faults lie around `block`, the even hour before the present, so that a notice once told holds for up to
two hours; announced work lies on the hours of its day. Every time is written in advance; a notice's
status follows from the clock. Notices are published in time: planned work seven days before, temporary
work a day before, a fault within 15 minutes.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backends.reference.town import Town
from backends.reference.town.rows import OutageRow, PlaceRow
from backends.reference.town.sources import chance, read

BLOCK_HOURS = 2
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FAULTS, ENDED_FAULTS, PLANNED, TEMPORARY, SHORTAGES, ORDERLY, CANCELLED = 12, 14, 24, 6, 3, 2, 6


def block_of(moment: datetime) -> datetime:
    """The even hour before `moment`."""
    return moment.replace(hour=moment.hour - moment.hour % BLOCK_HOURS, minute=0, second=0, microsecond=0)


class _Maker:
    def __init__(self, town: Town, block: datetime) -> None:
        self.rng = chance("outages", block.isoformat())
        self.block, self.town, self.data = block, town, read("outages")
        self.rows: list[OutageRow] = []
        fixed = {(row["district"], row["name"]) for row in read("regions")["fixed_places"]}
        self.free = [place for place in town.places if (place.district, place.name) not in fixed]
        self.rng.shuffle(self.free)

    def add(
        self, kind: str, place: PlaceRow, starts: datetime, end: datetime | None, published: datetime, *,
        cause: str = "", whole: bool = False, account: str | None = None, buildings: list[str] | None = None,
    ) -> OutageRow:  # fmt: skip
        some: list[str] = buildings or []
        if not whole and place.buildings > 3 and self.rng.random() < 0.4:
            first = self.rng.randrange(1, place.buildings - 1)
            some = [str(number) for number in range(first, first + 3)]
        row = OutageRow(
            f"TD{self.block:%Y%m%d%H}{len(self.rows) + 1:03d}", kind, place.place_id, account, some,
            cause or self.rng.choice(self.data["causes"][kind]), published, starts, end, end,
            None, None, None,
        )  # fmt: skip
        self.rows.append(row)
        return row

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A time of the day `days` from the block's day."""
        return datetime.combine(self.block.date() + days * DAY, time(hour, minute), self.block.tzinfo)

    def place(self) -> PlaceRow:
        """A place that has no notice yet."""
        return self.free.pop()


def generate(town: Town, block: datetime) -> list[OutageRow]:
    """All notices of the block of two hours that begins at `block`."""
    make = _Maker(town, block)
    _fixed(make)
    _faults(make)
    _announced(make)
    _cut_off(make)
    return make.rows


def _fixed(make: _Maker) -> None:
    by_name = {(place.district, place.name): place for place in make.town.places}
    lane, garden = (by_name[row["district"], row["place"]] for row in make.data["fixed"])
    starts = make.block - 20 * MINUTE
    make.add(
        "fault", lane, starts, make.block + 3 * HOUR + 30 * MINUTE, starts + 9 * MINUTE,
        cause=make.data["fixed"][0]["cause"], whole=True,
    )  # fmt: skip
    planned = make.add(
        "planned", garden, make.at(1, 8, 30), make.at(1, 17), make.at(-8, 10),
        cause=make.data["fixed"][1]["cause"], whole=True,
    )  # fmt: skip
    # The same work all day, so the same notice: whoever was told of it is not told again with every renewal.
    planned.outage_id = f"TD{planned.starts_at:%Y%m%d}{garden.place_id}"


def _faults(make: _Maker) -> None:
    for index in range(FAULTS):
        starts = make.block - make.rng.randrange(10, 150) * MINUTE
        end = make.block + BLOCK_HOURS * HOUR + make.rng.randrange(2, 10) * 15 * MINUTE
        row = make.add("fault", make.place(), starts, end, starts + make.rng.randrange(3, 15) * MINUTE)
        if index % 4 == 1:  # not known yet when power will be back
            row.first_end = row.expected_end = None
        if index % 4 == 2:  # took longer than first announced, and the notice was changed in time
            starts = row.starts_at = make.block - make.rng.randrange(150, 200) * MINUTE
            row.published_at = starts + 10 * MINUTE
            row.first_end, row.changed_at = make.block - 5 * MINUTE, make.block - 40 * MINUTE
    for _ in range(ENDED_FAULTS):
        starts = make.block - make.rng.randrange(5 * 60, 70 * 60) * MINUTE
        lasted = make.rng.randrange(40, 260)
        row = make.add(
            "fault", make.place(), starts, starts + (lasted // 15 + 1) * 15 * MINUTE, starts + 8 * MINUTE
        )
        row.restored_at = starts + lasted * MINUTE


def _announced(make: _Maker) -> None:
    for _ in range(PLANNED):
        days, hour = make.rng.randrange(-2, 8), make.rng.choice((6, 8, 9, 13))
        end = make.at(days, hour + make.rng.randrange(3, 9))
        row = make.add("planned", make.place(), make.at(days, hour), end, make.at(days - 8, 10))
        row.restored_at = end - make.rng.randrange(0, 40) * MINUTE
    for _ in range(TEMPORARY):
        days, hour = make.rng.randrange(0, 3), make.rng.randrange(8, 15)
        end = make.at(days, hour + 2, 30)
        row = make.add(
            "temporary", make.place(), make.at(days, hour), end, make.at(days - 1, hour) - 90 * MINUTE
        )
        row.restored_at = end
    for kind, count in (("shortage", SHORTAGES), ("orderly", ORDERLY)):
        for index in range(count):
            end = make.at(index, 21, 30)
            row = make.add(kind, make.place(), make.at(index, 17), end, make.at(index - 1, 12), whole=True)
            row.restored_at = end
    for index in range(CANCELLED):
        days = 1 + index % 4
        row = make.add("planned", make.place(), make.at(days, 8), make.at(days, 17), make.at(days - 8, 10))
        row.cancelled_at = row.changed_at = make.block - make.rng.randrange(1, 20) * HOUR


def _cut_off(make: _Maker) -> None:
    places = {place.place_id: place for place in make.town.places}
    for account in make.town.accounts:
        if account.supply_since:
            starts = make.at((account.supply_since - make.block.date()).days, 10)
            place = places[account.place_id]
            make.add(
                "arrears", place, starts, None, starts - 7 * DAY, whole=True, account=account.number,
                buildings=[account.building] if account.building else None,
            )  # fmt: skip
