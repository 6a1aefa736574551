"""The chat's page in a real browser."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from conversations.ports import Said
from tests.connectors.browser import open_page
from tests.connectors.web.conftest import Site


async def test_that_a_resident_reads_writes_chooses_and_ends(site: Site) -> None:
    gate = asyncio.Event()
    choices = [{"title": "转人工", "payload": "转人工"}]
    site.live.bot.waits("我要查电费", gate, Said("请问户号是多少？", buttons=choices))
    async with open_page(site.url + "/chat") as page:
        await expect(page.get_by_test_id("message-system")).to_contain_text("机器人")
        await page.get_by_test_id("text").fill("我要查电费")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("typing")).to_be_visible()
        gate.set()
        await expect(page.get_by_test_id("message-bot")).to_contain_text("户号")
        await expect(page.get_by_test_id("typing")).to_be_hidden()
        await page.get_by_test_id("quick").get_by_role("button", name="转人工").click()
        await expect(page.get_by_test_id("ticket")).to_contain_text(re.compile(r"\d{4} \d{4} \d{4} \d{2}"))
        await expect(page.get_by_test_id("owner")).to_have_attribute("data-owner", "queue")

        await page.reload()
        await expect(page.locator(".message")).to_have_count(5)
        await page.get_by_test_id("end").click()
        await expect(page.get_by_test_id("over")).to_be_visible()
        await page.get_by_test_id("again").click()
        await expect(page.locator(".message")).to_have_count(1)


async def test_that_a_lost_connection_is_told_and_nothing_is_lost_or_doubled(site: Site) -> None:
    async with open_page(site.url + "/chat") as page:
        await expect(page.get_by_test_id("message-system")).to_be_visible()
        await page.context.set_offline(True)
        await page.get_by_test_id("text").fill("断网时写的")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("resend")).to_be_visible()
        await page.context.set_offline(False)
        await page.get_by_test_id("resend").click()
        await expect(page.get_by_test_id("message-bot")).to_have_count(1, timeout=15_000)
        await expect(page.get_by_test_id("message-resident")).to_have_count(1)


async def test_that_what_residents_write_is_text_and_never_markup(site: Site) -> None:
    async with open_page(site.url + "/chat") as page:
        await page.get_by_test_id("text").fill("<img src=x onerror=alert(1)>")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("message-bot")).to_contain_text("<img src=x onerror=alert(1)>")
        assert await page.locator("#log img").count() == 0


async def test_that_a_card_and_an_address_can_be_followed_but_not_one_of_a_residents(site: Site) -> None:
    url = "https://www.95598.cn/osgweb/index"
    card = {"page": "pay", "title": "网上交电费", "about": "登录后交。", "url": url}
    gate = asyncio.Event()
    gate.set()
    site.live.bot.waits("怎么交", gate, Said(f"请看{url}。"), Said(f"网上交电费：{url}", data={"card": card}))
    async with open_page(site.url + "/chat") as page:
        await page.get_by_test_id("text").fill("怎么交")
        await page.keyboard.press("Enter")
        shown = page.get_by_test_id("card")
        await expect(shown).to_have_text("网上交电费登录后交。")
        await expect(shown).to_have_attribute("href", url)
        link = page.get_by_test_id("message-bot").first.locator(".bubble a")
        await expect(link).to_have_attribute("href", url)
        await page.get_by_test_id("text").fill("https://evil.example")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("message-resident").last).to_contain_text("https://evil.example")
        assert await page.get_by_test_id("message-resident").locator("a").count() == 0
