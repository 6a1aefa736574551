"""Calls, as the gateway sees them."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import select, update

from conversations import verification
from conversations.models import Message, Turn, Verification
from conversations.ports import Parse, Said
from desk.models import Ticket
from kit import clock
from tests.connectors.ivr.conftest import TOKEN, TRANSFER_TO, Line
from tests.simulators.voice_gateway import Activity, GatewayError, VoiceGateway

WORKING = "正在为您查询"


def texts(activities: list[Activity]) -> list[str]:
    return [a["text"] for a in activities if a["type"] == "message"]


def events(activities: list[Activity]) -> list[str]:
    return [a["name"] for a in activities if a["type"] == "event"]


async def call_of(line: Line):  # type: ignore[no-untyped-def]
    return await line.live.conversation("ivr", line.gateway.call_id)


async def test_that_a_created_call_is_told_where_to_go_on(line: Line) -> None:
    answer = await line.gateway.create()

    base = f"/ivr/bot/conversation/{line.gateway.call_id}"
    assert answer == {
        "activitiesURL": f"{base}/activities", "refreshURL": f"{base}/refresh",
        "disconnectURL": f"{base}/disconnect", "expiresSeconds": 120,
    }  # fmt: skip
    assert await line.gateway.health() == {"type": "ac-bot-api", "success": True}
    await line.gateway.refresh()


async def test_that_the_first_words_say_it_is_a_robot_and_how_to_reach_a_person(line: Line) -> None:
    heard = await line.gateway.start()

    assert "机器人" in texts(heard)[0]
    assert "转人工" in texts(heard)[0]
    assert heard[0]["sessionParams"]["sendEventsToBot"] == ["noUserInput"]
    assert texts(await line.gateway.redeliver()) == texts(heard)
    assert [author for author, _ in await line.live.messages((await call_of(line)).id)] == ["system"]


async def test_that_a_question_is_answered_and_the_answer_counted_as_said(line: Line) -> None:
    await line.gateway.start()
    heard = await line.gateway.say("家里停电了")

    assert heard == [{"type": "message", "text": "答：家里停电了"}]
    call = await call_of(line)

    async def said() -> bool:
        return await line.live.states(call.id) == ["sent", "sent"]

    assert await line.live.eventually(said)


async def test_that_a_redelivered_activity_gets_the_same_answer_and_is_one_turn(line: Line) -> None:
    await line.gateway.start()
    first = await line.gateway.say("家里停电了")
    second = await line.gateway.redeliver()

    assert first == second
    assert line.live.bot.asked == ["家里停电了"]


async def test_that_several_activities_are_done_in_order(line: Line) -> None:
    heard = await line.gateway.post(
        [
            {"type": "event", "name": "start", "parameters": {"caller": "13912345678"}},
            {"type": "message", "text": "一"},
            {"type": "message", "text": "二"},
        ]
    )

    assert texts(heard)[1:] == ["答：一", "答：二"]


async def test_that_asking_for_a_person_opens_a_ticket_and_transfers_the_call(line: Line) -> None:
    await line.gateway.start()
    heard = await line.gateway.say("转人工")

    assert "工单号" in texts(heard)[-1]
    assert heard[-1]["name"] == "transfer"
    assert heard[-1]["activityParams"]["transferTarget"] == TRANSFER_TO
    async with line.live.house.db.work() as session:
        ticket = (await session.execute(select(Ticket))).scalar_one()
    assert re.fullmatch(r"ticket \d{14}", heard[-1]["activityParams"]["handoverReason"])
    assert ticket.number in heard[-1]["activityParams"]["handoverReason"]
    assert await line.gateway.redeliver() == heard


async def test_that_after_the_transfer_words_are_kept_and_nothing_is_said(line: Line) -> None:
    await line.gateway.start()
    await line.gateway.say("转人工")
    assert await line.gateway.say("我家住花木路") == []
    assert await line.gateway.redeliver() == []

    messages = await line.live.messages((await call_of(line)).id)
    assert [text for author, text in messages if author == "resident"] == ["转人工", "我家住花木路"]
    assert line.live.bot.asked == ["转人工"]


async def test_that_a_caller_who_hears_nothing_after_the_transfer_is_transferred_again(line: Line) -> None:
    await line.gateway.start()
    await line.gateway.say("转人工")
    heard = await line.gateway.no_input()

    assert "不要挂机" in texts(heard)[0]
    assert events(heard) == ["transfer"]


async def test_that_a_late_answer_comes_with_the_next_request(line: Line) -> None:
    gate = asyncio.Event()
    line.live.bot.waits("查电费", gate, Said("上月八十元"))
    await line.gateway.start()

    assert WORKING in texts(await line.gateway.say("查电费"))[0]
    gate.set()
    call = await call_of(line)

    async def done() -> bool:
        return ("bot", "上月八十元") in await line.live.messages(call.id)

    assert await line.live.eventually(done)
    assert texts(await line.gateway.no_input()) == ["上月八十元"]


async def test_that_an_emergency_is_told_what_to_do_and_transferred_even_if_no_worker_is_at_work(
    line: Line,
) -> None:
    gate = asyncio.Event()
    line.live.bot.waits("有人触电了", gate, Said("late"))
    line.live.bot.parses["有人触电了"] = Parse("report_hazard", 0.5, {"report_emergency": 0.4})
    await line.gateway.start()
    heard = await line.gateway.say("有人触电了")

    assert "请先保证人身安全" in texts(heard)[0]
    assert WORKING not in "".join(texts(heard))
    assert events(heard) == ["transfer"]
    async with line.live.house.db.work() as session:
        ticket = (await session.execute(select(Ticket))).scalar_one()
    assert (ticket.reason, ticket.priority, ticket.intent) == ("emergency", "urgent", "report_emergency")
    gate.set()


async def test_that_a_redelivered_activity_whose_answer_was_late_gets_it(line: Line) -> None:
    gate = asyncio.Event()
    line.live.bot.waits("查电费", gate, Said("上月八十元"))
    await line.gateway.start()
    await line.gateway.say("查电费")
    gate.set()

    assert texts(await line.gateway.redeliver()) == ["上月八十元"]
    assert line.live.bot.asked == ["查电费"]


async def test_that_a_caller_who_waited_too_long_is_given_to_a_person(line: Line) -> None:
    gate = asyncio.Event()
    line.live.bot.waits("查电费", gate, Said("太晚了"))
    await line.gateway.start()
    await line.gateway.say("查电费")
    async with line.live.house.db.work() as session:
        await session.execute(update(Turn).values(created_at=clock.now() - verification.SILENCE))

    heard = await line.gateway.say("喂")
    assert "非常抱歉" in texts(heard)[0]
    assert events(heard) == ["transfer"]
    gate.set()


@pytest.mark.parametrize(
    ("pressed", "text"),
    [("3100000000018#", "3100000000018"), ("0", "转人工"), ("0#", "转人工"), (123, "123")],
)
async def test_that_keys_are_text_for_the_bot(line: Line, pressed: str | int, text: str) -> None:
    await line.gateway.start()
    await line.gateway.event("DTMF", value=pressed)

    assert line.live.bot.asked == [text]
    async with line.live.house.db.work() as session:
        message = (await session.execute(select(Message).filter_by(author="resident"))).scalar_one()
    assert message.kind == "dtmf"


async def test_that_silence_gets_the_last_words_then_a_hint_then_a_person(line: Line) -> None:
    await line.gateway.start()
    await line.gateway.say("家里停电了")

    assert texts(await line.gateway.no_input()) == ["答：家里停电了"]
    hint = await line.gateway.no_input()
    assert "请按零" in texts(hint)[0]
    assert await line.gateway.redeliver() == hint
    last = await line.gateway.no_input()
    assert "没有听到" in texts(last)[0]
    assert events(last) == ["transfer"]
    assert (await call_of(line)).owner == "queue"


async def test_that_a_line_on_which_nobody_ever_spoke_ends_with_goodbye(line: Line) -> None:
    greeting = await line.gateway.start()
    assert texts(await line.gateway.no_input()) == texts(greeting)
    await line.gateway.no_input()
    last = await line.gateway.no_input()

    assert "再见" in texts(last)[0]
    assert events(last) == ["hangup"]
    assert await line.gateway.redeliver() == last


async def test_that_the_end_of_a_call_ends_what_was_verified(line: Line) -> None:
    await line.gateway.start()
    call = await call_of(line)
    async with line.live.house.db.work() as session:
        await verification.record(session, call, account_number="3100000000018", key="k", matched=True)
    await line.gateway.hangup()
    await line.gateway.hangup()

    async with line.live.house.db.work() as session:
        row = (await session.execute(select(Verification))).scalar_one()
    assert row.end_reason == "ended"
    assert (await call_of(line)).ended_at is not None


async def test_that_a_call_that_is_over_takes_no_more_words(line: Line) -> None:
    await line.gateway.start()
    assert await line.gateway.event("hangup") == []
    assert await line.gateway.redeliver() == []
    with pytest.raises(GatewayError, match="call_over") as over:
        await line.gateway.say("喂")
    assert over.value.status == 404
    with pytest.raises(GatewayError) as again:
        await line.gateway.create()
    assert again.value.status == 409


async def test_that_failures_to_verify_count_per_caller(line: Line) -> None:
    await line.gateway.start(caller="sip:13912345678@gateway.local")
    assert (await call_of(line)).identity == "ivr:13912345678"

    withheld = VoiceGateway(line.url, TOKEN)
    await withheld.create()
    await withheld.start(caller="Anonymous")
    call = await line.live.conversation("ivr", withheld.call_id)
    assert call.identity == f"ivr:{withheld.call_id}"
    await withheld.aclose()


async def test_that_every_line_heard_reaches_the_record(line: Line) -> None:
    await line.gateway.start()
    await line.gateway.say("风骨电价", confidence=0.71, nbest=[("风骨电价", 0.71), ("峰谷电价", 0.6)])

    async with line.live.house.db.work() as session:
        message = (await session.execute(select(Message).filter_by(author="resident"))).scalar_one()
    assert message.payload["confidence"] == 0.71
    assert message.payload["nbest"] == [
        {"text": "风骨电价", "confidence": 0.71},
        {"text": "峰谷电价", "confidence": 0.6},
    ]


async def test_that_answers_are_speakable(line: Line) -> None:
    line.live.bot.answers("查", Said("好的😀\n详见https://95598.cn/a，**谢谢**"), Said("👍"))
    await line.gateway.start()

    assert texts(await line.gateway.say("查")) == ["好的，详见，谢谢"]


async def test_that_a_bot_that_fails_twice_is_an_honest_sentence_and_a_transfer(line: Line) -> None:
    async def broken(*_: object) -> list[Said]:
        from conversations.ports import BotFailed

        raise BotFailed("the model fell over")

    line.live.bot.scripts["查电费"] = broken
    await line.gateway.start()
    heard = await line.gateway.say("查电费")

    assert "非常抱歉" in texts(heard)[0]
    assert events(heard) == ["transfer"]


async def test_that_a_failure_while_answering_is_an_honest_sentence_and_a_transfer(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("out of luck")

    await line.gateway.start()
    monkeypatch.setattr(line.live.house, "wait", broken)
    heard = await line.gateway.say("查电费")

    assert "非常抱歉" in texts(heard)[0]
    assert heard[-1]["activityParams"] == {"transferTarget": TRANSFER_TO, "handoverReason": "system_failure"}
