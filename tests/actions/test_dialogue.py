"""Yes, no, again, doubt, data out of the blue."""

from __future__ import annotations

import pytest

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import rules

WORDS = Wording()
# Surely understood, and in no entry.
UNKNOWN = ("麻烦唱首歌给我听听", "ask_complaint_channel")


def words(key: str) -> str:
    return WORDS.text(key, "web")


@pytest.mark.parametrize(
    "intent", ["greet", "goodbye", "thank", "wait", "bot_challenge", "abuse", "out_of_scope"]
)
async def test_that_small_talk_is_answered(world: World, intent: str) -> None:
    assert await world.talk().says("…", intent) == words(f"utter_{intent}")


async def test_that_every_intent_has_an_answer_or_a_person(world: World) -> None:
    for intent in rules():
        talk = world.talk()
        said = await talk.says("请问", intent)
        assert said or await world.tickets(talk), intent


async def test_that_an_open_question_is_admitted_and_yes_brings_a_person(world: World) -> None:
    talk = world.talk()
    assert await talk.says(*UNKNOWN) == words("utter_not_yet")
    assert await talk.says("好的", "affirm") == ""
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("beyond_bot", UNKNOWN[1])


async def test_that_no_is_accepted(world: World) -> None:
    talk = world.talk()
    await talk.says(*UNKNOWN)
    assert await talk.says("不用了", "deny") == words("utter_offer_declined")
    assert await talk.says("好", "affirm") == words("utter_affirm")
    assert not await world.tickets(talk)


async def test_that_an_offer_does_not_outlive_another_matter(world: World) -> None:
    talk = world.talk()
    await talk.says(*UNKNOWN)
    await talk.says("谢谢", "thank")
    assert await talk.says("好", "affirm") == words("utter_affirm")


async def test_that_a_repeated_offer_still_stands(world: World) -> None:
    talk = world.talk()
    said = await talk.says(*UNKNOWN)
    assert await talk.says("再说一遍", "repeat") == said
    await talk.says("好", "affirm")
    assert len(await world.tickets(talk)) == 1


async def test_that_nothing_said_cannot_be_repeated(world: World) -> None:
    assert await world.talk().says("再说一遍", "repeat") == words("utter_repeat_nothing")


async def test_that_doubt_asks_then_offers_choices_then_a_person(world: World) -> None:
    talk = world.talk()
    assert await talk.says("嗯哼", "praise", confidence=0.2) == words("utter_fallback")
    assert await talk.says("唔", "praise", confidence=0.2) == words("utter_fallback_choices")
    [*_, said] = [event for event in talk.events if event["event"] == "bot"]
    assert [button["title"] for button in said["data"]["buttons"]] == ["停电", "电费", "营业厅", "人工"]
    assert await talk.says("噫", "praise", confidence=0.2) == words("utter_fallback_person")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "fallback"


async def test_that_a_turn_understood_in_between_forgives_doubt(world: World) -> None:
    talk = world.talk()
    await talk.says("嗯哼", "praise", confidence=0.2)
    await talk.says("你好", "greet")
    assert await talk.says("噫", "praise", confidence=0.2) == words("utter_fallback")


async def test_that_a_guess_does_not_start_anything(world: World) -> None:
    talk = world.talk()
    await talk.says("嗯哼", "complain", confidence=0.25)
    assert not await world.tickets(talk)


async def test_that_an_account_number_out_of_the_blue_leads_to_the_bill(world: World) -> None:
    talk = world.talk()
    said = await talk.says("3200456789", "inform", ("account_number", "3200456789"))
    assert said == words("utter_ask_second_item")
    assert "56.20元" in await talk.says("李秀英", "inform", ("person_name", "李秀英"))


async def test_that_an_address_or_a_hall_out_of_the_blue_is_looked_up(world: World) -> None:
    assert "正在停电" in await world.talk().says("牡丹路60弄", "inform", ("address", "牡丹路60弄"))
    assert "时间是" in await world.talk().says("花木营业厅", "inform", ("business_hall", "花木营业厅"))
    assert await world.talk().says("昨晚八点", "inform") == words("utter_ask_what")


async def test_that_an_open_question_inside_a_form_asks_one_thing(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    assert await talk.says(*UNKNOWN) == words("utter_not_yet")
    assert talk.loop is None
