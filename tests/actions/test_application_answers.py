"""Applications: how what the resident answers is taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.applications import (
    ADDRESS,
    NAME,
    PHONE,
    PLACE,
    UNKNOWN,
    YES,
    answers,
    orders,
    words,
)
from tests.actions.conftest import World


async def test_that_what_was_given_at_once_is_not_asked_again(world: World) -> None:
    talk = world.talk()
    text = "我家车位要装充电桩，牡丹路60弄3号502室，电话13812345678"
    await talk.says(text, "apply_ev_charger", ADDRESS, ("phone_number", "13812345678"))
    assert await talk.says("是", "affirm") == words("utter_apply_ask_parking")
    assert await talk.says("租的", "inform") == words("utter_apply_ask_property_consent")
    assert await talk.says("还没问", "inform") == words("utter_apply_ask_contact_name")
    summary = await talk.says("姓王", "inform")
    assert "牡丹路60弄3号502室" in summary
    assert "租用车位" in summary
    assert "5678" in summary
    assert "13812345678" not in summary


async def test_that_an_unclear_wish_is_asked_about_once_and_a_number_picks(world: World) -> None:
    talk = world.talk("wechat")
    asked = await talk.says("我要报装", "apply_new_connection")
    assert asked.startswith(words("utter_apply_which", "wechat"))
    assert talk.choices == ["临时用电", "单位或商户", "个人住宅"]
    assert "居民新装用电" in await talk.says("3", "inform")


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        (("不对，电话是13987654321", "deny", ("phone_number", "13987654321")), "5678", "4321"),
        (("联系人是李秀英", "inform", ("person_name", "李秀英")), "王建国", "李秀英"),
        (
            ("不是，地址是牡丹路60弄5号101室", "deny", ("address", "牡丹路60弄5号101室")),
            "3号502室",
            "5号101室",
        ),
    ],
)
async def test_that_one_fact_is_corrected_and_the_others_stay(
    world: World, said: Any, before: str, after: str
) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    assert before in await answers(talk, YES, PLACE, NAME, PHONE)
    text, intent, *entities = said
    summary = await talk.says(text, intent, *entities)
    assert after in summary
    assert before not in summary
    await talk.says("对", "affirm")
    assert len(orders(world, talk)) == 1


async def test_that_a_bare_no_is_asked_which_and_only_that_is_asked_anew(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, YES, PLACE, NAME, PHONE)
    assert await talk.says("不对", "deny") == words("utter_apply_which_wrong")
    assert await talk.says("电话", "inform") == words("utter_apply_ask_contact_phone")
    assert "4321" in await talk.says("13987654321", "inform", ("phone_number", "13987654321"))


async def test_that_a_question_in_between_is_answered_and_the_form_goes_on(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    answer = await talk.says("大概要多久", "apply_new_connection")
    assert "5个工作日" in answer
    assert words("utter_apply_offer_again") in answer
    assert await talk.says("好的", "affirm") == words("utter_apply_ask_address")
    hall = await talk.says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    assert "花木供电营业厅" in hall
    assert hall.endswith(words("utter_apply_ask_address"))
    assert talk.loop == "application_form"


async def test_that_an_offer_is_not_pressed_upon_who_went_on(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    hall = await talk.says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    assert "预受理" not in hall
    assert talk.loop is None


async def test_that_another_application_replaces_the_one_under_way(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await talk.says("是", "affirm")
    said = await talk.says("不是，我要办过户", "apply_name_change")
    assert words("utter_apply_about", title="过户") in said
    assert said.count("过户") >= 1
    assert talk.slots["application"]["intent"] == "apply_name_change"


async def test_that_a_place_of_several_is_asked_about(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await talk.says("是", "affirm")
    asked = await talk.says("阳光花园", "inform", ("address", "阳光花园"))
    assert asked.startswith(words("utter_outage_which"))
    assert await talk.says("天元区的", "inform") == words("utter_apply_ask_contact_name")
    await answers(talk, NAME, PHONE, ("对", "affirm"))
    [(_, _, _, place, address, *_)] = orders(world, talk)
    assert "天元区" in address
    assert place


async def test_that_a_choice_is_taken_though_it_sounds_like_a_wish_for_a_person(world: World) -> None:
    talk = world.talk()
    await talk.says("我要报装", "apply_new_connection")
    assert words("utter_apply_about", title="居民新装用电") in await talk.says("个人的", "request_agent")
    await talk.says("转人工", "request_agent")
    assert len(await world.tickets(talk)) == 1


@pytest.mark.parametrize(
    ("first", "intent", "before", "answer", "heard_as"),
    [
        ("屋顶想装光伏", "apply_solar", [YES, PLACE], "8千瓦", "apply_new_connection"),
        ("家里人多加点额度", "ask_multi_person_household", [YES, UNKNOWN], "6个人", "request_agent"),
        ("医院急用电有绿色通道吗", "ask_green_channel", [YES], "医院扩建发热门诊", "ask_green_channel"),
        ("小区车位想装充电桩", "apply_ev_charger", [YES, PLACE], "是我自己买的车位", "apply_name_change"),
        ("三零是什么", "ask_green_channel", [], "那帮我报一下", "urge_ticket"),
    ],
)
async def test_that_an_answer_is_taken_whatever_it_was_understood_as(
    world: World, first: str, intent: str, before: list[Any], answer: str, heard_as: str
) -> None:
    talk = world.talk()
    question = await talk.says(first, intent)
    if before:
        question = await answers(talk, *before)
    said = await talk.says(answer, heard_as)
    assert said != question
    assert said.endswith(("？", "。"))
    assert talk.loop == "application_form"
    assert talk.slots["application"]["intent"] == intent
    assert not await world.tickets(talk)


async def test_that_the_people_named_at_first_are_not_asked_for(world: World) -> None:
    talk = world.talk()
    await talk.says("家里六口人多加点额度", "ask_multi_person_household")
    assert await answers(talk, YES, UNKNOWN) == words("utter_apply_ask_contact_name")
    assert talk.slots["application"]["facts"]["persons"] == "6"


async def test_that_a_firm_s_name_is_not_taken_for_its_contact(world: World) -> None:
    talk = world.talk()
    await talk.says("变压器想报停", "apply_suspension")
    await answers(
        talk,
        YES,
        UNKNOWN,
        ("上海宏达机械厂", "inform", ("person_name", "宏达机械厂")),
        UNKNOWN,
        ("没定", "inform"),
    )
    assert await talk.says("张伟", "inform", ("person_name", "张伟")) == words(
        "utter_apply_ask_contact_phone"
    )
    assert talk.slots["application"]["facts"]["contact_name"] == "张伟"


async def test_that_a_telephone_with_a_word_more_is_taken_and_impatience_asks_again(world: World) -> None:
    talk = world.talk()
    await talk.says("电表我要校验一下", "apply_meter_test")
    assert words("utter_apply_offer") in await talk.says("怎么这么慢", "dispute_bill")
    await answers(talk, YES, UNKNOWN, PLACE, NAME)
    assert "对吗" in await talk.says("我手机13812345678，上回也这样", "wait")
