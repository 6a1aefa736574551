"""The public door behind a proxy: whose word about the client's address is believed."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request

from hotline.up import free_port
from hotline.web import _server


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
