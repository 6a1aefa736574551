"""Which of two wishes: when it is asked, how the answer is understood, what becomes of the first message."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from actions import doubt, turn
from actions.reading import chosen
from conversations import emergency
from kit.settings import ROOT
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk, rules

WORDS = Wording()
BILL, PAY, OUTAGE, HAZARD = "query_bill", "ask_payment_method", "report_outage", "report_hazard"
NEITHER = WORDS.text("utter_part_neither", "web")
# Intents that are about the conversation, or not about us: nobody wishes for them.
NO_WISH = {
    "greet", "goodbye", "thank", "affirm", "deny", "inform", "request_agent", "repeat", "cancel", "wait", "bot_challenge",
    "abuse", "out_of_scope",
}  # fmt: skip


def words(key: str, channel: str = "web") -> str:
    return WORDS.text(key, channel)


def wish(intent: str) -> str:
    return words(f"utter_wish_{intent}")


def question(first: str, second: str) -> str:
    return WORDS.text("utter_which_wish", "web", first=wish(first), second=wish(second))


async def doubted(world: World, channel: str = "web") -> Talk:
    """A conversation in which it was just asked: look up the bill, or pay it?"""
    talk = world.talk(channel)
    said = await talk.says("电费", BILL, confidence=0.45, ranking={PAY: 0.35})
    assert said == question(BILL, PAY)
    return talk


def test_that_every_intent_about_a_matter_has_a_wish_and_no_other() -> None:
    named = {key.removeprefix("utter_wish_") for key in WORDS.keys() if key.startswith("utter_wish_")}  # noqa: SIM118
    assert named == set(rules()) - NO_WISH


def test_that_wishes_are_short_and_hold_no_figures() -> None:
    for intent in set(rules()) - NO_WISH:
        assert re.fullmatch(r"[\u4e00-\u9fff、]{2,14}", wish(intent)), intent


def test_that_every_wish_can_be_picked_by_its_words() -> None:
    for pair in combinations(sorted(set(rules()) - NO_WISH), 2):
        options = [wish(intent) for intent in pair]
        assert [chosen(option, options) for option in options] == [0, 1], options


def test_that_wishes_that_are_alike_begin_with_the_same_look_up_or_hold_each_other() -> None:
    told = {  # whoever reports is told of a running outage first, and a bill tells the balance
        "action_report_fault": "action_tell_outage", "action_tell_balance": "action_tell_bill",
    }  # fmt: skip
    for group in doubt.ALIKE:
        assert len({tuple(told.get(action, action) for action in rules()[intent]) for intent in group}) == 1


def test_that_every_room_means_the_same_danger() -> None:
    assert emergency.EMERGENCY_CONFIDENCE == turn.DANGER
    scores = (ROOT / "bot" / "evaluation" / "scores.py").read_text("utf-8")
    assert f"\nDANGER = {turn.DANGER} " in scores


@pytest.mark.parametrize("channel", ["web", "wechat", "ivr"])
async def test_that_doubt_between_two_wishes_names_both(world: World, channel: str) -> None:
    talk = await doubted(world, channel)
    assert talk.choices == ([] if channel == "ivr" else [wish(BILL), wish(PAY), NEITHER])


@pytest.mark.parametrize(
    ("shares", "asks"),
    [
        ({BILL: 0.45, PAY: 0.35}, True),
        ({BILL: 0.28, PAY: 0.27}, True),  # below doubt, but the two stand out
        ({BILL: 0.55, PAY: 0.2}, True),
        ({BILL: 0.62, PAY: 0.36}, False),  # sure enough
        ({BILL: 0.55, PAY: 0.1}, False),  # no second
        ({BILL: 0.26, PAY: 0.22}, False),  # nothing stands out
        ({BILL: 0.45, "query_balance": 0.4}, False),  # one look-up tells both
        ({BILL: 0.3, "query_balance": 0.2, PAY: 0.3}, True),
        ({BILL: 0.35, "query_balance": 0.3, PAY: 0.3}, False),  # the look-up is sure enough
        ({PAY: 0.36, BILL: 0.32, "query_balance": 0.3}, True),  # … but not what the best intent is
        ({BILL: 0.45, "out_of_scope": 0.4}, False),
        ({"request_agent": 0.5, "complain": 0.4}, False),
        ({"greet": 0.45, BILL: 0.4}, False),
        ({HAZARD: 0.45, OUTAGE: 0.35}, False),  # urgent
        ({HAZARD: 0.29, OUTAGE: 0.28}, True),  # … if it is one
        ({OUTAGE: 0.45, HAZARD: 0.35}, True),
        ({OUTAGE: 0.4, "report_emergency": 0.29}, True),
        ({OUTAGE: 0.4, "report_emergency": 0.3}, False),
        ({"report_emergency": 0.29, "praise": 0.25}, True),
        ({"report_emergency": 0.4, HAZARD: 0.35}, False),
    ],
)  # fmt: skip
async def test_that_it_is_asked_only_between_two_wishes_that_stand_out(
    world: World, shares: dict[str, float], asks: bool
) -> None:
    talk = world.talk()
    intent = max(shares, key=lambda name: shares[name])
    said = await talk.says("电", intent, confidence=shares[intent], ranking=shares)
    asked = talk.ran == ["action_hotline_fallback"] and talk.choices[-1:] == [NEITHER]
    assert asked is asks, said


async def test_that_danger_is_acted_on_in_doubt(world: World) -> None:
    talk = world.talk()
    await talk.says("电线冒烟停电了", OUTAGE, confidence=0.4, ranking={"report_emergency": 0.35})
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "emergency"


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        (wish(BILL), BILL), (wish(PAY), PAY),
        ("第一个", BILL), ("1", BILL), ("前面那个", BILL), ("前者", BILL), ("我选第一个吧", BILL), ("要前面的", BILL),
        ("第二个。", PAY), ("二", PAY), ("后者", PAY), ("就是后面那个", PAY), ("最后一个", PAY),
        ("查", BILL), ("我想查", BILL), ("查的", BILL), ("交", PAY), ("嗯，是交电费", PAY), ("我要交电费", PAY),
        ("不是，交电费", PAY), ("不对，第一个", BILL),
        (NEITHER, None), ("不是", None), ("两个都不是", None), ("都不对", None), ("不是这两个", None), ("不", None),
        ("不是查电费", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("channel", ["wechat", "ivr"])
async def test_that_the_answer_is_understood(
    world: World, channel: str, text: str, picks: str | None
) -> None:
    talk = await doubted(world, channel)
    # Whatever the model takes so short an answer for.
    said = await talk.says(text, "praise", confidence=0.2)
    if picks == PAY:
        assert talk.ran[-1] == "action_answer"
    else:
        key = "utter_ask_account_number" if picks == BILL else "utter_fallback_choices"
        assert said == words(key, channel)


async def test_that_a_button_counts_whatever_the_model_takes_it_for(world: World) -> None:
    talk = await doubted(world)
    await talk.says(wish(PAY), "report_payment_problem", confidence=0.9)
    assert talk.ran[-1] == "action_answer"


async def test_that_a_wish_may_be_repeated_in_other_words(world: World) -> None:
    talk = await doubted(world)
    said = await talk.says("看看这个月要多少钱", "query_balance", confidence=0.5)
    assert said == words("utter_ask_account_number")
    assert talk.slots["matter"] == "query_balance"


@pytest.mark.parametrize("intent", ["affirm", "deny"])
async def test_that_yes_or_no_is_neither(world: World, intent: str) -> None:
    talk = await doubted(world)
    assert await talk.says("嗯呐", intent) == words("utter_fallback_choices")


async def test_that_something_new_counts(world: World) -> None:
    talk = await doubted(world)
    said = await talk.says("牡丹路60弄停电了", OUTAGE, ("address", "牡丹路60弄"))
    assert "正在停电" in said


async def test_that_a_name_within_another_matter_is_no_pick(world: World) -> None:
    talk = await doubted(world)
    await talk.says("昨天交电费失败了，钱也没退给我", "report_payment_problem")
    assert talk.loop == "case_form"
    assert talk.slots["matter"] == "report_payment_problem"


async def test_that_danger_comes_before_the_answer(world: World) -> None:
    talk = await doubted(world)
    await talk.says("第一个，啊，电线冒火了", "report_emergency", confidence=0.4)
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "emergency"


async def test_that_the_first_message_is_answered_with_its_address(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says(
        "牡丹路60弄那个电", OUTAGE, ("address", "牡丹路60弄"), confidence=0.4, ranking={"report_voltage": 0.3}
    )
    said = await talk.says("第一个", "inform", confidence=0.2)
    assert "正在停电" in said
    assert talk.ran == ["action_hotline_fallback", "action_report_fault", "fault_form"]
    assert talk.slots["address"].endswith("花木街道牡丹路60弄")
    assert await talk.says("好", "affirm") == words("utter_affirm", "ivr")


async def test_that_what_the_answer_adds_is_kept(world: World) -> None:
    talk = world.talk()
    await talk.says("我家那个电", OUTAGE, confidence=0.4, ranking={"report_voltage": 0.3})
    assert "正在停电" in await talk.says("报修停电，牡丹路60弄", OUTAGE, ("address", "牡丹路60弄"))
    [address] = talk.message["entities"]
    assert talk.message["text"][address["start"] : address["end"]] == "牡丹路60弄"


async def test_that_a_picked_handoff_has_the_intent_the_facts_and_this_message(world: World) -> None:
    talk = world.talk()
    await talk.says(
        "牡丹路60弄的电表，机器人听不懂", "report_meter_fault", ("address", "牡丹路60弄"), confidence=0.4,
        ranking={"complain": 0.35},
    )  # fmt: skip
    assert await talk.says("后面那个", "deny", confidence=0.2) == words("utter_voice_about_bot")
    [ticket] = await world.tickets(talk)
    assert (ticket.intent, ticket.reason) == ("complain", "about_bot")
    assert ticket.facts["address"] == "牡丹路60弄"
    # The words of the turn that the resident waits for, and none of the turn before.
    assert [said.count(words("utter_voice_about_bot")) for said in await world.said(talk)][:1] == [1]


async def test_that_doubt_twice_leads_to_choices_and_then_a_person(world: World) -> None:
    talk = await doubted(world)
    said = await talk.says("电费呀", BILL, confidence=0.45, ranking={PAY: 0.35})
    assert said == words("utter_fallback_choices")
    said = await talk.says("电费那个", BILL, confidence=0.45, ranking={PAY: 0.35})
    assert said == words("utter_fallback_person")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "fallback"


async def test_that_neither_leads_to_choices_and_then_a_person(world: World) -> None:
    talk = await doubted(world)
    assert await talk.says(NEITHER, "deny", confidence=0.5) == words("utter_fallback_choices")
    assert await talk.says("唔", "praise", confidence=0.2) == words("utter_fallback_person")


async def test_that_a_picked_matter_forgives_doubt(world: World) -> None:
    talk = await doubted(world)
    await talk.says("第二个", "inform", confidence=0.2)
    said = await talk.says("电表", "report_meter_fault", confidence=0.4, ranking={"ask_meter_reading": 0.35})
    assert said == question("report_meter_fault", "ask_meter_reading")


async def test_that_a_message_not_understood_may_become_clearer(world: World) -> None:
    talk = world.talk()
    assert await talk.says("嗯哼", "praise", confidence=0.2) == words("utter_fallback")
    assert await talk.says("电费", BILL, confidence=0.45, ranking={PAY: 0.35}) == question(BILL, PAY)
    assert await talk.says("唔", "praise", confidence=0.2) == words("utter_fallback_person")


async def test_that_the_question_may_be_heard_again(world: World) -> None:
    talk = await doubted(world)
    assert await talk.says("再说一遍", "repeat") == question(BILL, PAY)
    assert talk.choices == [wish(BILL), wish(PAY), NEITHER]
    assert await talk.says("第一个", "inform", confidence=0.2) == words("utter_ask_account_number")


async def test_that_the_question_does_not_outlive_another_matter(world: World) -> None:
    talk = await doubted(world)
    await talk.says("谢谢", "thank")
    assert await talk.says("第一个", "praise", confidence=0.2) == words("utter_fallback")


async def test_that_an_open_form_asks_its_own_question(world: World) -> None:
    talk = world.talk()
    await talk.says("停电了", OUTAGE)
    said = await talk.says("电费", BILL, confidence=0.45, ranking={PAY: 0.35})
    assert NEITHER not in talk.choices
    assert said != question(BILL, PAY)
