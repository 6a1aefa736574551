"""Applications: what is told, what is written, and who else hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from actions.app import create_app
from actions.applications.guide import GUIDES
from actions.clients import Clients
from backends.measures import Measures
from tests.actions import servers
from tests.actions.applications import (
    NAME,
    PHONE,
    PLACE,
    UNKNOWN,
    WORDS,
    YES,
    answers,
    orders,
    words,
)
from tests.actions.conftest import World
from tests.actions.rasa import client
from tests.serving import serving

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


async def test_that_a_person_can_be_had_at_every_question(world: World) -> None:
    talk = world.talk()
    await talk.says("家里人多加点额度", "ask_multi_person_household")
    await answers(talk, YES, UNKNOWN, ("给我转1个人工", "request_agent"))
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "resident_asked"


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
    async with serving(utility) as url:
        clients = replace(Clients.build(settings), measures=Measures(url, settings.backends_token))
        async with serving(create_app(settings, clients)) as actions, client(actions) as http:
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
    [ticket] = await world.tickets(talk)  # what is urgent has a customer manager from the start
    assert (ticket.reason, len(ticket.facts["order_number"])) == ("important_customer", 14)


async def test_that_an_order_that_could_not_be_written_is_admitted_and_a_person_has_it_all(
    world: World,
) -> None:
    talk = world.talk()
    await talk.says("我家新房要装电表", "apply_new_connection")
    await answers(talk, YES, PLACE, NAME, PHONE)
    settings = servers.settings_of(backends_url="http://127.0.0.1:9", inner_url=world.inner)
    async with serving(create_app(settings)) as url, client(url) as http:
        talk.http = http
        await talk.says("对", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "backend_down"
    assert ticket.facts["contact_phone"] == "13812345678"
    assert ticket.facts["contact_name"] == "王建国"
    assert words("utter_apply_not_written") in await world.said(talk)
    assert talk.loop is None
