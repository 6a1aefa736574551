"""What is a general question, and what is somebody's own wish, by their words and by what was held out of the training."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
import yaml

from actions import question
from actions.knowledge.search import Knowledge
from kit.settings import ROOT
from tests.actions.conftest import World
from tests.actions.rasa import rules

MARKED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
CUT_OUT = re.compile(r"\](?:\((?:{0})\)|\{{\"entity\":\"(?:{0})\")".format("|".join(sorted(question.DATA))))
# Looked up or taken down for somebody; what an application needs may be told either way.
OWN = ("query_outage", "query_planned_outage", "query_bill", "query_balance", "query_usage", "query_payment_record", "query_ticket",
       "query_hall", "query_grid_manager", "report_", "urge_", "request_", "dispute_", "update_", "complain", "suggest", "praise")  # fmt: skip


def held_out() -> Iterator[tuple[str, str, bool]]:
    """Intent, text, and whether an address, a number or the like is marked in it."""
    for file in sorted((ROOT / "tests" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield block["intent"], MARKED.sub(r"\1", line[2:]).strip(), bool(CUT_OUT.search(line))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    found = Knowledge()
    found.warm()
    return found


def test_that_what_the_rules_give_to_knowledge_is_known() -> None:
    assert {intent for intent, actions in rules().items() if actions == ["action_answer"]} == question.ASKED


def test_that_no_report_of_danger_is_taken_for_a_question() -> None:
    dangers = [text for intent, text, _ in held_out() if intent in question.DANGERS]
    assert len(dangers) > 200
    assert [text for text in dangers if question.harmless(text)] == []


def test_that_no_wish_of_ones_own_is_taken_for_a_question(knowledge: Knowledge) -> None:
    taken = []
    for intent, text, marked in held_out():
        if marked or intent in question.DANGERS or not intent.startswith(OWN):
            continue
        if question.least(intent, text) < question.NEVER and (
            found := question.meant(knowledge, text, intent, (), danger=False)
        ):
            taken.append((intent, text, found.id))
    assert taken == []


@pytest.mark.parametrize(
    ("text", "intent", "entry"),
    [
        ("计划停电一般提前几天告诉用户", "query_planned_outage", "promise_notice"),
        ("抢修一般几个小时能恢复供电", "query_outage", "promise_restore"),
        ("抢修师傅规定几分钟内赶到现场", "report_outage", "promise_repair"),
        ("供电公司对外承诺了哪些服务", "out_of_scope", "ten_promises"),
        ("居民用电电压正常范围是多少伏", "report_voltage", "voltage_range"),
        ("怎么核实上门的是不是供电局的人", "out_of_scope", "crew_identity"),
        ("有人打电话说我欠费让我往个人账户转账，是不是骗子", "query_balance", "pay_fraud"),
        ("去营业厅办事一般要排队等多长时间", "query_hall", "hall_wait"),
        ("电表箱能不能包进柜子里", "report_hazard", "meter_box_mine"),
    ],
)
async def test_that_a_question_is_answered_whatever_it_was_taken_for(
    world: World, text: str, intent: str, entry: str
) -> None:
    talk = world.talk()
    await talk.says(text, intent)
    assert talk.slots["answered"] == entry
    assert talk.loop is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我家停电了什么时候来电", "query_outage"), ("停电多久来", "query_outage"), ("怎么停电了", "query_outage"),
        ("计划停电取消了吗", "query_planned_outage"), ("网格经理是谁", "query_grid_manager"),
        ("我上次什么时候交的电费", "query_payment_record"), ("要举报偷电", "report_theft"), ("变压器嗡嗡响", "report_noise"),
    ],
)  # fmt: skip
async def test_that_ones_own_wish_stays_one(world: World, text: str, intent: str) -> None:
    talk = world.talk()
    await talk.says(text, intent)
    assert talk.slots.get("answered") is None


async def test_that_what_is_computed_is_left_to_who_computes_it(world: World) -> None:
    talk = world.talk()
    await talk.says("峰谷电几点到几点", "ask_peak_valley")
    assert talk.ran == ["action_estimate"]


async def test_that_danger_in_the_same_words_stays_danger(world: World) -> None:
    talk = world.talk()
    await talk.says("电表箱着火了能不能包进柜子里", "report_emergency")
    assert "action_register_danger" in talk.ran


async def test_that_the_halls_telephone_is_told_after_the_hall(world: World) -> None:
    talk = world.talk()
    await talk.says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    said = await talk.says("那电话是多少呢", "out_of_scope")
    assert "花木" in said
    assert "电话" in said


async def test_that_a_few_idle_characters_are_asked_again_after_the_offer_of_a_person(world: World) -> None:
    talk = world.talk()
    await talk.says("上海的低保户每月免费多少度电", "ask_low_income_quota")
    said = await talk.says("哈哈", "out_of_scope")
    assert "要我请人工客服" in said
    assert "不归" not in said
    assert talk.slots["offer"] == "handoff"


async def test_that_vectors_of_a_message_are_made_once() -> None:
    """Understanding, fallback and answer all ask within one turn."""
    from actions.knowledge import meaning

    first = await asyncio.to_thread(meaning.vector, "一句没有人问过的话")
    assert meaning.vector("一句没有人问过的话") is first
