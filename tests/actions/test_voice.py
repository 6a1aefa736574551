"""Complaints, suggestions, praise, reports of theft: taken seriously, taken down, or a person's from the start."""

from __future__ import annotations

from typing import Any

import pytest

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk

WORDS = Wording(province="上海")
PHONE = ("13812345678", "inform", ("phone_number", "13812345678"))
NONE = ("不留", "deny")


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


def written(world: World, text: str) -> tuple[Any, ...]:
    """The one order with these words: number, kind, subject, phone, marks, conversation, place_id."""
    [row] = world.ask_town(
        "select number, kind, subject, contact_phone, marks, conversation, place_id from work_order"
        f" where text like '%{text}%'"
    )
    return row


async def answers(talk: Talk, *said: tuple[Any, ...]) -> str:
    answer = ""
    for text, intent, *entities in said:
        answer = await talk.says(text, intent, *entities)
    return answer


# a word that marks the order, the walk, kind, phone, whether somebody will answer
WALKS = [
    ("窗口甲", [("投诉你们", "complain"), ("窗口甲的人骂人", "complain"), ("昨天在花木", "inform"), PHONE], "complaint", True),
    ("窗口乙", [("窗口乙办事推三阻四，让我跑了三趟", "complain"), ("不清楚", "deny"), PHONE], "complaint", True),
    ("窗口丙", [("窗口丙让我白跑一趟没人道歉", "complain"), ("不记得", "deny"), NONE], "opinion", False),
    ("短信丁", [("我提个建议", "suggest"), ("停电短信丁早点发", "suggest"), PHONE], "opinion", True),
    ("短信戊", [("建议停电短信戊写上冰箱怎么办", "suggest"), NONE], "opinion", False),
    ("师傅己", [("师傅己大热天来修，态度真好", "praise")], "praise", None),
    ("师傅庚", [("点赞", "praise"), ("抢修的师傅庚一口水都没喝", "praise")], "praise", None),
    ("辛", [("有人偷电", "report_theft"), ("三楼辛家从表前接线", "report_theft"), ("牡丹路60弄", "inform", ("address", "牡丹路60弄")),
            ("匿名", "deny")], "theft", False),
    ("壬", [("邻居壬家私接电线偷电很久了", "report_theft"), ("不清楚", "deny"), PHONE], "theft", True),
]  # fmt: skip


@pytest.mark.parametrize(("mark", "walk", "kind", "answered"), WALKS, ids=[walk[0] for walk in WALKS])
async def test_that_a_voice_is_taken_down_with_no_more_than_three_questions(
    world: World, mark: str, walk: list[Any], kind: str, answered: bool | None
) -> None:
    talk = world.talk()
    done = await answers(talk, *walk)
    number, made, subject, phone, marks, conversation, _ = written(world, mark)
    assert (made, subject) == (kind, walk[0][1])
    assert phone == ("13812345678" if PHONE in walk else "")
    assert marks == (["anonymous"] if answered is False else [])
    assert conversation == ("" if answered is False else str(talk.id))
    assert words(f"utter_voice_{walk[0][1]}_registered", number=number) in done
    assert (words("utter_voice_no_answer") in done) == (answered is False)
    assert talk.loop is None


async def test_that_a_complaint_is_answered_by_the_order_s_own_clock(world: World) -> None:
    talk = world.talk()
    said = await answers(talk, ("窗口癸让我白跑一趟没人道歉", "complain"), ("昨天", "inform"), PHONE)
    [(contact, answer)] = world.ask_town(
        f"select contact_by, answer_by from work_order where conversation = '{talk.id}'"
    )
    assert words("utter_voice_contact_by", until=contact) in said
    assert words("utter_voice_answer_by", until=answer) in said
    assert "12398" not in said


async def test_that_the_regulator_is_named_after_our_own_way_only(world: World) -> None:
    said = await answers(
        world.talk(), ("上次投诉的处理结果我不满意，没人来修", "complain"), ("昨天", "inform"), PHONE
    )
    assert said.index("已登记") < said.index("12398")


async def test_that_a_complaint_offers_a_person_at_once(world: World) -> None:
    talk = world.talk("wechat")
    await talk.says("我要投诉", "complain")
    first = next(event for event in talk.events if event["event"] == "bot")
    assert [button["title"] for button in first["data"]["buttons"]] == ["转人工"]
    await talk.says("转人工", "request_agent")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "resident_asked"
    assert talk.loop is None


@pytest.mark.parametrize(
    ("text", "intent", "reason"),
    [
        ("你们说我偷电，我没偷", "report_theft", "accused"),
        ("凭什么说我家窃电要罚我", "report_theft", "accused"),
        ("这机器人答非所问，我要投诉", "complain", "about_bot"),
        ("再不处理我就找记者曝光", "complain", "public_attention"),
    ],
)
async def test_that_some_matters_are_a_person_s_from_the_start(
    world: World, text: str, intent: str, reason: str
) -> None:
    talk = world.talk()
    await talk.says(text, intent)
    [ticket] = await world.tickets(talk)
    assert ticket.reason == reason
    assert words(f"utter_voice_{reason}") in await world.said(talk)
    assert ticket.facts["what"] == text


async def test_that_repeated_anger_gets_a_person(world: World) -> None:
    talk = world.talk()
    await talk.says("我要投诉", "complain")
    assert words("utter_abuse") in await talk.says("废物", "abuse")
    await talk.says("一群废物", "abuse")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "repeated_anger"


async def test_that_a_second_complaint_gets_a_person(world: World) -> None:
    talk = world.talk()
    await answers(talk, ("窗口让我白跑一趟没人道歉子", "complain"), ("昨天", "inform"), PHONE)
    await talk.says("你们还是没人管，继续投诉", "complain")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "repeated_anger"


async def test_that_a_story_about_an_outage_stays_a_complaint(world: World) -> None:
    talk = world.talk()
    await talk.says("我要投诉", "complain")
    said = await talk.says("上周丑小区停电一天没人管", "report_outage", ("time", "上周"))
    assert said == words("utter_voice_ask_when_where")
    assert talk.loop == "voice_form"


async def test_that_a_plain_question_is_answered_and_the_complaint_goes_on(world: World) -> None:
    talk = world.talk()
    await talk.says("我要投诉", "complain")
    said = await talk.says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    assert "花木供电营业厅" in said
    assert said.endswith(words("utter_voice_ask_what_complain"))


async def test_that_nonsense_three_times_offers_a_person(world: World) -> None:
    talk = world.talk()
    await talk.says("我要投诉", "complain")
    for _ in range(2):
        assert await talk.says("啊", "inform", confidence=0.2) == words("utter_voice_ask_what_again")
    assert await talk.says("哦", "inform", confidence=0.2) == words("utter_voice_given_up")
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("not_answered", "complain")


async def test_that_cancelling_writes_nothing(world: World) -> None:
    talk = world.talk()
    await talk.says("我要投诉", "complain")
    assert await talk.says("算了取消", "cancel") == words("utter_cancelled")
    assert talk.loop is None
    assert not world.ask_town(f"select 1 from work_order where conversation = '{talk.id}'")


async def test_that_a_caller_hears_no_digits(world: World) -> None:
    talk = world.talk("ivr")
    said = await answers(
        talk,
        ("窗口让我白跑一趟没人道歉寅", "complain"),
        ("昨天", "inform"),
        ("幺三八幺二三四五六七八", "inform"),
        ("对", "affirm"),
    )
    assert "工单号是" in said
    assert not any(character in "0123456789" for character in said)


@pytest.mark.parametrize("text", ["记不清了", "哎呀忘了"])
async def test_that_what_slipped_ones_mind_does_not_end_a_complaint(world: World, text: str) -> None:
    talk = world.talk("ivr")
    await talk.says("师傅修完伸手要钱，没有票", "complain")
    said = await talk.says(text, "cancel", confidence=0.67)
    assert said == words("utter_voice_ask_phone_wanted_complain", "ivr")


async def test_that_a_place_told_while_a_telephone_is_asked_for_goes_with_the_report(world: World) -> None:
    talk = world.talk()
    await talk.says("匿名举报，隔壁老李家偷电好几年了", "report_theft", ("address", "隔壁老李家"))
    said = await talk.says("就在花木街道锦绣苑门口", "inform", ("address", "花木街道锦绣苑"))
    assert said.startswith(words("utter_voice_added"))
    assert "已登记" in await talk.says("不留", "deny")
    [(address, text)] = world.ask_town(
        "select address, text from work_order where kind = 'theft' order by created_at desc limit 1"
    )
    assert address == "花木街道锦绣苑"
    assert "锦绣苑门口" in text


async def test_that_what_lies_long_back_is_taken_as_an_opinion(world: World) -> None:
    talk = world.talk()
    long_ago = {"from": "2024-01-01T00:00:00+08:00"}
    await talk.says("前年抄表的师傅骂了我一顿，我要投诉", "complain", ("time", "前年"), now=long_ago)
    said = await talk.says(*PHONE)
    assert words("utter_voice_long_ago") in said
