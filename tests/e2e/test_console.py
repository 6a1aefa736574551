"""Walk 2: an agent takes over in the console, answers through WeChat, closes; the bot is back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.running import DESK_PASSWORD, Resident, Running
from tests.simulators.voice_gateway import VoiceGateway


def number_in(text: str) -> str:
    """The ticket number that a resident was told."""
    found = re.search(r"(\d{4}) (\d{4}) (\d{4}) (\d{2})", text)
    assert found, text
    return "".join(found.groups())


async def log_in(page: Page, running: Running, username: str) -> None:
    await page.goto(f"{running.base}/desk")
    await page.get_by_test_id("login-username").fill(username)
    await page.get_by_test_id("login-password").fill(DESK_PASSWORD)
    await page.get_by_test_id("login-submit").click()
    await expect(page.get_by_test_id("me")).to_be_visible()


@pytest.fixture
async def page(browser: Browser, hotline: Running) -> AsyncIterator[Page]:
    """The console of agent1, in a browser of its own; a script error fails the test."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await log_in(page, hotline, "agent1")
    yield page
    await context.close()
    assert errors == []


async def open_ticket(page: Page, running: Running, number: str) -> None:
    await page.goto(f"{running.base}/desk/tickets/{number}")
    await expect(page.get_by_test_id("transcript")).to_be_visible()


async def test_that_an_agent_claims_answers_and_closes_and_the_bot_is_back(
    page: Page, hotline: Running, resident: Resident
) -> None:
    await resident.asks("牡丹路60弄停电了，什么时候来电")
    number = number_in(await resident.asks("转人工"))
    row = page.locator(f'[data-testid="ticket-row"][data-number="{number}"]')
    await expect(row).to_be_visible(timeout=10_000)  # pushed, not reloaded

    await open_ticket(page, hotline, number)
    await expect(page.get_by_test_id("transcript")).to_contain_text("牡丹路60弄停电了")
    await page.get_by_test_id("claim").first.click()
    await expect(page.get_by_test_id("reply-text")).to_be_visible()
    await page.get_by_test_id("reply-text").fill("您好，我是客服，抢修人员已在路上")
    await page.get_by_test_id("reply-send").click()
    heard = await resident.new_words(seconds=10, expect="抢修人员已在路上")
    assert "抢修人员已在路上" in heard
    assert [line["via"] for line in await resident.lines() if "抢修人员" in line["text"]] == ["send"]

    await resident.say("好的谢谢师傅，我等着")
    await expect(page.get_by_test_id("transcript")).to_contain_text("我等着", timeout=10_000)
    await expect(page.get_by_test_id("transcript").get_by_text("我等着")).to_be_in_viewport()
    assert await resident.new_words() == ""  # the bot says nothing while a person is at work

    await page.get_by_test_id("outcome-resolved").check()
    await page.get_by_test_id("close-note").fill("已告知抢修进度")
    await page.get_by_test_id("close").click()
    await expect(page.get_by_test_id("state")).to_contain_text("结", timeout=10_000)
    assert hotline.rows("select state, outcome from ticket where number = %s", number) == [
        ("closed", "resolved")
    ]
    await resident.new_words(seconds=5, expect="机器人")
    assert "花木" in await resident.asks("花木营业厅今天开门吗")


async def test_that_two_agents_cannot_have_the_same_ticket(
    page: Page, browser: Browser, hotline: Running, resident: Resident
) -> None:
    number = number_in(await resident.asks("找人工客服"))
    context = await browser.new_context()
    other = await context.new_page()
    await log_in(other, hotline, "agent2")
    await open_ticket(page, hotline, number)
    await open_ticket(other, hotline, number)
    await page.get_by_test_id("claim").first.click()
    await expect(page.get_by_test_id("reply-text")).to_be_visible()
    claim = other.get_by_test_id("claim").first
    if await claim.is_visible():
        await claim.click()
    await expect(other.get_by_test_id("reply-text")).to_have_count(0)
    claims = "select count(*) from ticket_event e join ticket t on t.id = ticket_id where number = %s and e.kind = 'claimed'"
    assert hotline.rows(claims, number) == [(1,)]
    await context.close()


async def test_that_a_call_is_read_only_and_ends_with_outcome_and_call_back(
    page: Page, hotline: Running
) -> None:
    async with VoiceGateway(hotline.base, hotline.secrets["ivr_token"]) as gateway:
        await gateway.create()
        await gateway.start(caller="13900001111")
        heard = await gateway.say("转人工", confidence=0.9)
        assert any(activity.get("name") == "transfer" for activity in heard)
    [(number,)] = hotline.rows(
        "select number from ticket join conversation c on c.id = conversation_id where c.resident = %s",
        gateway.call_id,
    )
    await open_ticket(page, hotline, number)
    await page.get_by_test_id("claim").first.click()
    await expect(page.get_by_test_id("read-only")).to_be_visible()
    await expect(page.get_by_test_id("reply-text")).to_have_count(0)
    await page.get_by_test_id("outcome-callback_promised").check()
    await page.get_by_test_id("callback-phone").fill("13900001111")
    await page.get_by_test_id("close-note").fill("已约定回电")
    await page.get_by_test_id("close").click()
    await expect(page.get_by_test_id("state")).to_contain_text("结", timeout=10_000)
    [(outcome, callback)] = hotline.rows("select outcome, callback from ticket where number = %s", number)
    assert outcome == "callback_promised"
    assert callback["phone"] == "13900001111"


async def test_that_a_stranger_gets_nowhere_at_the_desk(hotline: Running) -> None:
    import httpx

    async with httpx.AsyncClient(base_url=hotline.base) as client:
        assert (await client.get("/api/tickets")).status_code == 401
        assert (await client.get("/desk/tickets")).status_code in (302, 303)
        answer = await client.post("/api/login", json={"username": "agent1", "password": "wrong-password"})
        assert answer.status_code == 401
