"""The web chat, as a browser sees it."""

from __future__ import annotations

import asyncio

from sqlalchemy import select, update

from connectors.web.visits import IDLE
from conversations import record
from conversations.models import Conversation
from conversations.ports import Said
from kit import clock
from tests.connectors.web.conftest import Event, Site


def texts(events: list[Event]) -> list[str]:
    return [event["text"] for event in events]


async def only(site: Site) -> Conversation:
    async with site.live.house.db.work() as session:
        return (await session.execute(select(Conversation))).scalar_one()


async def test_that_opening_the_page_is_greeted_by_a_robot(site: Site) -> None:
    browser = site.browser()
    assert await browser.visit()
    (greeting,) = await browser.read(1)

    assert "机器人" in greeting["text"]
    assert "转人工" in greeting["text"]
    assert (greeting["author"], greeting["label"]) == ("system", "系统")


async def test_that_a_question_and_its_answer_come_by_the_stream(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    async with browser.stream() as events:
        answer = await browser.write("家里停电了")
        assert (answer.status_code, answer.json()) == (202, {"seq": 2, "duplicate": False})
        seen = [event async for event in first(events, 3)]

        async def said() -> bool:
            return await site.live.states((await only(site)).id) == ["sent", "sent"]

        assert await site.live.eventually(said)
    assert texts(seen)[1:] == ["家里停电了", "答：家里停电了"]
    assert [event["label"] for event in seen] == ["系统", "", "机器人"]
    assert seen[1]["client_id"] == "m1"


async def first(events, count: int):  # type: ignore[no-untyped-def]
    found = 0
    async for event in events:
        if event["event"] == "message":
            yield event
            found += 1
        if found == count:
            return


async def test_that_a_reload_goes_on_with_the_same_visit(site: Site) -> None:
    browser = site.browser()
    assert await browser.visit()
    await browser.write("一")
    await browser.read(3)
    assert not await browser.visit()

    assert texts(await browser.read(3))[1:] == ["一", "答：一"]


async def test_that_a_reconnect_gets_what_it_missed_once(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    await browser.write("一")
    seen = await browser.read(3)
    await browser.write("二")

    async def answered() -> bool:
        return ("bot", "答：二") in await site.live.messages((await only(site)).id)

    assert await site.live.eventually(answered)
    assert texts(await browser.read(2, after=seen[-1]["seq"])) == ["二", "答：二"]
    # The browser's own reconnect repeats the old address and names the last event that it saw.
    again = await browser.read(1, after=1, **{"Last-Event-ID": "4"})
    assert texts(again) == ["答：二"]


async def test_that_two_tabs_see_the_same(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    reading = [asyncio.create_task(browser.read(3)) for _ in range(2)]
    await browser.write("一")
    one, other = await asyncio.gather(*reading)

    assert one == other


async def test_that_a_repeated_send_is_one_message(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    await browser.write("一")
    browser.number = 0
    again = await browser.write("一")

    assert (again.status_code, again.json()) == (202, {"seq": 2, "duplicate": True})
    await browser.read(3)
    assert site.live.bot.asked == ["一"]


async def test_that_suppressed_words_are_never_shown(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    house = site.live.house
    async with house.db.work() as session:
        call = (await session.execute(select(Conversation).with_for_update())).scalar_one()
        await record.say(session, call, Said("作废的话"), author="bot", suppressed=True)
        await record.say(session, call, Said("过时的话"), author="bot")
        await record.change_owner(session, call, "agent")
        await record.say(session, call, Said("我是小李"), author="agent", author_name="小李")
    seen = await browser.read(2)

    assert texts(seen)[1:] == ["我是小李"]
    assert seen[1]["label"] == "客服 小李"
    states = await site.live.states((await only(site)).id)
    assert states[1:3] == ["suppressed", "suppressed"]


async def test_that_a_ticket_and_choices_come_along(site: Site) -> None:
    site.live.bot.answers("选", Said("哪一个？", buttons=[{"title": "查电费", "payload": "/query_bill"}]))
    browser = site.browser()
    await browser.visit()
    async with browser.stream() as events:
        await browser.write("选")
        choices = [event async for event in first(events, 3)][-1]
        await browser.write("转人工")
        ticket = [event async for event in first(events, 2)][-1]

    assert choices["buttons"] == [{"title": "查电费", "payload": "/query_bill"}]
    assert len(ticket["ticket"]) == 14


async def test_that_the_page_knows_who_has_the_word_and_when_the_bot_is_at_work(site: Site) -> None:
    gate = asyncio.Event()
    site.live.bot.waits("慢", gate, Said("好了"))
    browser = site.browser()
    await browser.visit()
    states = []
    async with browser.stream() as events:
        await browser.write("慢")
        async for event in events:
            if event["event"] == "state":
                states.append((event["owner"], event["working"]))
                if states[-1] == ("bot", True):
                    gate.set()
                if states[-2:] == [("bot", True), ("bot", False)]:
                    await browser.write("转人工")
                if event["owner"] == "queue":
                    break
    assert states[-1] == ("queue", False)


async def test_that_ending_the_visit_ends_the_conversation_and_the_next_is_new(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    await browser.read(1)
    other_tab = site.browser()
    other_tab.http.cookies.update(browser.http.cookies)
    async with other_tab.stream(after=1) as events:
        assert (await browser.http.post("/chat/api/end", json={})).status_code == 204
        assert [event["event"] async for event in events][-1] == "ended"

    assert (await only(site)).ended_at is not None
    late = await other_tab.write("喂")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "visit_ended")
    assert await browser.visit()
    assert len(await browser.read(1)) == 1
    assert await other_tab.visit()


async def test_that_a_page_left_open_for_hours_begins_anew(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    async with site.live.house.db.work() as session:
        await session.execute(update(Conversation).values(opened_at=clock.now() - 2 * IDLE))

    assert await browser.visit()


async def test_that_what_the_page_has_seen_counts_as_said(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    await site.live.house.collect(
        (await only(site)).id
    )  # shown, then the connection died before it was noted
    async with browser.stream(after=1):

        async def sent() -> bool:
            return await site.live.states((await only(site)).id) == ["sent"]

        assert await site.live.eventually(sent)


async def test_that_words_claimed_by_a_connection_that_died_are_shown_and_confirmed(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    await site.live.house.collect((await only(site)).id)  # another process took them, then was killed
    async with browser.stream() as events:
        assert len([event async for event in first(events, 1)]) == 1

        async def sent() -> bool:
            return await site.live.states((await only(site)).id) == ["sent"]

        assert await site.live.eventually(sent)
