"""The landing page, in the demo and in production."""

from __future__ import annotations

from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from connectors.web.endpoints import mount_static
from hotline import landing
from kit.settings import Settings
from tests.connectors.browser import open_page
from tests.serving import serving


async def home(settings: Settings) -> httpx.Response:
    app = FastAPI()
    app.include_router(landing.router(settings))
    landing.mount_static(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/static/landing.css")).status_code == 200
        return await client.get("/")


async def test_that_the_demo_says_what_is_where_and_no_password(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, simulator_port=18010, desk_password=SecretStr("do-not-show"))
    page = await home(settings)

    for what in (
        "http://127.0.0.1:18010/",
        "/phone",
        "/chat",
        "/desk",
        "/api/openapi.json",
        "/healthz",
        "agent1",
    ):
        assert what in page.text
    assert str(tmp_path / "secrets.json") in page.text
    assert "do-not-show" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_that_the_simulators_address_is_not_broken_within_the_port(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(landing.router(Settings(home=tmp_path, simulator_port=18010)))
    landing.mount_static(app)
    mount_static(app)
    lines = """card => {
        const range = document.createRange();
        range.selectNodeContents(card.querySelector("code").lastChild);
        return [range.toString(), range.getClientRects().length];
    }"""
    async with serving(app) as url, open_page(url) as page:
        for width in (390, 800, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            shown = await page.get_by_test_id("link-wechat").evaluate(lines)
            assert shown == ["127.0.0.1:18010/", 1]


async def test_that_production_names_no_simulator_and_no_demo_agent() -> None:
    page = await home(Settings(demo=False))

    for what in ("/phone", "127.0.0.1", "agent1", "secrets.json", "3100000000018"):
        assert what not in page.text
    for what in ("/chat", "/desk"):
        assert what in page.text
