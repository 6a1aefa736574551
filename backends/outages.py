"""Outage notices: running and announced, by address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from backends.client import Backend, BackendLied
from backends.contracts import (
    AccountOutages,
    Outage,
    OutageAnswer,
    OutageList,
    OutagesOfAccounts,
    Place,
    PlaceAnswer,
)
from kit import clock

PARTS = ("city", "district", "street", "estate", "building", "room")


class Outages(Backend):
    """| call | gives |
    |---|---|
    | `look_up(text, parts, at)` | what place was understood, and its outages |
    | `search(text, parts, at)` | the outages only; `candidate`: of a place that merely might be meant |
    | `of_account(number, at)` | outages of a verified account's address, arrears included |
    | `place_of_account(number)` | where a verified account is supplied |
    | `of_places(place_ids)` | public outages of places known by their ids |
    | `of_accounts(numbers)` | public outages of remembered accounts, with their holders' versions |
    | `place(text, parts)` | the place alone, with its grid manager |

    `parts` is an address entity's `{city, district, street, estate, building, room}`, any of them.
    """

    async def look_up(
        self,
        text: str = "",
        parts: dict[str, str] | None = None,
        at: datetime | None = None,
        *,
        ended: bool = False,
    ) -> OutageAnswer:
        """Running and announced outages; with `ended` also those that ended in the last three days."""
        params = _address(text, parts) | {"at": (at or clock.now()).isoformat(), "ended": str(ended).lower()}
        return await self.get("outages.search", "/v1/outages", OutageAnswer, params)

    async def search(
        self,
        text: str = "",
        parts: dict[str, str] | None = None,
        at: datetime | None = None,
        *,
        ended: bool = False,
    ) -> list[Outage]:
        return (await self.look_up(text, parts, at, ended=ended)).outages

    async def of_account(self, number: str, at: datetime | None = None) -> list[Outage]:
        """Only for a verified account. Raises `BackendRefused(404, "unknown_account")`."""
        params = {"at": (at or clock.now()).isoformat()}
        path = f"/v1/accounts/{quote(number, safe='')}/outages"
        return (await self.get("outages.of_account", path, OutageAnswer, params)).outages

    async def place_of_account(self, number: str) -> Place:
        """Where a verified account is supplied. Raises `BackendRefused(404, "unknown_account")`, `BackendLied`."""
        path = f"/v1/accounts/{quote(number, safe='')}/outages"
        answer = await self.get("outages.place_of_account", path, OutageAnswer)
        if answer.match != "exact":
            raise BackendLied("outages.place_of_account: match is not exact")
        return answer.places[0]

    async def of_places(self, place_ids: Sequence[str]) -> list[Outage]:
        """Public outages of at most fifty places, those that ended in the last three days among them."""
        params = {"place_id": list(place_ids)}
        return (await self.get("outages.of_places", "/v1/outages/of-places", OutageList, params)).outages

    async def of_accounts(self, numbers: Sequence[str]) -> list[AccountOutages]:
        """Of at most fifty accounts; those that nothing touches are left out. Outages of the last three days among them."""
        body = {"account_numbers": list(numbers)}
        path = "/v1/outages/of-accounts"
        answer = await self.post("outages.of_accounts", path, OutagesOfAccounts, body, idempotent=True)
        return answer.accounts

    async def place(self, text: str = "", parts: dict[str, str] | None = None) -> PlaceAnswer:
        return await self.get("outages.place", "/v1/places", PlaceAnswer, _address(text, parts))


def _address(text: str, parts: dict[str, str] | None) -> dict[str, str]:
    return {"text": text[:200]} | {
        name: value[:60] for name, value in (parts or {}).items() if name in PARTS and value
    }
