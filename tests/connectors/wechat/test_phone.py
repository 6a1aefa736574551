"""The platform's page for people, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from conversations.models import Conversation, Message
from conversations.ports import BotTurn, Said
from tests.connectors.wechat.conftest import Town
from tests.pictures import png
from tests.simulators.wechat.app import TRICKS


@pytest.fixture
async def page(town: Town) -> AsyncIterator[Page]:
    path = os.environ.get("HOTLINE_TEST_CHROMIUM") or shutil.which("chromium")
    assert path, "run by `make test`, or set HOTLINE_TEST_CHROMIUM to a Chromium"
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        opened = await browser.new_page(viewport={"width": 1280, "height": 860})
        complaints: list[str] = []

        def note(message: ConsoleMessage) -> None:
            if message.type == "error":
                complaints.append(message.text)

        opened.on("console", note)
        await opened.goto(str(town.phone.base_url))
        yield opened
        await browser.close()
        assert complaints == []


async def test_that_a_person_writes_and_reads_the_answer(town: Town, page: Page) -> None:
    await page.get_by_test_id("message-input").fill("停电了")
    await page.get_by_test_id("send").click()
    answer = page.get_by_test_id("line-account")
    await expect(answer).to_contain_text("answer to 停电了")
    await expect(answer).to_have_attribute("data-via", "passive")
    record = page.get_by_test_id("wire-callback")
    await expect(record).to_contain_text("已加密")
    await record.locator("summary").click()
    await expect(record.locator(".url")).to_contain_text("msg_signature=")
    await expect(record.locator(".opened")).to_contain_text("answer to 停电了")

    await town.announce("师傅已出发", author="agent", author_name="王芳")
    await expect(page.get_by_test_id("line-account").nth(1)).to_contain_text("师傅已出发", timeout=10_000)
    await expect(page.get_by_test_id("line-account").nth(1)).to_have_attribute("data-via", "send")
    if folder := os.environ.get("HOTLINE_TEST_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/wechat.png")


async def test_that_another_resident_has_another_conversation(town: Town, page: Page) -> None:
    await page.get_by_test_id("message-input").fill("我是王建国")
    await page.get_by_test_id("message-input").press("Enter")
    await expect(page.get_by_test_id("line-me")).to_have_count(1)
    await page.get_by_test_id("residents").get_by_role("button").nth(1).click()
    await expect(page.get_by_test_id("line-me")).to_have_count(0)


async def test_that_a_bad_day_is_made_on_purpose(town: Town, page: Page) -> None:
    await page.get_by_test_id("trick").select_option("wrong_signature")
    await page.get_by_test_id("misbehave").click()
    await expect(page.get_by_test_id("mischief")).to_contain_text("签名不对")
    await page.get_by_test_id("message-input").fill("<b>停电</b>")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("line-me")).to_contain_text("<b>停电</b>")
    await expect(page.get_by_test_id("line-notice")).to_contain_text(town.platform.words["notice"])


async def test_that_every_trick_has_a_name_for_people(town: Town) -> None:
    assert set(town.platform.words["tricks"]) == TRICKS


async def test_that_a_resident_has_one_colour_in_list_and_chat(town: Town, page: Page) -> None:
    colour = "element => getComputedStyle(element).backgroundColor"
    seen = set()
    for nth in (0, 1):
        await page.get_by_test_id("residents").get_by_role("button").nth(nth).click()
        await page.get_by_test_id("message-input").fill("停电了")
        await page.get_by_test_id("send").click()
        face = await page.get_by_test_id("line-me").locator(".who").evaluate(colour)
        assert face == await page.locator("#residents .face").nth(nth).evaluate(colour)
        seen.add(face)
        await expect(page.get_by_test_id("line-account")).to_have_count(1)
    assert len(seen) == 2


async def test_that_a_picture_is_seen_on_the_phone(town: Town, page: Page) -> None:
    async def shows(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        kept = await town.house.pictures.keep(conversation.id, png=png(80, 50), alt="用电量")
        return BotTurn([Said("用电量", data={"picture": str(kept)})])

    town.bot.turn = shows  # type: ignore[method-assign]
    await page.get_by_test_id("message-input").fill("用电量")
    await page.get_by_test_id("send").click()
    picture = page.get_by_test_id("line-account").locator("img")
    await expect(picture).to_have_js_property("naturalWidth", 80, timeout=10_000)
    await expect(page.get_by_test_id("wire-upload")).to_contain_text("成功")
