"""The two doors: whose word about the client's address is believed, and who may look inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from structlog.testing import capture_logs

from hotline.parts import Parts, build
from hotline.up import free_port
from hotline.web import _server, inner_app, public_app
from kit import settings


@pytest.fixture
async def parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_url: str, redis_url: str
) -> AsyncIterator[Parts]:
    """Everything that the web application holds, with a record of its own and none of the other processes."""
    for name, value in {"HOME": str(tmp_path), "DATABASE_URL": record_url, "REDIS_URL": redis_url}.items():
        monkeypatch.setenv(f"HOTLINE_{name}", value)
    built = build(settings.load())
    await built.open()
    yield built
    await built.close()


def client(app: FastAPI, token: str = "") -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers, timeout=10
    )


@pytest.mark.parametrize(
    ("proxies", "seen"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.7"), ("10.0.0.1", "127.0.0.1")]
)
async def test_that_only_a_trusted_proxy_says_who_calls(proxies: str, seen: str) -> None:
    app = FastAPI()

    @app.get("/who")
    async def who(request: Request) -> str:
        assert request.client
        return request.client.host

    port = free_port()
    server = _server(app, "127.0.0.1", port, lifespan="off", proxies=proxies)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/who", headers={"X-Forwarded-For": "203.0.113.7"})
    server.should_exit = True
    await task
    assert answer.json() == seen


async def test_that_metrics_are_told_to_who_shows_the_inner_token(parts: Parts) -> None:
    async with client(inner_app(parts), parts.settings.internal_token.get_secret_value()) as scraper:
        told = await scraper.get("/metrics")
    assert told.status_code == 200
    assert "hotline_notices_told_total" in told.text


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_that_every_address_of_the_inner_door_wants_the_token(parts: Parts, token: str) -> None:
    app = inner_app(parts)
    addresses = [(path, method) for path, methods in app.openapi()["paths"].items() for method in methods]
    assert ("/metrics", "get") in addresses
    async with client(app, token) as stranger:
        answers = {(path, method): await stranger.request(method, path) for path, method in addresses}
    assert {where: answer.status_code for where, answer in answers.items()} == dict.fromkeys(addresses, 401)


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/redoc"])
async def test_that_the_inner_door_does_not_describe_itself(parts: Parts, path: str) -> None:
    async with client(inner_app(parts), parts.settings.internal_token.get_secret_value()) as curious:
        assert (await curious.get(path)).status_code == 404


@pytest.mark.parametrize("size", [100_000, 2_000_000])
async def test_that_the_wechat_callback_refuses_what_is_too_large_in_its_own_words(
    parts: Parts, size: int
) -> None:
    address = f"/wechat/{parts.settings.wechat_appid}"
    async with client(public_app(parts)) as platform:
        with capture_logs() as logs:
            refused = await platform.post(
                address, params={"encrypt_type": "aes"}, content=b"<xml>" + b"x" * size
            )
    assert (refused.status_code, refused.text) == (400, "too_large")
    assert [line["event"] for line in logs if line["log_level"] != "info"] == ["wechat_refused"]


async def test_that_a_demos_page_stands_beside_the_public_door_only_if_it_was_given(parts: Parts) -> None:
    page = APIRouter()
    page.add_api_route("/phone", lambda: {"status": "there"})
    for beside, status in (([], 404), ([page], 200)):
        async with client(public_app(parts, beside)) as visitor:
            assert (await visitor.get("/phone")).status_code == status
            assert (await visitor.get("/healthz")).json() == {"status": "alive"}
