"""`/phone` and its few addresses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, Field, StringConstraints

from connectors.web.guard import json_only, same_origin
from connectors.web.page import page
from kit.errors import NotFound
from kit.settings import Settings
from tests.simulators.phone.exchange import Exchange

HERE = Path(__file__).parent
FILES = {"phone.css": "text/css", "phone.js": "text/javascript", "phone.svg": "image/svg+xml"}

CallId = Annotated[str, Field(min_length=1, max_length=64)]


class Dialled(BaseModel):
    caller: Annotated[str, Field(pattern=r"^[0-9+]{0,20}$")] = "13800000000"


class OnCall(BaseModel):
    call: CallId


class Spoken(OnCall):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Pressed(OnCall):
    digits: Annotated[str, Field(pattern=r"^[0-9*#]{1,32}$")]


class Heard(BaseModel):
    """What the caller hears, in order: `{"kind": "say" | "transfer" | "hangup", …}`."""

    call: str
    heard: list[dict[str, Any]]


def router(settings: Settings) -> APIRouter:
    """The telephone, calling the server of `settings` (`host`, `port`) with its `ivr_token`."""
    exchange = Exchange(settings)

    @asynccontextmanager
    async def lines(_: object) -> AsyncIterator[None]:
        yield
        await exchange.close()

    routes = APIRouter(prefix="/phone", include_in_schema=False, lifespan=lines)
    writes = [Depends(same_origin), Depends(json_only)]

    @routes.get("")
    async def phone() -> HTMLResponse:
        return page(HERE / "static" / "phone.html")

    @routes.get("/static/{name}")
    async def file(name: str) -> FileResponse:
        if name not in FILES:
            raise NotFound("no such file")
        return FileResponse(HERE / "static" / name, media_type=FILES[name])

    @routes.post("/api/call", dependencies=writes)
    async def call(request: Dialled) -> Heard:
        call_id, heard = await exchange.open(request.caller)
        return Heard(call=call_id, heard=heard)

    @routes.post("/api/say", dependencies=writes)
    async def say(request: Spoken) -> Heard:
        return Heard(call=request.call, heard=await exchange.use(request.call, "say", request.text))

    @routes.post("/api/keys", dependencies=writes)
    async def keys(request: Pressed) -> Heard:
        return Heard(call=request.call, heard=await exchange.use(request.call, "dtmf", request.digits))

    @routes.post("/api/silence", dependencies=writes)
    async def silence(request: OnCall) -> Heard:
        return Heard(call=request.call, heard=await exchange.use(request.call, "silence"))

    @routes.post("/api/hangup", dependencies=writes)
    async def hangup(request: OnCall) -> Heard:
        await exchange.hang_up(request.call)
        return Heard(call=request.call, heard=[])

    return routes
