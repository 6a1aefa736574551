"""The demo's telephone, through the real gateway protocol to the real door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import expect
from pydantic import SecretStr

from connectors.ivr.endpoints import router
from kit.settings import Settings
from tests.connectors.browser import open_page
from tests.connectors.ivr.conftest import TOKEN, TRANSFER_TO
from tests.connectors.live import alive, served
from tests.serving import bound
from tests.simulators import phone


@pytest.fixture
async def browser(record_url: str, redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a server that has both the door and the telephone."""
    listener = bound()
    settings = Settings(port=listener.getsockname()[1], ivr_token=SecretStr(TOKEN))
    async with alive(record_url, redis_url) as live:
        app = FastAPI()
        app.include_router(router(live.house, SecretStr(TOKEN), TRANSFER_TO))
        app.include_router(phone.router(settings))
        async with (
            app.router.lifespan_context(app),
            served(app, listener) as url,
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as browser,
        ):
            yield browser


async def ask(browser: httpx.AsyncClient, path: str, **body: Any) -> Any:
    answer = await browser.post(f"/phone/api/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_that_a_call_by_keyboard_goes_from_greeting_to_transfer(browser: httpx.AsyncClient) -> None:
    opened = await ask(browser, "call")
    call = opened["call"]
    assert "机器人" in opened["heard"][0]["text"]
    said = await ask(browser, "say", call=call, text="家里停电了")
    assert said["heard"] == [{"kind": "say", "text": "答：家里停电了"}]
    keyed = await ask(browser, "keys", call=call, digits="3100000000018")
    assert keyed["heard"][0]["text"].startswith("答：3100000000018")
    silent = await ask(browser, "silence", call=call)
    assert silent["heard"] == keyed["heard"]
    person = await ask(browser, "keys", call=call, digits="0")
    assert person["heard"][-1] == {"kind": "transfer", "target": TRANSFER_TO}
    await ask(browser, "hangup", call=call)
    gone = await browser.post("/phone/api/say", json={"call": call, "text": "喂"})
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "call_over")


async def test_that_the_browser_never_sees_the_gateways_token(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/phone")
    script = await browser.get("/phone/static/phone.js")
    opened = await browser.post("/phone/api/call", json={})

    assert "default-src 'none'" in page.headers["content-security-policy"]
    for answer in (page, script, opened):
        assert answer.status_code == 200
        assert TOKEN not in answer.text + str(answer.headers)
    assert (await browser.get("/phone/static/..%2fexchange.py")).status_code == 404
    assert (await browser.get("/phone/static/exchange.py")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("say", {"call": "c", "text": "长" * 501}),
        ("say", {"call": "c", "text": " "}),
        ("keys", {"call": "c", "digits": "12a"}),
        ("keys", {"call": "c", "digits": "1" * 33}),
        ("call", {"caller": "<script>"}),
    ],
)
async def test_that_bad_input_is_refused(browser: httpx.AsyncClient, path: str, body: Any) -> None:
    assert (await browser.post(f"/phone/api/{path}", json=body)).status_code == 400


async def test_that_another_sites_page_cannot_dial(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/phone/api/call", json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_that_a_crowd_of_calls_ends_the_oldest(browser: httpx.AsyncClient) -> None:
    oldest = (await ask(browser, "call"))["call"]
    for _ in range(20):
        await ask(browser, "call")
    gone = await browser.post("/phone/api/say", json={"call": oldest, "text": "喂"})
    assert gone.status_code == 404


async def test_that_a_newcomer_calls_with_the_page(browser: httpx.AsyncClient) -> None:
    async with open_page(f"{browser.base_url}/phone".replace("//phone", "/phone")) as page:
        await page.get_by_test_id("call").click()
        await expect(page.get_by_test_id("line-bot")).to_contain_text("机器人")
        await page.get_by_test_id("text").fill("家里停电了")
        await page.get_by_test_id("say").click()
        await expect(page.get_by_test_id("line-bot").nth(1)).to_contain_text("答：家里停电了")
        for key in ("3", "1", "hash"):
            await page.get_by_test_id(f"key-{key}").click()
        await expect(page.get_by_test_id("line-bot").nth(2)).to_contain_text("答：31")
        await page.get_by_test_id("key-0").click()
        await expect(page.get_by_test_id("line-event")).to_contain_text(TRANSFER_TO)
        await expect(page.get_by_test_id("status")).to_have_attribute("data-state", "transferred")
        await expect(page.get_by_test_id("status")).to_contain_text("已转给人工")
        for control in ("text", "say", "key-0", "key-hash", "silence"):
            await expect(page.get_by_test_id(control)).to_be_disabled()
        await expect(page.get_by_test_id("call")).to_be_enabled()
        await page.get_by_test_id("call").click()
        await expect(page.get_by_test_id("status")).to_have_attribute("data-state", "over")
