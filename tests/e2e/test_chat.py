"""Walk 4: web chat in a browser; and the landing page that says what is where."""

from __future__ import annotations

import httpx
from playwright.async_api import Browser, expect

from tests.e2e.running import Running


async def test_that_the_web_chat_answers_and_hands_over(browser: Browser, hotline: Running) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{hotline.base}/chat")
    log = page.get_by_test_id("log")
    await expect(log).to_contain_text("机器人", timeout=10_000)
    await page.get_by_test_id("text").fill("牡丹路60弄停电了，什么时候来电")
    await page.keyboard.press("Enter")
    await expect(log).to_contain_text("预计", timeout=10_000)
    await page.get_by_test_id("text").fill("转人工")
    await page.get_by_test_id("send").click()
    await expect(log).to_contain_text("工单", timeout=10_000)
    await page.reload()
    await expect(log).to_contain_text("牡丹路60弄停电了", timeout=10_000)
    assert errors == []
    await context.close()


async def test_that_two_visitors_do_not_see_each_other(browser: Browser, hotline: Running) -> None:
    first, second = await browser.new_context(), await browser.new_context()
    one, other = await first.new_page(), await second.new_page()
    for page in (one, other):
        await page.goto(f"{hotline.base}/chat")
        await expect(page.get_by_test_id("log")).to_contain_text("机器人", timeout=10_000)
    await one.get_by_test_id("text").fill("花木营业厅今天开门吗")
    await one.keyboard.press("Enter")
    await expect(one.get_by_test_id("log")).to_contain_text("花木供电营业厅", timeout=10_000)
    await other.reload()
    await expect(other.get_by_test_id("log")).to_contain_text("机器人", timeout=10_000)
    await expect(other.get_by_test_id("log")).not_to_contain_text("花木供电营业厅")
    await first.close()
    await second.close()


async def test_that_the_landing_page_leads_everywhere(browser: Browser, hotline: Running) -> None:
    page = await browser.new_page()
    await page.goto(hotline.base)
    for link in ("link-wechat", "link-phone", "link-chat", "link-desk"):
        href = await page.get_by_test_id(link).get_attribute("href")
        assert href
        response = await page.request.get(httpx.URL(hotline.base).join(href).__str__())
        assert response.status == 200
    await page.close()


async def test_that_health_readiness_metrics_and_the_api_document_answer(hotline: Running) -> None:
    async with httpx.AsyncClient(base_url=hotline.base, timeout=10) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert set((await client.get("/readyz")).json().values()) == {"ok"}
        assert "python_info" in (await client.get("/metrics")).text
        assert (await client.get("/api/openapi.json")).json()["openapi"].startswith("3.")


async def test_that_inner_doors_refuse_a_wrong_token(hotline: Running) -> None:
    addresses = hotline.run["addresses"]
    async with httpx.AsyncClient(headers={"Authorization": "Bearer wrong"}, timeout=10) as client:
        refused = {
            "turn": await client.post(addresses["bot"] + "/turn", json={}),
            "parse": await client.post(addresses["bot"] + "/parse", json={}),
            "events": await client.post(addresses["bot"] + "/events", json={}),
            "health": await client.get(addresses["bot"] + "/health"),
            "webhook": await client.post(addresses["actions"] + "/webhook", json={}),
            "nlg": await client.post(addresses["actions"] + "/nlg", json={}),
            "handoff": await client.post(addresses["inner"] + "/inner/handoff", json={}),
            "permits": await client.post(addresses["inner"] + "/inner/permits", json={}),
            "metrics": await client.get(addresses["inner"] + "/metrics"),
            "backends": await client.get(addresses["backends"] + "/v1/halls"),
        }
        assert (await client.get(addresses["inner"] + "/openapi.json")).status_code == 404
        alive = [
            (await client.get(url)).json()
            for url in (addresses["actions"] + "/health", addresses["backends"] + "/healthz")
        ]
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 401)
    assert alive == [{"status": "ok"}] * 2  # who only asks whether they live learns nothing else
