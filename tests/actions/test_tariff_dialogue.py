"""Prices in the course of a conversation: an account's bills, what was said before, forms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kit import clock
from tests.actions.conftest import World
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
        assert await ask(world, "315千伏安", "inform", on=talk) == said
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
