"""The simulator put together: the platform's API, the phone in the browser, and the levers behind it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from tests.simulators.wechat import api, courier
from tests.simulators.wechat.courier import Courier
from tests.simulators.wechat.model import HERE, Platform, SimAccount

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
TRICKS = {
    *courier.TRICKS, *api.TRICKS, *api.KIND_TRICKS, *api.UPLOAD_TRICKS, "deliver_twice", "lose_answer", "slow", "send_500", "send_timeout",
    "template_unknown", "upload_500", "upload_timeout", "media_gone", "token_expired", "token_unlisted", "token_busy",
}  # fmt: skip


class Say(BaseModel):
    """What a resident does. `fields` are the platform's own, for kinds other than text."""

    resident: str = Field(min_length=1, max_length=64)
    appid: str = ""
    kind: Literal["text", "image", "voice", "video", "location", "link"] = "text"
    text: str = Field("", max_length=20_000)
    fields: dict[str, str] = {}
    message_id: int | None = None  # an id that was used before delivers that very message again
    wait: bool = True


class Event(BaseModel):
    resident: str = Field(min_length=1, max_length=64)
    appid: str = ""
    event: str
    key: str = ""
    fields: dict[str, str] = {}
    wait: bool = True


class Misbehave(BaseModel):
    what: str
    times: int = Field(1, ge=0, le=100)


class Age(BaseModel):
    resident: str
    appid: str = ""
    hours: float


def create_app(
    accounts: Sequence[SimAccount], hotline_url: str, *, cut_seconds: float = 5.0, pause_seconds: float = 5.0
) -> FastAPI:
    """The simulator for these accounts, calling `hotline_url`; `app.state.platform` is its state.

    `cut_seconds`: patience with one delivery; `pause_seconds`: before a failed delivery is repeated.
    """
    platform = Platform(accounts)
    post = Courier(platform, hotline_url, cut=cut_seconds, pause=pause_seconds)
    running: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for task in running:
            task.cancel()
        await post.client.aclose()

    app = FastAPI(title="WeChat platform simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.platform = platform
    app.include_router(api.routes(platform))
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.middleware("http")
    async def closed(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    def account_of(appid: str) -> SimAccount:
        try:
            return platform.account(appid)
        except KeyError:
            raise HTTPException(404, "no such account") from None

    async def carried(
        account: SimAccount, openid: str, fields: dict[str, Any], wait: bool, visible: bool
    ) -> Any:
        task = asyncio.create_task(post.carry(account, openid, fields, visible=visible))
        running.add(task)
        task.add_done_callback(running.discard)
        if not wait:
            return {"accepted": True}
        return {"deliveries": [asdict(delivery) for delivery in await asyncio.shield(task)]}

    @app.get("/", include_in_schema=False)
    async def phone() -> FileResponse:
        return FileResponse(HERE / "static" / "phone.html")

    @app.get("/_sim/state")
    async def state() -> dict[str, Any]:
        return {
            "accounts": [
                {"appid": a.appid, "name": a.name or platform.words["account"], "mode": a.mode}
                for a in platform.accounts.values()
            ],
            "residents": [{"openid": openid, **person} for openid, person in platform.residents.items()],
            "counts": platform.counts, "mischief": {k: v for k, v in platform.mischief.items() if v},
            "tricks": platform.words["tricks"],
        }  # fmt: skip

    @app.post("/_sim/say")
    async def say(body: Say) -> Any:
        account = account_of(body.appid)
        label = "" if body.kind == "text" else platform.words["kinds"][body.kind]
        fields: dict[str, Any] = {"MsgType": body.kind, **body.fields}
        if body.kind == "text":
            fields["Content"] = body.text
        number = body.message_id or random.SystemRandom().getrandbits(62)
        fields, new = platform.posted(account.appid, body.resident, number, fields)
        if new:
            chat = platform.chat(account.appid, body.resident)
            chat.follows = True
            chat.grant("message")
            platform.show(account.appid, body.resident, "me", f"{label} {body.text}".strip(), kind=body.kind)
        return await carried(account, body.resident, fields, body.wait, True) | {"message_id": str(number)}

    @app.post("/_sim/event")
    async def event(body: Event) -> Any:
        account = account_of(body.appid)
        chat = platform.chat(account.appid, body.resident)
        kind = body.event.lower()
        if kind in ("subscribe", "unsubscribe"):
            chat.follows = kind == "subscribe"
            platform.show(account.appid, body.resident, "system", platform.words[f"{kind}d"])
        elif kind == "click":
            shown = f"{platform.words['kinds']['menu']} {body.key}"
            platform.show(account.appid, body.resident, "me", shown, kind="menu")
        if kind in ("subscribe", "click", "scan"):
            chat.grant(kind)
        fields: dict[str, Any] = {
            "MsgType": "event",
            "Event": body.event,
            "EventKey": body.key,
            **body.fields,
        }
        return await carried(account, body.resident, fields, body.wait, kind == "click")

    @app.get("/_sim/chat")
    async def chat(resident: str, appid: str = "", after: int = 0) -> dict[str, Any]:
        account = account_of(appid)
        return {
            "lines": platform.lines(account.appid, resident, after),
            "follows": platform.chat(account.appid, resident).follows,
            "left": platform.chat(account.appid, resident).left(),
        }

    @app.get("/_sim/media/{media_id}")
    async def media(media_id: str, appid: str = "") -> Response:
        """An image as the phone shows it."""
        data = platform.media_of(account_of(appid).appid, media_id)
        if data is None:
            raise HTTPException(404, "no such media")
        return Response(data, media_type="image/png" if data.startswith(b"\x89PNG") else "image/jpeg")

    @app.get("/_sim/wire")
    async def wire(after: int = 0) -> list[dict[str, Any]]:
        return [record for record in platform.wire if record["number"] > after]

    @app.post("/_sim/misbehave")
    async def misbehave(body: Misbehave) -> dict[str, int]:
        if body.what not in TRICKS:
            raise HTTPException(400, f"one of {', '.join(sorted(TRICKS))}")
        if body.what == "token_expired":
            platform.revoke_tokens()
        else:
            platform.mischief[body.what] = body.times
        return {name: times for name, times in platform.mischief.items() if times}

    @app.post("/_sim/age")
    async def age(body: Age) -> dict[str, int]:
        """Let hours pass for one resident's windows."""
        chat = platform.chat(account_of(body.appid).appid, body.resident)
        chat.grants = {
            c: (until - timedelta(hours=body.hours), left) for c, (until, left) in chat.grants.items()
        }
        return {"left": chat.left()}

    @app.post("/_sim/verify")
    async def verify(appid: str = "") -> dict[str, Any]:
        return await post.verify(account_of(appid))

    return app
