"""Outage notices and places by address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from backends import contracts
from backends.reference import address, models, regions
from backends.reference.endpoints.deps import Records
from backends.reference.town.rows import OutageRow
from kit import clock

router = APIRouter(prefix="/v1", tags=["outages"])
Part = Annotated[str, Query(max_length=60)]
CANDIDATES = 5  # more is no question anybody can answer


def asked(
    text: Annotated[str, Query(max_length=200, description="an address, or words that hold one")] = "",
    city: Part = "", district: Part = "", street: Part = "", estate: Part = "", building: Part = "",
    room: Part = "",
) -> str:  # fmt: skip
    """One line out of text and parts: parts that the text lacks are put where they belong."""
    before = [part for part in (city, district, street, estate) if part and part not in text]
    behind = [part for part in (building, room) if part and part not in text]
    return "".join([*before, text, *behind])


Address = Annotated[str, Depends(asked)]


@router.get("/places")
async def places(words: Address, records: Records) -> contracts.PlaceAnswer:
    """The place that is meant, with its grid manager."""
    found = address.match(words, await records.places())
    return contracts.PlaceAnswer(
        match=found.match,
        places=[place_of(place) for place in found.places[:CANDIDATES]],
        building=found.building,
    )


@router.get("/outages")
async def search(
    words: Address, records: Records, at: AwareDatetime | None = None, ended: bool = False
) -> contracts.OutageAnswer:
    """Running and announced outages of the place meant, else of the region, as of `at` (now); `ended`: ended ones, too."""
    moment = at or clock.now()
    known = await records.places()
    found = address.match(words, known)
    if found.match == "none" and (region := regions.named(words, known)):
        rows = await records.outages([place.place_id for place in region.members], moment, ended=False)
        told = ordered([outage_of(row, moment, candidate=True) for row in rows])
        return contracts.OutageAnswer(match="none", places=[], region=region.name, outages=told)
    sure = found.match == "exact"
    rows = await records.outages([place.place_id for place in found.places], moment, ended=ended)
    if sure and found.building:
        rows = [row for row in rows if not row.buildings or found.building in row.buildings]
    hit = {row.place_id for row in rows}
    # Where something is going on is the likelier place: it is asked about first.
    likely = sorted(found.places, key=lambda place: place.place_id not in hit)
    return contracts.OutageAnswer(
        match=found.match,
        places=[place_of(place) for place in likely[:CANDIDATES]],
        outages=ordered([outage_of(row, moment, candidate=not sure) for row in rows]),
    )


@router.get("/outages/of-places")
async def of_places(
    records: Records, place_id: Annotated[list[str], Query(min_length=1, max_length=50)]
) -> contracts.OutageList:
    """Public outages of places, those that ended lately among them: for those who want to be told."""
    now = clock.now()
    rows = await records.outages(place_id, now, ended=True)
    return contracts.OutageList(outages=ordered([outage_of(row, now) for row in rows]))


@router.post("/outages/of-accounts")
async def of_accounts(asked: contracts.AccountsAsked, records: Records) -> contracts.OutagesOfAccounts:
    """Public outages of accounts' buildings, those that ended lately among them: for residents who had them remembered."""
    now, found = clock.now(), []
    for account in await records.accounts(asked.account_numbers):
        rows = [
            row for row in await records.outages_of(account, now, ended=True) if row.account_number is None
        ]
        if rows:
            found.append(
                contracts.AccountOutages(
                    account_number=account.number, holder_version=account.holder_version,
                    outages=ordered([outage_of(row, now) for row in rows]),
                )
            )  # fmt: skip
    return contracts.OutagesOfAccounts(accounts=found)


def place_of(row: models.Place) -> contracts.Place:
    return contracts.Place(
        place_id=row.place_id, name=row.name, address=row.address, province=row.province, city=row.city,
        district=row.district, street=row.street, road=row.road, kind=row.kind,  # type: ignore[arg-type]
        transformer_area=row.area.name,
        grid_manager=contracts.GridManager(
            name=row.area.manager_name, phone=row.area.manager_phone, hours=row.area.manager_hours
        ),
    )  # fmt: skip


def status_of(row: models.Outage | OutageRow, at: datetime) -> contracts.OutageStatus:
    """What a notice is at a moment: its times say it, so it can never lag behind them."""
    if row.cancelled_at and row.cancelled_at <= at:
        return "cancelled"
    if row.restored_at and row.restored_at <= at:
        return "restored"
    return "running" if row.starts_at <= at else "announced"


def outage_of(row: models.Outage, at: datetime, *, candidate: bool = False) -> contracts.Outage:
    status = status_of(row, at)
    return contracts.Outage(
        outage_id=row.outage_id, kind=row.kind, status=status, place=place_of(row.place),  # type: ignore[arg-type]
        buildings=row.buildings, cause=row.cause, starts_at=row.starts_at, expected_end=row.expected_end,
        restored_at=row.restored_at if status == "restored" else None,
        cancelled_at=row.cancelled_at if status == "cancelled" else None,
        published_at=row.published_at, changed_at=row.changed_at, candidate=candidate,
        delayed=status == "running" and row.first_end is not None and row.first_end < at,
    )  # fmt: skip


def ordered(outages: list[contracts.Outage]) -> list[contracts.Outage]:
    rank = {"running": 0, "announced": 1, "restored": 2, "cancelled": 3}
    return sorted(outages, key=lambda outage: (rank[outage.status], outage.starts_at, outage.outage_id))
