"""Outage notices."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from backends.contracts.base import AccountNumber, Contract
from backends.contracts.places import Match, Place

OutageKind = Literal["fault", "planned", "temporary", "shortage", "arrears", "violation", "orderly"]
OutageStatus = Literal["announced", "running", "restored", "cancelled"]


class Outage(Contract):
    """One outage notice. `status` is as of the moment asked about."""

    outage_id: str
    kind: OutageKind
    status: OutageStatus
    place: Place
    buildings: list[str] = Field(default=[], description="building numbers; empty: the whole place")
    cause: str
    starts_at: AwareDatetime
    expected_end: AwareDatetime | None = Field(
        default=None, description="expected restoration; null: not known yet"
    )
    restored_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    published_at: AwareDatetime
    changed_at: AwareDatetime | None = Field(default=None, description="last change of the notice")
    delayed: bool = Field(default=False, description="still running after the end first announced")
    candidate: bool = Field(
        default=False, description="of a place that only might be meant; ask before telling"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.expected_end and self.expected_end <= self.starts_at:
            raise ValueError("expected to end before it begins")
        if self.restored_at and self.restored_at < self.starts_at:
            raise ValueError("restored before it began")
        if self.restored_at and self.cancelled_at:
            raise ValueError("both restored and cancelled")
        if (self.status == "restored") != bool(self.restored_at):
            raise ValueError(f"{self.status}, but restored_at is {self.restored_at}")
        if (self.status == "cancelled") != bool(self.cancelled_at):
            raise ValueError(f"{self.status}, but cancelled_at is {self.cancelled_at}")
        return self


class OutageAnswer(Contract):
    """Outages of the places meant: running ones first, then announced ones by their beginning.

    Where the words name no place, but a street, a district or a city, `region` is its name, and `outages` are those
    that run or are announced there, all of them candidates.
    """

    match: Match
    places: list[Place]
    region: str = ""
    outages: list[Outage]


class AccountsAsked(Contract):
    """Accounts that residents had remembered; in a body, since numbers do not belong into addresses."""

    account_numbers: list[AccountNumber] = Field(min_length=1, max_length=50)


class AccountOutages(Contract):
    """Public outages that touch an account's building. `holder_version` as in its profile."""

    account_number: AccountNumber
    holder_version: str
    outages: list[Outage]


class OutagesOfAccounts(Contract):
    """Accounts without any outage, and numbers that no account has, are left out."""

    accounts: list[AccountOutages]


class OutageList(Contract):
    """Outages of the places asked for, those that ended lately among them."""

    outages: list[Outage]
