"""Whatever question stands open and whatever comes in between: every message is answered, and no turn fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.e2e.running import Running
from tests.scenarios.doors import WeChat
from tests.scenarios.play import read_tracker
from tests.scenarios.record import Record
from tests.scenarios.values import Values

AT_ONCE = 5
FIRST = 60  # of the rows of the demo town: households that no other test here proves

# What leads to the question, and the slot that it asks for.
OPEN = {
    "where the outage is": (["什么时候来电"], "address"),
    "where the fault is": (["我家没电了要报修"], "fault_place"),
    "how far the fault goes": (["{estate.full}停电了要报修"], "fault_scope"),
    "which telephone for the fault": (["{estate.full}整个小区停电了要报修"], "fault_phone"),
    "which account": (["查一下电费"], "account_number"),
    "what proves the account": (["查一下电费", "{account.number}"], "second_item"),
    "which hall": (["营业厅几点开门"], "hall"),
    "which new telephone": (["我要改联系电话", "{account.number}", "{account.name}"], "new_phone"),
    "which way of an application": (["我要装充电桩"], "application_answer"),
    "a fact of an application": (["我要装充电桩", "自己家的车", "好的，登记"], "application_answer"),
    "what the complaint is": (["我要投诉"], "voice_answer"),
    "which ticket": (["我的工单到哪了"], "ticket_number"),
    "which place for notices": (["订阅停电通知"], "subscribe_place"),
    "who looks after where": (["我们这片归哪个台区经理管"], "address"),
}  # fmt: skip
OFFER = "which way of an application"  # not pressed upon whoever went on to something else
# After these the same question stands.
ASIDE = ["你是机器人吗", "等一下，我找找", "再说一遍", "快点啊", "峰谷电价怎么算"]
# These may be an answer, another matter with questions of its own, or the end of it.
BETWEEN = [
    "谢谢", "哈哈哈", "。。。", "不对，是另一个", "不知道", "是的", "不是", "花木营业厅几点关门", "牡丹路60弄停电了吗",
    "用了300度要多少钱", "下周我们这里停电吗", "我要投诉抄表员", "充电桩怎么申请", "我的工单到哪了", "我想表扬一下师傅",
    "退订", "改一下联系电话", "13812345678", "今天天气怎么样", "我要过户", "帮我报个修", "查一下余额",
]  # fmt: skip
LEAVES = ["算了不办了", "转人工", "电线掉地上冒火花了"]  # after these nothing is asked


@pytest.fixture(scope="module")
async def record(hotline: Running) -> AsyncIterator[Record]:
    found = await Record.open(hotline.database_url)
    yield found
    await found.close()


@pytest.mark.parametrize("question", OPEN)
async def test_that_an_interruption_is_answered(hotline: Running, record: Record, question: str) -> None:
    first, slot = OPEN[question]
    number = FIRST + list(OPEN).index(question)
    room = asyncio.Semaphore(AT_ONCE)

    async def interrupted(words: str) -> list[str]:
        async with room:
            resident = WeChat(hotline, record, number)
            await resident.open()
            values = Values(record, number, number)
            for one in first:
                await resident.say(await values.fill(one, ""))
            before = await _asked(record, resident)
            said = await resident.say(words)
            asked = await _asked(record, resident)
            stays = words in ASIDE and question != OFFER
            wrong = {
                f"asked was {before}": before != slot,
                "nothing was said": not any(said),
                f"asked is {asked} now": stays and asked != slot,
                f"{asked} is still asked for": words in LEAVES and asked,
                **{f"failed: {error}": True for error in await _failures(record, resident)},
            }
            return [f"{words}: {reason}: {said}" for reason, holds in wrong.items() if holds]

    some = BETWEEN[list(OPEN).index(question) % 2 :: 2]  # each comes in between every other question
    found = await asyncio.gather(*map(interrupted, [*ASIDE, *some, *LEAVES]))
    assert [line for lines in found for line in lines] == []


async def _asked(record: Record, resident: WeChat) -> str | None:
    """The slot that the bot asks for."""
    events = await record.events((await resident.conversation())["id"])
    return read_tracker(events, "say")[1].get("requested_slot")


async def _failures(record: Record, resident: WeChat) -> list[str]:
    """Why turns of the resident failed, or are not done."""
    query = "select error from turn where conversation_id = %s::uuid and (failures > 0 or state <> 'done')"
    return [str(row["error"]) for row in await record.rows(query, (await resident.conversation())["id"])]
