"""Messages that do not answer the question of a form: whose they are, and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk, entity

WORDS = Wording(province="上海")
OPENINGS = [
    ("查电费", "query_bill", "utter_account_given_up"),
    ("哪里停电了", "query_outage", "utter_address_given_up"),
    ("营业厅几点开门", "query_hall", "utter_hall_given_up"),
    ("我要投诉", "complain", "utter_voice_given_up"),
    ("电费扣了没到账", "report_payment_problem", "utter_case_given_up"),
    ("二手房要过户", "apply_name_change", "utter_apply_given_up"),
    ("网格经理是谁", "query_grid_manager", "utter_manager_given_up"),
    ("工单办到哪了", "query_ticket", "utter_ticket_given_up"),
]
# What a classifier calls nonsense, and how sure it is of it.
NONSENSE = [
    ("goodbye", 0.8), ("goodbye", 0.95), ("repeat", 0.98), ("repeat", 0.4), ("affirm", 0.45), ("greet", 0.98),
    ("out_of_scope", 0.7), ("out_of_scope", 0.95), ("thank", 0.5), ("inform", 0.9), ("praise", 0.2),
]  # fmt: skip


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


@pytest.mark.parametrize(("intent", "confidence"), NONSENSE)
@pytest.mark.parametrize(("first", "matter", "given_up"), OPENINGS)
async def test_that_three_messages_of_nonsense_end_in_a_person(
    world: World, first: str, matter: str, given_up: str, intent: str, confidence: float
) -> None:
    talk = world.talk("ivr")
    await talk.says(first, matter)
    if matter == "apply_name_change":
        await talk.says("要登记", "affirm")
    assert talk.loop
    for said in ("呱呱", "叽叽"):
        await talk.says(said, intent, confidence=confidence)
        assert talk.loop, said
    assert (await talk.says("咕咕", intent, confidence=confidence)).endswith(words(given_up, "ivr"))
    assert talk.loop is None
    [ticket] = await world.tickets(talk)
    assert ticket.intent == matter


async def test_that_nonsense_of_several_kinds_counts_together(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    await talk.says("呱呱", "goodbye")
    await talk.says("叽叽", "inform")
    assert await talk.says("咕咕", "repeat") == words("utter_account_given_up")


async def test_that_a_fault_reported_in_nonsense_goes_to_a_person_at_once(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says("我家停电了", "report_outage")
    for said in ("呱呱", "叽叽", "咕咕"):
        await talk.says(said, "goodbye", confidence=0.95)
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["address_unknown"]


async def test_that_questions_of_their_own_matter_are_no_nonsense(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    for _ in range(4):
        await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert talk.loop == "account_form"


async def test_that_a_name_taken_for_a_farewell_is_the_answer(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says("营业厅几点开门", "query_hall")
    said = await talk.says("花木的那家，上回也去的那里", "goodbye", confidence=0.8)
    assert words("utter_goodbye", "ivr") not in said
    assert "花木" in said


async def test_that_a_farewell_half_heard_or_guessed_ends_nothing(world: World) -> None:
    assert await world.talk("ivr").says("在线那个", "goodbye", confidence=0.6) == words(
        "utter_fallback", "ivr"
    )
    assert await world.talk("ivr").says("再见", "goodbye") == words("utter_goodbye", "ivr")
    assert await world.talk().says("在线那个", "goodbye", confidence=0.6) == words("utter_goodbye")
    assert await world.talk().says("在线那个", "goodbye", confidence=0.4) == words("utter_fallback")


async def answered(talk: Talk, text: str, intent: str, *times: str, confidence: float = 0.7) -> str:
    await talk.hear(text)
    found = [entity("time", text, one) for one in times]
    return await talk.again(text, intent, found, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("下个月一号到月底", "下个月一号到月底"),
        ("从下周一开始吧", "下周一"),
        ("大概是十月三号左右", "十月三号"),
    ],
)
async def test_that_a_day_where_a_day_is_asked_is_the_answer_whatever_it_was_taken_for(
    world: World, text: str, time: str
) -> None:
    talk = world.talk()
    for said, intent in (
        ("变压器想报停两个月", "apply_suspension"), ("是", "affirm"), ("3100000000018", "inform"),
        ("宏达厂", "inform"), ("200千伏安", "inform"),
    ):  # fmt: skip
        await talk.says(said, intent)
    assert await answered(talk, text, "ask_meter_reading", time, confidence=0.95) == words(
        "utter_apply_ask_contact_name"
    )
    assert talk.slots["application"]["facts"]["since"] == text


async def test_that_a_question_with_a_day_in_it_is_a_question(world: World) -> None:
    talk = world.talk()
    for said, intent in (
        ("变压器想报停两个月", "apply_suspension"), ("是", "affirm"), ("3100000000018", "inform"),
        ("宏达厂", "inform"), ("200千伏安", "inform"),
    ):  # fmt: skip
        await talk.says(said, intent)
    await answered(talk, "花木供电营业厅明天开门吗", "query_hall", "明天", confidence=0.95)
    assert "since" not in talk.slots["application"]["facts"]


async def test_that_when_and_where_of_a_complaint_is_no_bill(world: World) -> None:
    talk = world.talk()
    await talk.says("来抄表的师傅张口就骂人，一点礼貌都没有", "complain")
    assert talk.loop == "voice_form"
    said = await answered(talk, "就上个月底吧", "query_bill", "上个月底", confidence=0.8)
    assert said == words("utter_voice_ask_phone_wanted_complain")


async def test_that_an_answer_that_helps_nobody_is_not_given_a_third_time(world: World) -> None:
    talk = world.talk()
    await talk.says("屋顶想装光伏", "apply_solar")
    question = ("不是，五百度电多少钱", "apply_solar")
    first = await talk.says(*question)
    assert first.endswith(words("utter_apply_offer_again"))
    assert await talk.says(*question) == first
    assert await talk.says(*question) == words("utter_apply_given_up")
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["not_answered"]


PLACE = "牡丹路60弄"
ASKS_WHERE = [
    ("营业厅几点开门", "query_hall", "action_tell_hall"), ("哪里停电了", "query_outage", "action_tell_outage"),
    ("网格经理是谁", "query_grid_manager", "action_tell_manager"), ("订阅停电通知", "inform", ""),
]  # fmt: skip
QUESTIONS = [
    (f"{PLACE}明天停电吗", "query_planned_outage", "action_tell_outage"),
    (f"{PLACE}的网格经理电话多少", "query_grid_manager", "action_tell_manager"),
    (f"{PLACE}附近的营业厅几点开门", "query_hall", "action_tell_hall"),
    (f"{PLACE}那户的电费多少", "query_bill", "action_tell_bill"),
]
OTHERS = [
    (*asked, *question) for asked in ASKS_WHERE for question in QUESTIONS
    if asked[2] not in ("", question[2])
]  # fmt: skip
OTHERS += [(*ASKS_WHERE[-1], *question) for question in QUESTIONS[1:]]  # an outage is what is subscribed to


@pytest.mark.parametrize(("first", "matter", "own", "text", "intent", "action"), OTHERS)
async def test_that_a_place_in_a_question_of_another_matter_answers_no_form(
    world: World, first: str, matter: str, own: str, text: str, intent: str, action: str
) -> None:
    talk = world.talk("wechat")
    await talk.says(first, matter)
    assert talk.loop
    await talk.says(text, intent, ("address", PLACE))
    assert action in talk.ran
    assert own not in talk.ran


@pytest.mark.parametrize(
    ("intent", "confidence"),
    [("out_of_scope", 0.95), ("greet", 0.95), ("thank", 0.95), ("query_bill", 0.5), ("inform", 0.9)],
)
@pytest.mark.parametrize(("first", "matter", "own"), ASKS_WHERE)
async def test_that_a_place_among_words_of_no_sure_matter_is_the_answer(
    world: World, first: str, matter: str, own: str, intent: str, confidence: float
) -> None:
    talk = world.talk("wechat")
    await talk.says(first, matter)
    await talk.says(f"{PLACE}那里有吗", intent, ("address", PLACE), confidence=confidence)
    assert own in talk.ran if own else talk.loop is None


NOT_FOUND = [
    ("火星营业厅几点开门", "query_hall", "utter_hall_unknown", "utter_ask_hall"),
    ("火星基地停电了吗", "query_outage", "utter_address_unknown", "utter_ask_address"),
    ("火星基地的网格经理", "query_grid_manager", "utter_address_unknown", "utter_manager_where"),
]


@pytest.mark.parametrize(("first", "matter", "unknown", "again"), NOT_FOUND)
async def test_that_a_place_not_found_is_not_said_to_be_so_after_another_matter(
    world: World, first: str, matter: str, unknown: str, again: str
) -> None:
    talk = world.talk()
    entity = "business_hall" if matter == "query_hall" else "address"
    assert await talk.says(first, matter, (entity, first[:4])) == words(unknown)
    assert (await talk.says("你是机器人吗", "bot_challenge")).endswith(words(again))
