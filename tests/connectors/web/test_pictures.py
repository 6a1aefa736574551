"""Pictures in the web chat: in the page, for the visit they were made for."""

from __future__ import annotations

import uuid
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import expect

from conversations.models import Conversation, Message
from conversations.ports import Said
from kit import clock
from tests.connectors.browser import open_page
from tests.connectors.web.conftest import Browser, Site
from tests.pictures import png

ALT = "1至6月用电量：6月最多"


def shows(site: Site) -> None:
    """`用电量` is answered by words and a picture."""

    async def script(conversation: Conversation, message: Message) -> list[Said]:
        kept = await site.live.house.pictures.keep(conversation.id, png=png(80, 50), alt=ALT)
        return [Said("before"), Said(ALT, data={"picture": str(kept)})]

    site.live.bot.scripts["用电量"] = script


async def answered(browser: Browser) -> str:
    """The address of the picture that this browser is shown."""
    await browser.visit()
    await browser.write("用电量")
    *_, words, picture = await browser.read(4)
    assert "picture" not in words
    assert picture["text"] == ALT
    return str(picture["picture"])


async def test_that_a_picture_is_had_with_its_visits_cookie_and_by_nobody_else(site: Site) -> None:
    shows(site)
    mine, other, stranger = site.browser(), site.browser(), site.browser()
    address = await answered(mine)
    had = await mine.http.get(address)
    assert (had.status_code, had.headers["content-type"], had.content) == (200, "image/png", png(80, 50))
    assert had.headers["cache-control"].startswith("private")
    assert had.headers["x-content-type-options"] == "nosniff"
    await other.visit()
    assert (await other.http.get(address)).status_code == 404
    assert (await mine.http.get(f"/chat/pictures/{uuid.uuid4()}")).status_code == 404
    assert (await mine.http.get("/chat/pictures/x")).status_code == 400
    assert (await stranger.http.get(address)).status_code == 401
    foreign = await mine.http.get(address, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


async def test_that_an_ended_visit_shows_no_more_pictures(site: Site) -> None:
    shows(site)
    mine = site.browser()
    address = await answered(mine)
    cookies = httpx.Cookies(mine.http.cookies)
    await mine.http.post("/chat/api/end", json={})
    mine.http.cookies = cookies
    assert (await mine.http.get(address)).status_code == 409


async def test_that_after_its_day_the_words_alone_are_shown(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows(site)
    mine = site.browser()
    address = await answered(mine)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=25))
    assert (await mine.http.get(address)).status_code == 404
    *_, last = await mine.read(4)
    assert (last["text"], last.get("picture")) == (ALT, None)


async def test_that_the_page_shows_the_picture_in_its_place(site: Site) -> None:
    shows(site)
    async with open_page(site.url + "/chat") as page:
        await page.get_by_test_id("text").fill("用电量")
        await page.keyboard.press("Enter")
        picture = page.get_by_test_id("message-bot").nth(1).get_by_test_id("picture").locator("img")
        await expect(picture).to_have_js_property("naturalWidth", 80)
        await expect(picture).to_have_attribute("alt", ALT)
        await expect(page.get_by_test_id("message-bot").nth(0)).to_contain_text("before")
