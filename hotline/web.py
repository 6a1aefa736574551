"""The web application: the public door, and the inner one on a port of its own.

Public: WeChat, IVR, web chat, console, API, landing page. Inner: permits, verification, handoff, metrics.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Literal
from urllib.parse import urlsplit

import httpx
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import connectors.ivr.endpoints
import connectors.web.endpoints
import connectors.wechat.callback
import conversations.endpoints
import desk.console
import desk.endpoints
import outreach.endpoints
from hotline import landing
from hotline.metrics import metrics_of_record
from hotline.parts import Parts, build
from kit import logging
from kit.errors import install_error_handlers
from kit.http import BodyLimit, require_bearer
from kit.settings import Settings

BODY_LIMIT = 256 * 1024
READY_SECONDS = 2.0


def public_app(parts: Parts, beside: Sequence[APIRouter] = ()) -> FastAPI:
    """Everything that faces people and platforms, and `beside` it what a demo adds."""
    settings = parts.settings

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await parts.open()
        yield
        await parts.close()

    app = FastAPI(
        title="95598 hotline",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    install_error_handlers(app)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT, own=("/wechat/",))
    app.include_router(connectors.wechat.callback.router(parts.house, parts.wechat_accounts))
    app.include_router(
        connectors.ivr.endpoints.router(parts.house, settings.ivr_token, settings.ivr_transfer_to)
    )
    app.include_router(connectors.web.endpoints.router(parts.house, settings))
    app.include_router(desk.endpoints.api_router(parts.desk, secure=not settings.demo))
    app.include_router(
        desk.console.console_router(parts.desk, secure=not settings.demo, measures=parts.measures)
    )
    app.include_router(landing.router(settings))
    for routes in beside:
        app.include_router(routes)
    if settings.demo:
        app.include_router(_metrics(parts), include_in_schema=False)
    connectors.web.endpoints.mount_static(app)
    desk.console.mount_static(app)
    landing.mount_static(app)

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> JSONResponse:
        state = await readiness(parts)
        return JSONResponse(state, status_code=200 if all(v == "ok" for v in state.values()) else 503)

    return app


def _metrics(parts: Parts) -> APIRouter:
    routes = APIRouter()

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest() + await metrics_of_record(parts.db), media_type=CONTENT_TYPE_LATEST)

    return routes


def inner_app(parts: Parts) -> FastAPI:
    """What only our own processes and the metrics collector may reach: every address wants the inner token."""
    token = parts.settings.internal_token
    app = FastAPI(title="95598 hotline, inner door", openapi_url=None, docs_url=None, redoc_url=None)
    install_error_handlers(app)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    app.include_router(conversations.endpoints.router(parts.house, token))
    app.include_router(desk.endpoints.inner_router(parts.desk, token))
    app.include_router(outreach.endpoints.router(parts.house, token))
    app.include_router(_metrics(parts), dependencies=[Depends(require_bearer(token))])
    return app


async def readiness(parts: Parts) -> dict[str, str]:
    """`{part: "ok" | why not}` for everything a conversation needs."""

    async def http(url: str) -> None:
        async with httpx.AsyncClient(timeout=READY_SECONDS) as client:
            (await client.get(url)).raise_for_status()

    async def bot() -> None:
        if not await parts.bot.health():
            raise RuntimeError("not ready")

    checks = {
        "database": parts.db.ping(),
        "redis": parts.bell.redis.ping(),
        "bot": bot(),
        "actions": http(parts.settings.actions_url + "/health"),
        "backends": http(parts.settings.backends_url + "/healthz"),
    }
    results = await asyncio.gather(*checks.values(), return_exceptions=True)
    return {
        name: type(result).__name__ if isinstance(result, BaseException) else "ok"
        for name, result in zip(checks, results, strict=True)
    }


class _Server(uvicorn.Server):
    """Two servers in one loop: signals are ours to hand out."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(
    app: FastAPI, host: str, port: int, *, lifespan: Literal["on", "off"], proxies: str = ""
) -> _Server:
    config = uvicorn.Config(
        app, host=host, port=port, lifespan=lifespan, log_config=None, access_log=False, timeout_graceful_shutdown=5,
        proxy_headers=bool(proxies), forwarded_allow_ips=proxies or None,
    )  # fmt: skip
    return _Server(config)


async def serve(settings: Settings, beside: Sequence[APIRouter] = ()) -> None:
    """Run both doors until SIGTERM or SIGINT; `beside` goes with the public one."""
    logging.configure(json=settings.log_json)
    parts = build(settings)
    inner = urlsplit(settings.inner_url)
    servers = [
        _server(
            public_app(parts, beside),
            settings.host,
            settings.port,
            lifespan="on",
            proxies=settings.trusted_proxies,
        ),
        _server(
            inner_app(parts),
            settings.inner_host or str(inner.hostname),
            int(inner.port or 80),
            lifespan="off",
        ),
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))
