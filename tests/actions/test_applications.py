"""Applications: what is told, what is asked, what is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from actions.app import create_app
from actions.applications.guide import GUIDES
from actions.clients import Clients
from backends.measures import Measures
from kit.wording import Wording
from tests.actions import servers
from tests.actions.conftest import World
from tests.actions.rasa import Talk, client

WORDS = Wording(province="上海")
ADDRESS = ("address", "牡丹路60弄3号502室")


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


def orders(world: World, talk: Talk) -> list[tuple[Any, ...]]:
    """The orders of this conversation: kind, subject, account, place, address, name, phone, marks, facts."""
    return world.ask_town(
        "select kind, subject, account_number, place_id, address, contact_name, contact_phone, marks, facts"
        f" from work_order where conversation = '{talk.id}'"
    )


async def answers(talk: Talk, *said: tuple[Any, ...]) -> str:
    """The resident's messages, one after the other; the last answer."""
    answer = ""
    for text, intent, *entities in said:
        answer = await talk.says(text, intent, *entities)
    return answer


YES = ("是", "affirm")
NAME = ("王建国", "inform", ("person_name", "王建国"))
PHONE = ("13812345678", "inform", ("phone_number", "13812345678"))
PLACE = ("牡丹路60弄3号502室", "inform", ADDRESS)
UNKNOWN = ("不知道", "deny")
# first message, intent, further answers until the summary, kind of order, variant on it
WALKS = [
    ("我家新房要装电表", "apply_new_connection", [YES, PLACE, NAME, PHONE], "application", "居民新装用电"),
    ("我开个小店要报装", "apply_new_connection",
     [YES, PLACE, ("花木便利店", "inform"), ("30千瓦", "inform"), NAME, PHONE], "application", "单位、商户新装用电"),
    ("工地要接临时用电", "apply_new_connection", [YES, PLACE, ("一百千瓦", "inform"), NAME, PHONE], "application", "临时用电"),
    ("厂里要上200千伏安的专变", "apply_new_connection", [YES, PLACE, ("宏达机械厂", "inform"), NAME, PHONE],
     "application", "高压新装用电"),
    ("小区车位想装充电桩", "apply_ev_charger",
     [YES, PLACE, ("车位是自己的", "inform"), ("物业同意了", "affirm"), NAME, PHONE], "application", "居民充电桩用电"),
    ("屋顶想装光伏", "apply_solar", [YES, PLACE, ("十千瓦", "inform"), NAME, PHONE], "application", "居民光伏并网"),
    ("家里电不够用要增容", "apply_capacity_change", [YES, UNKNOWN, PLACE, ("8千瓦", "inform"), NAME, PHONE],
     "application", "居民增容"),
    ("变压器想报停两个月", "apply_suspension",
     [YES, ("3100000000018", "inform"), ("宏达厂", "inform"), ("200千伏安", "inform"), ("下个月一号开始", "inform"),
      NAME, PHONE], "application", "变压器暂停"),
    ("二手房要过户", "apply_name_change", [YES, UNKNOWN, ("李秀英", "inform", ("person_name", "李秀英")), PHONE],
     "application", "过户"),
    ("户名有个错字要更正", "apply_name_change", [YES, UNKNOWN, ("李秀英", "inform", ("person_name", "李秀英")), PHONE],
     "application", "更名"),
    ("我要销户", "apply_account_closure", [YES, ("3100000000018", "inform"), PLACE, NAME, PHONE], "application", "销户"),
    ("电表我要校验一下", "apply_meter_test", [YES, UNKNOWN, PLACE, NAME, PHONE], "meter", "电表校验"),
    ("老家房子空了几年，回来想请人看看线路", "apply_site_visit", [YES, PLACE, ("开关发热", "inform"), NAME, PHONE],
     "site_visit", "返乡住房用电检查"),
    ("家里人多怎么多加点额度", "ask_multi_person_household", [YES, UNKNOWN, ("六口人", "inform"), NAME, PHONE],
     "application", "一户多人口"),
    ("小微企业三零是什么", "ask_green_channel",
     [YES, PLACE, ("花木便利店", "inform"), UNKNOWN, NAME, PHONE], "application", "小微企业接电"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "intent", "more", "kind", "variant"), WALKS, ids=lambda v: str(v)[:12])
async def test_that_an_application_is_told_gathered_confirmed_and_written_once(
    world: World, first: str, intent: str, more: list[Any], kind: str, variant: str
) -> None:
    talk = world.talk()
    told = await talk.says(first, intent)
    assert words("utter_apply_about", title=variant) in told
    assert words("utter_apply_offer") in told
    summary = await answers(talk, *more)
    assert "对吗" in summary, summary
    assert not orders(world, talk)
    done = await talk.says("对", "affirm")
    [(made, subject, account, _, _, _, phone, _, facts)] = orders(world, talk)
    assert (made, subject, facts["variant"], phone) == (kind, intent, variant, "13812345678")
    assert account == ("3100000000018" if ("3100000000018", "inform") in more else None)
    [(number,)] = world.ask_town(f"select number from work_order where conversation = '{talk.id}'")
    assert words("utter_apply_registered", title=variant, number=number) in done
    assert "前" in done
    assert talk.loop is None


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


@pytest.mark.parametrize("stage", [[], [YES], [YES, PLACE, NAME, PHONE]])
async def test_that_who_declines_has_nothing_written(world: World, stage: list[Any]) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, *stage)
    said = await talk.says("算了不办了", "cancel" if stage == [YES] else "deny")
    assert said == words("utter_cancelled" if stage == [YES] else "utter_apply_dropped")
    assert talk.loop is None
    assert not talk.slots["application"]
    assert not orders(world, talk)


@pytest.mark.parametrize("stage", [[], [YES], [YES, PLACE, NAME], [YES, PLACE, NAME, PHONE]])
async def test_that_nonsense_three_times_leads_to_a_person_who_knows_what_was_said(
    world: World, stage: list[Any]
) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, *stage)
    for _ in range(2):
        await talk.says("啊", "inform", confidence=0.2)
    assert await talk.says("哦", "inform", confidence=0.2) == words("utter_apply_given_up")
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "not_answered"
    assert ticket.intent == "apply_new_connection"
    assert ("contact_name" in ticket.facts) == (NAME in stage)
    assert not orders(world, talk)


async def test_that_a_large_firm_gets_its_manager_with_what_was_gathered(world: World) -> None:
    talk = world.talk()
    await talk.says("厂里要报装高压", "apply_new_connection")
    await answers(talk, YES, PLACE, ("宏达机械厂", "inform"), ("500千伏安", "inform"))
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "important_customer"
    assert ticket.facts["capacity"] == "500千伏安"
    assert ticket.facts["company"] == "宏达机械厂"
    assert words("utter_apply_manager") in await world.said(talk)


async def test_that_an_important_user_gets_a_person_at_once_but_is_told_the_papers(world: World) -> None:
    talk = world.talk()
    await talk.says("我们是重要用户，公司要新装双电源", "apply_new_connection")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "important_customer"
    assert "32个工作日" in "".join(await world.said(talk))


async def test_that_a_returnee_hears_of_safety_first_and_an_old_person_is_marked(world: World) -> None:
    talk = world.talk("ivr")
    said = await talk.says("我奶奶一个人住，想请人上门看看线路", "apply_site_visit")
    assert "先别合闸" in said
    assert not any(character in "0123456789" for character in said)
    summary = await answers(
        talk, YES, PLACE, ("插座发黑", "inform"), ("王建国", "inform"), ("幺三八幺二三四五六七八", "inform")
    )
    assert "对吗" in summary
    await talk.says("对", "affirm")
    [(kind, *_, marks, _)] = orders(world, talk)
    assert kind == "site_visit"
    assert marks == ["elderly"]


async def test_that_no_lane_is_promised_without_a_measure(world: World) -> None:
    talk = world.talk()
    said = await talk.says("医院项目急用电，有绿色通道吗", "ask_green_channel")
    assert words("utter_apply_no_green") in said
    more = [YES, ("医院扩建", "inform"), PLACE, ("花木医院", "inform"), ("100千瓦", "inform"), NAME, PHONE]
    assert "对吗" in await answers(talk, *more)
    await talk.says("对", "affirm")
    [(*_, marks, facts)] = orders(world, talk)
    assert marks == []
    assert facts["project"] == "医院扩建"


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
    assert asked.startswith(words("utter_apply_which_place"))
    assert await talk.says("天元区的", "inform") == words("utter_apply_ask_contact_name")
    await answers(talk, NAME, PHONE, ("对", "affirm"))
    [(_, _, _, place, address, *_)] = orders(world, talk)
    assert "天元区" in address
    assert place


async def test_that_nothing_is_written_when_somebody_else_has_the_conversation(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, YES, PLACE, NAME, PHONE)
    await talk.hear("对")
    talk.epoch -= 1
    assert await talk.again("对", "affirm", []) == ""
    assert talk.slots["silence"] == "stale_epoch"
    assert not orders(world, talk)


async def test_that_the_same_yes_twice_writes_one_order(world: World) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, YES, PLACE, NAME, PHONE)
    await talk.hear("对")
    kept = (list(talk.events), dict(talk.slots), talk.loop)
    first = await talk.again("对", "affirm", [])
    talk.events, talk.slots, talk.loop = list(kept[0]), dict(kept[1]), kept[2]
    assert await talk.again("对", "affirm", []) == first
    assert len(orders(world, talk)) == 1


def test_that_every_application_can_be_asked_for_each_fact_it_names() -> None:
    known = set(WORDS.keys())
    for guide in GUIDES.get().values():
        for variant in guide.variants:
            for name in variant.facts:
                assert {f"utter_apply_ask_{name}", f"utter_apply_ask_{name}_again"} <= known, name


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


async def test_that_a_person_can_be_had_at_every_question(world: World) -> None:
    talk = world.talk()
    await talk.says("家里人多加点额度", "ask_multi_person_household")
    await answers(talk, YES, UNKNOWN, ("给我转1个人工", "request_agent"))
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "resident_asked"


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


async def test_that_a_measure_in_force_opens_the_lane_for_its_subject(world: World) -> None:
    utility = FastAPI()

    @utility.get("/v1/measures")
    async def measures(province: str) -> dict[str, Any]:
        measure = {
            "measure_id": "m", "title": "t", "text": "x", "province": province, "valid_from": "2020-01-01",
            "source": "s", "customers": ["firm"], "effects": {"green_channel": ["hospital"]},
        }  # fmt: skip
        return {"measures": [measure]}

    settings = servers.settings_of(backends_url=world.reference, inner_url=world.inner)
    async with servers.serving(utility) as url:
        clients = replace(Clients.build(settings), measures=Measures(url, settings.backends_token))
        async with servers.serving(create_app(settings, clients)) as actions, client(actions) as http:
            talk = world.talk()
            talk.http = http
            said = await talk.says("医院项目急用电，有绿色通道吗", "ask_green_channel")
            assert words("utter_apply_green") in said
            other = world.talk()
            other.http = http
            assert words("utter_apply_no_green") in await other.says(
                "复工企业有绿色通道吗", "ask_green_channel"
            )
            await answers(
                talk, YES, ("医院扩建", "inform"), PLACE, ("花木医院", "inform"), UNKNOWN, NAME, PHONE
            )
            assert words("utter_apply_registered_green") in await talk.says("对", "affirm")
    [(*_, marks, _)] = orders(world, talk)
    assert marks == ["green_channel"]


async def test_that_an_order_that_could_not_be_written_is_admitted_and_a_person_has_it_all(
    world: World,
) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, YES, PLACE, NAME, PHONE)
    settings = servers.settings_of(backends_url="http://127.0.0.1:9", inner_url=world.inner)
    async with servers.serving(create_app(settings)) as url, client(url) as http:
        talk.http = http
        await talk.says("对", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "backend_down"
    assert ticket.facts["contact_phone"] == "13812345678"
    assert ticket.facts["contact_name"] == "王建国"
    assert words("utter_apply_not_written") in await world.said(talk)
    assert talk.loop is None


async def test_that_a_telephone_with_a_word_more_is_taken_and_impatience_asks_again(world: World) -> None:
    talk = world.talk()
    await talk.says("电表我要校验一下", "apply_meter_test")
    assert words("utter_apply_offer") in await talk.says("怎么这么慢", "dispute_bill")
    await answers(talk, YES, UNKNOWN, PLACE, NAME)
    assert "对吗" in await talk.says("我手机13812345678，上回也这样", "wait")
