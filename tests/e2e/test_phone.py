"""Walk 3: a caller speaks, through the true protocol of a voice gateway, and on the page with a keypad."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.async_api import Browser, expect

from tests.e2e.running import Running
from tests.simulators.voice_gateway import VoiceGateway


def said(activities: list[dict[str, Any]]) -> str:
    return " ".join(activity["text"] for activity in activities if activity["type"] == "message")


async def test_that_a_caller_hears_the_outage_and_is_put_through(hotline: Running) -> None:
    async with VoiceGateway(hotline.base, hotline.secrets["ivr_token"]) as gateway:
        await gateway.create()
        assert "机器人" in said(await gateway.start(caller="13800000001"))
        heard = said(await gateway.say("牡丹路六十弄停电了什么时候来电", confidence=0.82))
        assert "原因" in heard
        assert not re.search(r"[0-9]|http|\n", heard), heard  # speakable
        put_through = await gateway.say("转人工", confidence=0.9)
        assert "工单" in said(put_through)
        [transfer] = [activity for activity in put_through if activity.get("name") == "transfer"]
        assert transfer["activityParams"]["transferTarget"].startswith(("tel:", "sip:"))
        await gateway.hangup()
    ended = hotline.rows(
        "select ended_at is not null, owner from conversation where resident = %s", gateway.call_id
    )
    assert ended == [(True, "queue")]


async def test_that_a_bill_is_told_by_keypad_and_digits_are_spoken(hotline: Running) -> None:
    async with VoiceGateway(hotline.base, hotline.secrets["ivr_token"]) as gateway:
        await gateway.create()
        await gateway.start(caller="13800000002")
        assert "户号" in said(await gateway.say("我要查电费", confidence=0.9))
        await gateway.dtmf("3100000000018")
        heard = said(await gateway.dtmf("6789"))
        assert "一百二十八元五角" in heard
        await gateway.hangup()
    proved = hotline.rows(
        "select v.ended_at is not null from verification v join conversation c on c.id = conversation_id "
        "where c.resident = %s",
        gateway.call_id,
    )
    assert proved == [(True,)]  # what was verified ended with the call


async def test_that_every_ivr_address_refuses_a_wrong_token(hotline: Running) -> None:
    async with httpx.AsyncClient(base_url=hotline.base, headers={"Authorization": "Bearer wrong"}) as client:
        answers = [
            await client.get("/ivr/bot"),
            await client.post("/ivr/bot", json={"conversation": "x"}),
            *[
                await client.post(f"/ivr/bot/conversation/x/{call}", json={"conversation": "x"})
                for call in ("activities", "refresh", "disconnect")
            ],
        ]
    assert [answer.status_code for answer in answers] == [401] * 5


async def test_that_the_phone_page_calls_and_the_keypad_asks_for_a_person(
    browser: Browser, hotline: Running
) -> None:
    page = await browser.new_page()
    await page.goto(f"{hotline.base}/phone")
    await page.get_by_test_id("call").click()
    log = page.get_by_test_id("log")
    await expect(log).to_contain_text("机器人", timeout=10_000)
    await page.get_by_test_id("text").fill("花木营业厅今天开门吗")
    await page.get_by_test_id("say").click()
    await expect(log).to_contain_text("花木", timeout=10_000)
    await page.get_by_test_id("key-0").click()
    await page.get_by_test_id("key-hash").click()
    await expect(log).to_contain_text("工单", timeout=10_000)
    await expect(log).to_contain_text("demo.invalid")
    await expect(page.get_by_test_id("text")).to_be_disabled()
    await page.close()
