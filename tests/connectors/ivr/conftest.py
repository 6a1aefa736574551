"""The telephone's door over real HTTP, and a voice gateway to call it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from connectors.ivr.endpoints import router
from tests.connectors.live import Live, alive, served
from tests.simulators.voice_gateway import VoiceGateway

TOKEN = "gateway-token"
TRANSFER_TO = "tel:+862195598"
OPEN_SECONDS = 1.5


@dataclass
class Line:
    """A call's both ends."""

    live: Live
    url: str
    gateway: VoiceGateway


@pytest.fixture
async def line(record_url: str, redis_url: str) -> AsyncIterator[Line]:
    """A call that is created, not yet started."""
    async with alive(record_url, redis_url) as live:
        app = FastAPI()
        app.include_router(router(live.house, SecretStr(TOKEN), TRANSFER_TO, open_seconds=OPEN_SECONDS))
        async with served(app) as url, VoiceGateway(url, TOKEN) as gateway:
            await gateway.create()
            yield Line(live, url, gateway)
