"""Prices in the course of a conversation: an account's bills, what was said before, forms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kit import clock
from tests.actions.conftest import World
from tests.actions.rasa import entity
from tests.actions.records import LI, WANG, proved
from tests.actions.tariffs import after, ask, kwh, says


async def test_that_a_verified_accounts_bills_tell_the_year_so_far(world: World) -> None:
    talk = await proved(world, LI)
    [(used,)] = world.ask_town(
        f"select coalesce(sum(kwh), 0) from bill where account_number = '{LI}' and month like '{clock.now().year}-%'"
    )
    said = await ask(world, "我这个月会不会进第二档", "ask_tier_tariff", on=talk)
    assert "江苏" in said
    if used:  # in January nothing of the year is billed yet
        assert f"用到{used.normalize():f}度" in said
        said = await ask(world, "再用300度多少钱", "ask_tier_tariff", *kwh(300), on=talk)
        assert f"用了{used.normalize():f}度，已经算进分档" in said
        first = max(Decimal(0), min(Decimal(300), Decimal(2760) - used))
        assert f"第一档{first.normalize():f}度" in said or not first


async def test_that_another_province_is_told_without_the_accounts_bills(world: World) -> None:
    talk = await proved(world, WANG)
    said = await ask(world, "安徽300度多少钱", "ask_tier_tariff", *kwh(300), on=talk)
    assert "按安徽居民电价估算，300度电大约169.59元" in said
    assert "按账单" not in said


async def test_that_nobody_elses_use_is_told_without_verification(world: World) -> None:
    said = await ask(world, f"户号{LI}这个月会不会进第二档", "ask_tier_tariff", ("account_number", LI, LI))
    assert "请告诉我今年已经用了多少度" in said


async def test_that_an_account_by_peak_and_valley_is_asked_for_both(world: World) -> None:
    [(number, item)] = world.ask_town(
        "select number, phone_last4 from account where tariff = 'time_of_use' and province = '江苏省' order by number desc limit 1"
    )
    talk = await proved(world, number, ending=item)
    assert await ask(world, "用了300度多少钱", "ask_tier_tariff", *kwh(300), on=talk) == says(
        "utter_estimate_needs_hours"
    )
    said = await ask(world, "峰电200度谷电100度多少钱", "ask_peak_valley", *kwh(200, 100), on=talk)
    assert "估算" in said


class TestFollowUps:
    async def test_that_the_use_of_the_year_given_afterwards_corrects_the_estimate(
        self, world: World
    ) -> None:
        talk = world.talk()
        assert "185.10元" in await ask(world, "用了300度多少钱", "ask_tier_tariff", *kwh(300), on=talk)
        assert "194.10元" in await ask(world, "3000度", "inform", *kwh(3000), on=talk)

    async def test_that_another_amount_is_another_month(self, world: World) -> None:
        talk = world.talk()
        await ask(world, "安徽300度多少钱", "ask_tier_tariff", *kwh(300), on=talk)
        said = await ask(world, "那400度呢", "inform", *kwh(400), on=talk)
        assert "按安徽居民电价估算，400度电大约226.12元" in said

    async def test_that_the_answer_to_how_much_this_year_tells_the_tier(self, world: World) -> None:
        talk = world.talk()
        await ask(world, "我这个月会不会进第二档", "ask_tier_tariff", on=talk)
        assert "再用220度" in await ask(world, "2900度", "inform", *kwh(2900), on=talk)

    async def test_that_capacity_and_days_may_come_one_by_one(self, world: World) -> None:
        talk = world.talk()
        said = await ask(world, "湖南暂停变压器能省多少基本电费", "ask_two_part_tariff", on=talk)
        assert said == says("utter_suspension_ask")
        said = await ask(world, "315千伏安", "inform", on=talk)
        assert said == says("utter_suspension_ask_days", kva=315)
        assert "6300.00元" in await ask(world, "30天", "inform", on=talk)

    async def test_that_kwh_out_of_the_blue_are_no_question(self, world: World) -> None:
        assert await ask(world, "300度", "inform", *kwh(300)) == says("utter_ask_what")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("违约金怎么算", "ask_arrears_rule"), ("商铺电价多少", "ask_tariff"), ("峰谷电怎么开通", "ask_peak_valley"),
        ("低保免费电要什么材料", "ask_low_income_quota"),
        ("两部制电价怎么申请变更", "ask_two_part_tariff"),
    ],
)  # fmt: skip
async def test_that_what_needs_no_figure_is_left_to_the_knowledge(
    world: World, text: str, intent: str
) -> None:
    assert await after(world, "action_estimate", text, intent) == ["action_answer"]


@pytest.mark.parametrize("text", ["一户多人口怎么申请", "家里人多怎么多加点额度"])
async def test_that_a_larger_quota_is_applied_for(world: World, text: str) -> None:
    assert await after(world, "action_estimate", text, "ask_multi_person_household") == ["action_apply"]


async def test_that_a_price_asked_for_inside_a_form_is_told_and_the_form_goes_on(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    said = await ask(world, "阶梯电价怎么算", "ask_tier_tariff", on=talk)
    assert "3120度以内" in said
    assert said.endswith(says("utter_ask_account_number"))
    assert says("utter_rates_tell_kwh") not in said
    said = await ask(world, "浙江电价多少", "ask_tariff", on=talk)
    assert said == says("utter_tariff_unknown", province="浙江")
    assert talk.loop is None


async def test_that_a_question_of_ours_inside_a_form_is_the_only_one(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    said = await ask(world, "我这个月会不会进第二档", "ask_tier_tariff", on=talk)
    assert said.endswith(says("utter_tier_tell_year"))
    assert talk.loop is None


@pytest.mark.parametrize(
    ("text", "amounts", "goes_to"),
    [
        ("我这个月用了300度电要交多少钱", [300], ["action_estimate"]), ("我上个月用了300度多少钱", [300], ["account_form"]),
        ("我今年用了4000度了现在第几档", [4000], ["action_estimate"]), ("还有多少度就到第二档了", [], ["action_estimate"]),
        ("还剩多少度电", [], ["account_form"]), ("为什么300度要交这么多钱", [300], ["account_form"]), ("这个月电费多少钱", [], ["account_form"]),
    ],
)  # fmt: skip
async def test_that_a_price_is_told_bills_from_a_bill(
    world: World, text: str, amounts: list[int], goes_to: list[str]
) -> None:
    assert await after(world, "action_tell_bill", text, "query_bill", *kwh(*amounts)) == goes_to


async def test_that_an_application_may_ask_what_it_saves(world: World) -> None:
    talk = world.talk()
    talk.followup = "action_estimate"
    assert "6300.00元" in await ask(world, "湖南315千伏安停30天", "apply_suspension", on=talk)


class TestAnswersToOurQuestions:
    """The question that stands decides, not what the classifier makes of a message that it sees alone."""

    @pytest.mark.parametrize(
        ("text", "intent", "amounts"),
        [
            ("今年前面已经用了3000度", "query_usage", [3000]), ("今年用了三千", "query_usage", []), ("三千左右吧", "dispute_bill", []),
            ("前面加起来3000", "query_bill", []), ("电表上显示用了3000度", "report_meter_fault", [3000]), ("3000", "inform", []),
        ],
    )  # fmt: skip
    async def test_that_the_years_use_goes_into_the_estimate(
        self, world: World, text: str, intent: str, amounts: list[int]
    ) -> None:
        talk = world.talk()
        await ask(world, "用了300度多少钱", "ask_tariff", *kwh(300), on=talk)
        assert "194.10元" in await ask(world, text, intent, *kwh(*amounts), on=talk)

    async def test_that_the_years_use_tells_the_tier_and_then_another_province(self, world: World) -> None:
        talk = world.talk()
        await ask(world, "我这个月会不会进第二档", "ask_tier_tariff", on=talk)
        assert "再用220度" in await ask(world, "两千九百多吧", "dispute_bill", on=talk)
        assert "江苏按全年累计分档，用到2900度是在第二档" in await ask(
            world, "那江苏呢", "query_outage", on=talk
        )

    async def test_that_a_year_once_told_holds_for_the_next_amount(self, world: World) -> None:
        talk = world.talk()
        await ask(world, "用了300度多少钱", "ask_tariff", *kwh(300), on=talk)
        await ask(world, "今年用了3000度", "query_usage", *kwh(3000), on=talk)
        assert "今年此前用的3000度" in await ask(world, "那400度要多少钱", "ask_tariff", *kwh(400), on=talk)

    @pytest.mark.parametrize("text", ["株洲的", "湖南呢", "那要是在长沙"])
    async def test_that_a_place_moves_the_estimate(self, world: World, text: str) -> None:
        talk = world.talk()
        await ask(world, "江苏用了100度多少钱", "ask_tariff", *kwh(100), on=talk)
        assert "按湖南居民电价估算，100度电大约58.80元" in await ask(world, text, "query_outage", on=talk)

    async def test_that_a_suspension_may_be_told_in_four_turns(self, world: World) -> None:
        talk = world.talk()
        asked = await ask(world, "停变压器能省多少基本电费", "ask_two_part_tariff", on=talk)
        assert asked == says("utter_suspension_ask")
        assert await ask(world, "株洲的", "inform", on=talk) == asked
        said = await ask(world, "两台630", "inform", on=talk)
        assert said == says("utter_suspension_ask_days", kva=1260)
        assert "一共1260千伏安" in await ask(world, "停45天", "report_outage", on=talk)
        assert "3台，每台630千伏安，一共1890千伏安" in await ask(world, "三台呢", "inform", on=talk)

    @pytest.mark.parametrize(
        ("text", "intent", "ran"),
        [
            ("我家停电了", "report_outage", "fault_form"), ("查一下我今年用了多少度", "query_usage", "action_tell_usage"),
            ("转人工", "request_agent", "action_handoff"), ("用了3000度怎么会这么多，查一下", "dispute_bill", "action_report_case"),
        ],
    )  # fmt: skip
    async def test_that_another_matter_is_another_matter(
        self, world: World, text: str, intent: str, ran: str
    ) -> None:
        talk = world.talk()
        await ask(world, "用了300度多少钱", "ask_tariff", *kwh(300), on=talk)
        await talk.says(text, intent)
        assert ran in talk.ran
        assert "action_estimate" not in talk.ran

    async def test_that_an_answer_understood_so_is_no_miss(self, world: World) -> None:
        talk = world.talk()
        await ask(world, "用了300度多少钱", "ask_tariff", *kwh(300), on=talk)
        await ask(world, "那江苏呢", "inform", on=talk)
        said = await talk.says("呜啦呜啦", "inform", confidence=0.1)
        assert said == says("utter_fallback")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("合同需量最低报多少", "ask_two_part_tariff"), ("停产还收基本电费吗", "ask_two_part_tariff"), ("新年后阶梯重新算吗", "ask_tier_tariff"),
        ("阶梯和峰谷能一起用吗", "ask_tier_tariff"), ("开峰谷要换电表吗", "ask_peak_valley"), ("代理购电是个啥", "ask_tariff"),
        ("边缘户没有证，享受不到吧", "ask_low_income_quota"), ("合租五个人算一户多人口吗", "ask_multi_person_household"),
    ],
)  # fmt: skip
async def test_that_what_the_knowledge_surely_answers_is_left_to_it(
    world: World, text: str, intent: str
) -> None:
    assert await after(world, "action_estimate", text, intent) == ["action_answer"]


@pytest.mark.parametrize("text", ["我要暂停变压器，能省多少", "变压器报停一个月能少交多少基本电费"])
async def test_that_what_a_suspension_saves_is_told_before_it_is_applied_for(world: World, text: str) -> None:
    assert await after(world, "action_apply", text, "apply_suspension") == ["action_estimate"]


async def test_that_of_a_day_that_is_past_the_rule_and_the_measure_of_that_day_are_told_as_over(
    world: World,
) -> None:
    talk = world.talk()
    text = "2020年2月没开工，暂停可以补办吗，株洲"
    await talk.hear(text)
    found = [
        entity(
            "time",
            text,
            "2020年2月",
            **{"from": "2020-02-01T00:00:00+08:00", "to": "2020-03-01T00:00:00+08:00"},
        )
    ]
    said = await talk.again(text, "apply_suspension", found)
    assert "2020年2月那时的规定是，一年可以暂停2次" in said
    assert "天元区有“停产企业补办暂停”" in said
    assert "到2020年6月30日就结束了" in said
    assert "现在按非永久性减容办理，每次要满15天，最长24个月" in said
    assert "蒙城" not in said
