"""What actions ask others with; built once a process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from backends.accounts import Accounts
from backends.desk import DeskClient
from backends.halls import Halls
from backends.orders import Orders
from backends.outages import Outages
from kit.settings import Settings
from kit.wording import Wording


@dataclass(frozen=True)
class Clients:
    """The utility's systems, our own desk, and the words."""

    outages: Outages
    accounts: Accounts
    halls: Halls
    orders: Orders
    desk: DeskClient
    wording: Wording

    @classmethod
    def build(cls, settings: Settings, wording: Wording | None = None) -> Clients:
        """Opens no connection yet."""
        url, token = settings.backends_url, settings.backends_token
        return cls(
            outages=Outages(url, token), accounts=Accounts(url, token), halls=Halls(url, token),
            orders=Orders(url, token),
            desk=DeskClient(settings.inner_url, settings.internal_token), wording=wording or Wording(province=settings.province),
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close every connection."""
        await asyncio.gather(
            self.outages.aclose(),
            self.accounts.aclose(),
            self.halls.aclose(),
            self.orders.aclose(),
            self.desk.aclose(),
        )
