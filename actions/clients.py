"""What actions ask others with; built once a process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from actions.knowledge.search import Knowledge
from backends.accounts import Accounts
from backends.client import Backend
from backends.desk import DeskClient
from backends.halls import Halls
from backends.measures import Measures
from backends.orders import Orders
from backends.outages import Outages
from backends.tariffs import Tariffs
from kit.pages import Pages
from kit.settings import Settings
from kit.wording import Wording


@dataclass(frozen=True)
class Clients:
    """The utility's systems, our own desk, the words, and what is known."""

    outages: Outages
    accounts: Accounts
    halls: Halls
    orders: Orders
    measures: Measures
    tariffs: Tariffs
    desk: DeskClient
    wording: Wording
    knowledge: Knowledge
    pages: Pages

    @classmethod
    def build(cls, settings: Settings, wording: Wording | None = None) -> Clients:
        """Opens no connection yet."""
        url, token = settings.backends_url, settings.backends_token
        return cls(
            outages=Outages(url, token), accounts=Accounts(url, token), halls=Halls(url, token),
            orders=Orders(url, token), measures=Measures(url, token),
            tariffs=Tariffs(url, token),
            desk=DeskClient(settings.inner_url, settings.internal_token), wording=wording or Wording(province=settings.province),
            knowledge=Knowledge(kept=settings.home / "knowledge"), pages=Pages(),
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close every connection."""
        clients = [client for client in vars(self).values() if isinstance(client, Backend | DeskClient)]
        await asyncio.gather(*(client.aclose() for client in clients))
