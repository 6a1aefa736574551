"""The calls that are open, each with its gateway."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import httpx

from kit.errors import NotFound, TooMany, Unavailable
from kit.logging import get
from kit.settings import Settings
from tests.simulators.voice_gateway import Activity, GatewayError, VoiceGateway

log = get(__name__)

OPEN_CALLS = 20
IDLE_SECONDS = 600.0  # a page that was closed without hanging up
PER_MINUTE = 60  # requests of one call
PER_MINUTE_ALL = 300
REFRESH_SECONDS = 100.0  # the door asks for 120


@dataclass
class Call:
    gateway: VoiceGateway
    used: float = field(default_factory=time.monotonic)
    refreshed: float = field(default_factory=time.monotonic)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    recent: list[float] = field(default_factory=list)


class Exchange:
    """Opens, uses and ends calls to the server of `settings`."""

    def __init__(self, settings: Settings) -> None:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._base_url = f"http://{host}:{settings.port}"
        self._token = settings.ivr_token
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._recent: list[float] = []

    def _limit(self, recent: list[float], limit: int) -> None:
        now = time.monotonic()
        recent[:] = [at for at in recent if now - at < 60]
        if len(recent) >= limit:
            raise TooMany("too many requests; wait a minute")
        recent.append(now)

    async def open(self, caller: str) -> tuple[str, list[dict[str, Any]]]:
        """A new call: its id and what is heard first. The oldest goes when there are too many."""
        self._limit(self._recent, PER_MINUTE_ALL)
        await self._sweep()
        gateway = VoiceGateway(self._base_url, self._token.get_secret_value())
        self._calls[gateway.call_id] = Call(gateway)
        try:
            await gateway.create()
            return gateway.call_id, heard(await gateway.start(caller=caller))
        except (GatewayError, httpx.HTTPError) as error:
            await self.hang_up(gateway.call_id)
            raise _no_line(error) from error

    async def use(self, call_id: str, what: str, value: str = "") -> list[dict[str, Any]]:
        """Say, press or keep silent, and hear the answer. Raises `NotFound`, `TooMany`, `Unavailable`."""
        call = self._calls.get(call_id)
        if call is None:
            raise NotFound("this call is over", code="call_over")
        self._limit(call.recent, PER_MINUTE)
        self._limit(self._recent, PER_MINUTE_ALL)
        call.used = time.monotonic()
        async with call.busy:  # a line carries one thing after the other
            try:
                if time.monotonic() - call.refreshed > REFRESH_SECONDS:
                    await call.gateway.refresh()
                    call.refreshed = time.monotonic()
                if what == "say":
                    activities = await call.gateway.say(value)
                elif what == "dtmf":
                    activities = await call.gateway.dtmf(value)
                else:
                    activities = await call.gateway.no_input()
            except (GatewayError, httpx.HTTPError) as error:
                raise _no_line(error) from error
        if any(one.get("name") == "hangup" for one in activities):
            await self.hang_up(call_id, "Bot Side")
        return heard(activities)

    async def hang_up(self, call_id: str, reason: str = "Client Side") -> None:
        """End a call; one that is over stays over."""
        call = self._calls.pop(call_id, None)
        if call is None:
            return
        with contextlib.suppress(GatewayError, httpx.HTTPError):
            await call.gateway.hangup(reason)
        await call.gateway.aclose()

    async def close(self) -> None:
        """Let go of all lines; their calls end at the door by its own clock, as when a switch fails."""
        while self._calls:
            _, call = self._calls.popitem()
            await call.gateway.aclose()

    async def _sweep(self) -> None:
        now = time.monotonic()
        idle = [name for name, call in self._calls.items() if now - call.used > IDLE_SECONDS]
        crowd = list(self._calls)[: max(0, len(self._calls) - OPEN_CALLS + 1)]
        for name in {*idle, *crowd}:
            await self.hang_up(name, "Idle")


def heard(activities: list[Activity]) -> list[dict[str, Any]]:
    """The gateway's activities as the page shows them: `say`, `transfer`, `hangup`."""
    shown: list[dict[str, Any]] = []
    for activity in activities:
        if activity["type"] == "message":
            shown.append({"kind": "say", "text": activity.get("text", "")})
        elif activity.get("name") == "transfer":
            parameters = activity.get("activityParams") or {}
            shown.append({"kind": "transfer", "target": parameters.get("transferTarget", "")})
        elif activity.get("name") == "hangup":
            shown.append({"kind": "hangup"})
    return shown


def _no_line(error: Exception) -> Unavailable:
    log.warning("phone_no_line", error=repr(error)[:300])
    return Unavailable("the bot's door for calls does not answer")
