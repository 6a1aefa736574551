"""Questions answered from knowledge, on real servers: province, channel, choices, more about the same, honest limits."""

from __future__ import annotations

import pytest

from kit.wording import Wording
from tests.actions.conftest import Household, World

NOT_YET = "utter_not_yet"


async def test_that_a_question_is_answered_in_one_turn(world: World) -> None:
    talk = world.talk()
    said = await talk.says("电子发票到哪儿开啊", "ask_invoice")
    assert "电子发票" in said
    assert talk.ran == ["action_answer"]
    assert talk.slots["answered"] == "invoice_how"


async def test_that_a_caller_hears_no_digits_and_is_shown_no_buttons(world: World) -> None:
    talk = world.talk("ivr")
    said = await talk.says("投诉后几天有回复", "ask_complaint_channel")
    assert "二十四小时" in said
    assert not any(character.isascii() and character.isdigit() for character in said)
    assert talk.choices == []


@pytest.mark.parametrize(
    ("text", "province_says"),
    [
        ("阶梯电价分几档", "上海居民阶梯电价按全年"), ("江苏阶梯电价分几档", "江苏居民阶梯电价按全年"), ("湖南的阶梯电价怎么分档", "湖南居民阶梯电价按月"), ("合肥阶梯电价怎么分档", "安徽居民阶梯电价按全年"),
    ],
)  # fmt: skip
async def test_that_the_province_named_decides_and_else_the_house(
    world: World, text: str, province_says: str
) -> None:
    assert province_says in await world.talk().says(text, "ask_tier_tariff")


async def test_that_another_provinces_figures_are_never_said(world: World) -> None:
    talk = world.talk()
    said = await talk.says("浙江的阶梯电价分几档", "ask_tier_tariff")
    assert said == Wording().text("utter_tariff_unknown", "web", province="浙江")
    assert talk.slots["offer"]


async def test_that_the_province_of_an_address_given_before_counts(world: World) -> None:
    talk = world.talk()
    [(name, province)] = world.ask_town(
        "select name, province from place where province like '湖南%' and name in"
        " (select name from place group by name having count(*) = 1) order by name limit 1"
    )
    await talk.says(f"{name}停电了吗", "query_outage", ("address", name))
    assert talk.slots["address"]
    assert province.removesuffix("省") in await talk.says("阶梯电价怎么分档", "ask_tier_tariff")


async def test_that_the_verified_accounts_province_counts(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费3200456789", "query_bill", ("account_number", "3200456789"))
    await talk.says("户主李秀英", "inform", ("person_name", "李秀英"))
    assert "江苏" in await talk.says("阶梯电价怎么分档", "ask_tier_tariff")


@pytest.mark.parametrize("answer", ["title", "place"])
async def test_that_it_asks_which_of_two_is_meant_and_answers_the_one_picked(
    world: World, answer: str
) -> None:
    talk = world.talk("wechat")
    await talk.says("违约金", "ask_arrears_rule")
    titles = talk.choices
    assert len(titles) >= 3
    assert titles[-1] == Wording().text("utter_part_neither", "wechat")
    place = next(n for n, title in enumerate(titles) if "居民" in title)
    said = await talk.says(
        titles[place] if answer == "title" else f"第{place + 1}个", "inform", confidence=0.2
    )
    assert "千分之一" in said
    assert talk.ran == ["action_hotline_fallback", "action_answer"]


async def test_that_a_caller_is_read_the_choices(world: World) -> None:
    talk = world.talk("ivr")
    said = await talk.says("违约金", "ask_arrears_rule")
    assert "第一，" in said
    assert "都不是" in said


@pytest.mark.parametrize("refusal", ["都不是", "不是这些"])
async def test_that_none_of_the_choices_leads_to_the_offer_of_a_person(world: World, refusal: str) -> None:
    talk = world.talk()
    await talk.says("违约金", "ask_arrears_rule")
    assert await talk.says(refusal, "deny") == Wording().text(NOT_YET, "web")
    await talk.says("好的", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "beyond_bot"


async def test_that_something_else_after_the_choices_is_something_else(world: World) -> None:
    talk = world.talk()
    await talk.says("违约金", "ask_arrears_rule")
    assert "正在停电" in await talk.says("牡丹路60弄停电了", "report_outage", ("address", "牡丹路60弄"))


async def test_that_one_word_more_about_the_same_matter_is_understood(world: World) -> None:
    talk = world.talk()
    await talk.says("电子发票怎么开", "ask_invoice")
    assert "专用发票" in await talk.says("那专票呢", "ask_invoice")


async def test_that_what_is_over_is_said_to_be_over(world: World) -> None:
    said = await world.talk().says("企业电费九五折还有吗", "ask_tariff")
    assert "2020年12月31日结束" in said
    spoken = await world.talk("ivr").says("企业电费九五折还有吗", "ask_tariff")
    assert "二零二零年十二月三十一日" in spoken


async def test_that_danger_is_no_question(world: World) -> None:
    talk = world.talk()
    said = await talk.says(
        "电器着火能泼水吗", "ask_safety_advice", ranking={"report_emergency": 0.4}, confidence=0.6
    )
    assert "119" in said
    assert talk.ran == ["action_hotline_fallback", "action_register_danger", "action_handoff"]


async def test_that_what_no_entry_answers_is_not_answered(world: World) -> None:
    talk = world.talk()
    assert await talk.says("麻烦唱首歌给我听听", "ask_complaint_channel") == Wording().text(NOT_YET, "web")
    assert talk.loop is None


async def test_that_a_sure_answer_is_told_although_the_intent_was_not_understood(world: World) -> None:
    talk = world.talk()
    assert "电子发票" in await talk.says("电费电子发票怎么开", "ask_invoice", confidence=0.2)
    assert talk.ran == ["action_hotline_fallback", "action_answer"]


async def test_that_a_question_within_a_form_is_answered_and_the_form_asks_again(
    world: World, household: Household
) -> None:
    talk = world.talk()
    asked = await talk.says("查电费", "query_bill")
    said = await talk.says("户号在哪里看", "query_account_number")
    assert "电表箱" in said
    assert said.endswith(asked)
    assert talk.loop == "account_form"


async def test_that_the_answer_can_be_repeated(world: World) -> None:
    talk = world.talk()
    said = await talk.says("电子发票怎么开", "ask_invoice")
    assert await talk.says("再说一遍", "repeat") == said


@pytest.mark.parametrize(
    ("text", "channel", "word"),
    [
        ("我家厨房煤气泄漏了，味道好重", "web", "119"), ("厨房里煤气味道好重", "ivr", "幺幺九"), ("巷子里的路灯坏了好几盏", "wechat", "12345"),
        ("我家宽带断了", "ivr", "运营商"), ("自来水管爆了水喷得老高", "web", "供水"),
    ],
)  # fmt: skip
async def test_that_who_asks_about_what_others_see_to_hears_who_they_are(
    world: World, text: str, channel: str, word: str
) -> None:
    assert word in await world.talk(channel).says(text, "out_of_scope")


@pytest.mark.parametrize(
    "text", ["今天天气怎么样", "给我讲个笑话", "晚上吃什么好", "帮我写首诗", "股票涨了没"]
)
async def test_that_nothing_is_said_of_what_is_unknown(world: World, text: str) -> None:
    assert await world.talk().says(text, "out_of_scope") == Wording().text("utter_out_of_scope", "web")
