"""Prices and estimates, as residents ask for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit import clock
from kit.clock import months_later
from tests.actions.conftest import World
from tests.actions.rasa import entity
from tests.actions.tariffs import WORDS, Found, after, ask, kwh, says

PUBLISHED = "依据2020年7月公布的价格"


@pytest.mark.parametrize(
    ("text", "intent", "amounts", "parts"),
    [
        ("用了300度要多少钱", "ask_tier_tariff", [300], ["上海", "估算", "300度电大约185.10元", PUBLISHED, "以账单为准", "当作今年此前没有用过电"]),
        ("今年已经用了3000度，这个月用了300度，要多少钱", "query_usage", [3000, 300], ["194.10元", "第一档120度，每度0.617元；第二档180度，每度0.667元", "今年此前用的3000度"]),
        ("南京今年用了2600度，这个月400度要交多少", "query_bill", [2600, 400], ["江苏", "223.32元", "资料未注明日期"]),
        ("安徽今年用了2000度，这个月白天250度夜里150度多少钱", "ask_peak_valley", [2000, 250, 150], ["208.12元", "第二档240度，每度加0.05元"]),
        ("峰电200度谷电100度多少钱", "ask_peak_valley", [200, 100], ["154.10元", "峰段200度", "谷段100度"]),
        ("江苏200度峰电100度谷电多少钱", "ask_peak_valley", [200, 100], ["147.49元"]),
        ("江苏一共300度其中谷电100度多少钱", "ask_peak_valley", [300, 100], ["147.49元"]),
        ("充电桩用了300度多少钱", "ask_tariff", [300], ["192.30元", "不分档300度，每度0.641元"]),
        ("江苏低保户用了100度多少钱", "ask_low_income_quota", [100], ["44.91元", "免费15度，每度减0.5283元"]),
        ("一年用3420度要多少钱", "ask_tier_tariff", [3420], ["2125.14元", "第一档3120度", "第二档300度"]),
        ("江苏五口人今年用了2600度这个月400度多少钱", "ask_multi_person_household", [2600, 400], ["211.32元"]),
    ],
)  # fmt: skip
async def test_that_kwh_are_estimated_with_lines_province_and_date(
    world: World, text: str, intent: str, amounts: list[int], parts: list[str]
) -> None:
    said = await ask(world, text, intent, *kwh(*amounts))
    assert [part for part in parts if part not in said] == []
    assert "估算" in said


async def test_that_a_whole_year_by_monthly_tiers_is_asked_for_month_by_month(world: World) -> None:
    said = await ask(world, "湖南一年用3000度要多少钱", "ask_tier_tariff", *kwh(3000))
    assert said.endswith(says("utter_rates_tell_month"))
    assert "估算，" not in said


async def test_that_hunan_is_estimated_by_the_present_month_where_none_is_named(world: World) -> None:
    said = await ask(world, "长沙500度多少钱", "ask_tier_tariff", *kwh(500))
    assert ("321.50元" if clock.now().month in (12, 1, 2, 6, 7, 8) else "346.50元") in said
    assert "2024年2月1日起执行" in said
    assert "今年" not in said


@pytest.mark.parametrize(
    ("text", "words", "first", "until", "parts"),
    [
        ("湖南2025年7月用了500度要多少钱", "2025年7月", "2025-07-01", "2025-08-01", ["湖南2025年7月的居民电价", "321.50元"]),
        ("湖南2025年4月用了500度要多少钱", "2025年4月", "2025-04-01", "2025-05-01", ["346.50元"]),
        ("湖南2023年8月用了500度要多少钱", "2023年8月", "2023-08-01", "2023-09-01", ["第一档180度", "资料未注明日期"]),
        ("湖南前年夏天一个月用500度要多少钱", "前年夏天", "2024-06-01", "2024-09-01", ["321.50元"]),
    ],
)  # fmt: skip
async def test_that_the_month_that_is_named_decides_the_price(
    world: World, text: str, words: str, first: str, until: str, parts: list[str]
) -> None:
    talk = world.talk()
    await talk.hear(text)
    span = {"from": f"{first}T00:00:00+08:00", "to": f"{until}T00:00:00+08:00"}
    said = await talk.again(
        text,
        "ask_tariff",
        [entity("time", text, words, **span), entity("energy", text, "500度", value="500")],
    )
    assert [part for part in parts if part not in said] == []


@pytest.mark.parametrize(
    ("text", "intent", "amounts", "key", "province"),
    [
        ("浙江一度电多少钱", "ask_tariff", [], "utter_tariff_unknown", "浙江"),
        ("浙江用了300度多少钱", "ask_tier_tariff", [300], "utter_tariff_unknown", "浙江"),
        ("今年用了3000度，峰电200度谷电100度多少钱", "ask_peak_valley", [3000, 200, 100], "utter_estimate_unknown_split", "上海"),
        ("这个月峰400度谷200度，今年已经用了3000度，要多少钱", "ask_peak_valley", [400, 200, 3000], "utter_estimate_unknown_split", "上海"),
        ("峰400谷200，今年已经用了3000度，要多少钱", "ask_peak_valley", [3000], "utter_estimate_unknown_split", "上海"),
        ("今年已经用了3000度 谷200峰400 多少钱", "ask_peak_valley", [3000], "utter_estimate_unknown_split", "上海"),
        ("湖南开峰谷划算吗", "ask_peak_valley", [], "utter_hours_unknown", "湖南"),
        ("湖南峰电200度谷电100度多少钱", "ask_peak_valley", [200, 100], "utter_hours_unknown", "湖南"),
        ("低保户每月免费多少度", "ask_low_income_quota", [], "utter_free_unknown", "上海"),
        ("低保户300度多少钱", "ask_low_income_quota", [300], "utter_tariff_unknown", "上海"),
        ("315千伏安的变压器暂停30天能省多少", "ask_two_part_tariff", [], "utter_base_fee_unknown", "上海"),
        ("我那间铺面用了500度要多少钱", "ask_tariff", [500], "utter_estimate_firm", "上海"),
        ("开饭店的，一个月2000度电费是多少", "ask_tier_tariff", [2000], "utter_estimate_firm", "上海"),
        ("厂里白天峰电200度谷电100度多少钱", "ask_peak_valley", [200, 100], "utter_estimate_firm", "上海"),
        ("江苏抽水灌田一度电几毛钱", "ask_tariff", [], "utter_estimate_farm", "江苏"),
        ("家里的鸡场用了800度多少钱", "ask_tariff", [800], "utter_estimate_farm", "上海"),
    ],
)  # fmt: skip
async def test_that_what_is_not_known_is_said_and_leads_to_a_person(
    world: World, text: str, intent: str, amounts: list[int], key: str, province: str
) -> None:
    talk = world.talk()
    assert await ask(world, text, intent, *kwh(*amounts), on=talk) == says(key, province=province)
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("tariff_unknown", intent)


async def test_that_a_shop_stays_a_shop_until_the_home_is_spoken_of(world: World) -> None:
    talk = world.talk()
    await ask(world, "商铺用了500度要多少钱", "ask_tariff", *kwh(500), on=talk)
    assert await ask(world, "那600度呢", "ask_tariff", *kwh(600), on=talk) == says("utter_estimate_firm")
    assert "370.20元" in await ask(world, "家里用600度呢", "ask_tariff", *kwh(600), on=talk)


async def test_that_a_verified_firm_is_not_billed_as_a_household(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费3200456797", "query_bill", ("account_number", "3200456797"))
    await talk.says("户名海州康复医院，手机尾号8642", "inform", ("person_name", "海州康复医院"))
    said = await ask(world, "用了300度要多少钱", "ask_tariff", *kwh(300), on=talk)
    assert said == says("utter_estimate_firm")


async def test_that_a_school_pays_one_price(world: World) -> None:
    assert "192.30元" in await ask(world, "学校用了300度多少钱", "ask_tariff", *kwh(300))
    assert await after(world, "action_estimate", "学校一度电多少钱", "ask_tariff") == ["action_answer"]


@pytest.mark.parametrize(
    ("text", "intent", "parts", "absent"),
    [
        ("阶梯电价怎么算", "ask_tier_tariff", ["上海居民阶梯电价按全年", "3120度以内，每度0.617元", "超过4800度，每度0.917元", "2020年7月公布"], "季节"),
        ("湖南阶梯电价", "ask_tier_tariff", ["湖南居民阶梯电价按月", "200度以内，每度0.588元", "不同季节", f"{clock.now().month}月是"], "全年"),
        ("合肥一度电多少钱", "ask_tariff", ["安徽", "2160度以内，每度0.5653元"], "上海"),
        ("江苏合表电价多少", "ask_tariff", ["江苏", "不分档，每度0.5483元"], "第一档"),
        ("峰谷时段是几点到几点", "ask_peak_valley", ["峰段6点到22点，每度0.617元", "谷段22点到第二天6点，每度0.307元"], "划算"),
        ("江苏峰谷划算吗", "ask_peak_valley", ["峰段8点到21点", "超过总量的15%"], "一样"),
        ("安徽峰谷划算吗", "ask_peak_valley", ["白天8点到22点", "超过总量的11%"], "一样"),
        ("峰谷划算吗", "ask_peak_valley", ["峰段价格和普通价格一样"], "%"),
        ("江苏五口人能多给吗", "ask_multi_person_household", ["5人及以上的家庭，第一档每个月多100度", "7人及以上", "每度0.5483元"], "人工"),
        ("安徽我家7口人有啥优惠", "ask_multi_person_household", ["第一档每个月多100度"], "合表"),
        ("湖南五口人能多给吗", "ask_multi_person_household", ["第一档每个月多100度"], "合表"),
        ("家里六口人能多给吗", "ask_multi_person_household", ["第一档电量有增加", "7人及以上", "资料未注明日期", "人工客服"], "多100度"),
        ("安徽五保户免费多少度", "ask_low_income_quota", ["每月有10度免费电量"], "人工"),
    ],
)  # fmt: skip
async def test_that_prices_in_force_are_told_with_their_date(
    world: World, text: str, intent: str, parts: list[str], absent: str
) -> None:
    said = await ask(world, text, intent)
    assert [part for part in parts if part not in said] == []
    assert absent not in said


@pytest.mark.parametrize(
    ("text", "amounts", "parts"),
    [
        ("我这个月会不会进第二档", [], ["3120度以内", "请告诉我今年已经用了多少度"]),
        ("湖南这个月会不会进第二档", [], ["200度以内", "请告诉我这个月已经用了多少度"]),
        ("今年用了2900度会不会进第二档", [2900], ["在第一档，每度0.617元；再用220度，就进入第二档，每度0.667元", "估算"]),
        ("用了3120度到第几档了", [3120], ["在第二档", "再用1680度"]),
        ("今年用了4800度到第几档了", [4800], ["已经在第三档"]),
        ("湖南这个月用了250度到第几档了", [250], ["这个月用到250度是在第二档"]),
        ("今年用了2900度，这个月再用300度会进第二档吗", [2900, 300], ["用到3200度是在第二档"]),
    ],
)  # fmt: skip
async def test_that_the_way_to_the_next_tier_is_told(
    world: World, text: str, amounts: list[int], parts: list[str]
) -> None:
    said = await ask(world, text, "ask_tier_tariff", *kwh(*amounts))
    assert [part for part in parts if part not in said] == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("株洲315千伏安的变压器暂停30天能省多少基本电费", ["估算", "湖南每千伏安每月20元", "6300.00元", "每次要满15天，最长24个月，提前5个工作日", "没有注明日期"]),
        ("湖南三百一十五kVA停半个月能省多少", ["3150.00元", "暂停15天"]),
        ("株洲两台315的变压器停一个半月能省多少", ["2台，每台315千伏安，一共630千伏安", "暂停45天", "18480.00元"]),
        ("湖南一台630一台315，停30天能省多少", ["2台，一共945千伏安", "18900.00元"]),
        ("湖南我们有两台315的变压器，停一台，30天能省多少", ["315千伏安暂停30天", "6300.00元"]),
        ("湖南停10天315千伏安能省吗", ["不满15天不减免", "停10天"]),
        ("安徽200千伏安停30天省多少", ["6000.00元", "执行两部制的才有基本电费"]),
        ("湖南100千伏安停30天能省吗", ["执行单一制电价，没有基本电费"]),
        ("湖南315千伏安停三年能省多少", ["一次最长24个月", "永久减容"]),
        ("安徽按需量计费，变压器800千伏安，需量400千瓦，停用30天省多少", ["每千瓦每月40元", "需量减少400千瓦", "16000.00元"]),
        ("安徽630千伏安一个月基本电费多少", ["每千伏安每月30元", "630千伏安每月基本电费大约18900.00元"]),
        ("安徽80千伏安一个月基本电费多少", ["没有基本电费"]),
        ("安徽基本电费标准是多少", ["2023年6月1日起", "100千伏安及以下执行单一制", "315千伏安及以上执行两部制", "每千伏安每月30元", "每千瓦每月40元"]),
        ("500千伏安要交基本电费吗", ["315千伏安及以上执行两部制", "上海的基本电费单价，我没有可靠的资料"]),
        ("基本电费标准是多少", ["315千伏安及以上执行两部制", "上海的基本电费单价，我没有可靠的资料"]),
    ],
)  # fmt: skip
async def test_that_a_firm_hears_of_base_fee_and_suspension(
    world: World, text: str, parts: list[str]
) -> None:
    said = await ask(world, text, "ask_two_part_tariff")
    assert [part for part in parts if part not in said] == []


async def test_that_a_suspension_is_counted_from_the_day_it_begins(world: World) -> None:
    first = months_later(clock.now().date().replace(day=1), 1)
    text = "湖南从下个月1号起暂停两个月630千伏安省多少"
    days = (months_later(first, 2) - first).days
    talk = world.talk()
    await talk.hear(text)
    found = [
        entity("time", text, "下个月1号", value="x", **{"from": f"{first}T00:00:00+08:00"}),
        entity("time", text, "两个月", value="x", **{"from": f"{clock.now().date() - timedelta(days=60)}T00:00:00+08:00"}),
    ]  # fmt: skip
    said = await talk.again(text, "ask_two_part_tariff", found)
    assert f"暂停{days}天" in said
    assert "25200.00元" in said  # two whole months, however long they are
    assert WORDS.text("utter_part_from", "web", first=first) in said


@pytest.mark.parametrize(
    ("text", "amount", "parts"),
    [
        ("欠了200块晚交10天违约金多少", ("200块", "200"), ["按居民用户估算", "200.00元晚交10天", "2.00元", "2024年6月1日起"]),
        ("200块电费逾期一天违约金多少", ("200块", "200"), ["0.20元"]),
        ("我们公司欠10000元，晚了2天，滞纳金多少", ("10000元", "10000"), ["按非居民用户估算", "晚交2天"]),
        ("欠了100元拖了两年违约金多少", ("100元", "100"), ["30.00元", "封顶"]),
    ],
)  # fmt: skip
async def test_that_paying_late_is_estimated(
    world: World, text: str, amount: tuple[str, str], parts: list[str]
) -> None:
    said = await ask(world, text, "ask_arrears_rule", ("amount", *amount))
    assert [part for part in parts if part not in said] == []


@pytest.mark.parametrize(
    ("text", "intent", "found"),
    [
        ("今年用了3000度，这个月300度多少钱", "ask_tier_tariff", kwh(3000, 300)), ("阶梯电价", "ask_tier_tariff", []),
        ("湖南阶梯电价", "ask_tier_tariff", []), ("江苏峰谷划算吗", "ask_peak_valley", []), ("湖南315千伏安停30天省多少", "ask_two_part_tariff", []),
        ("安徽基本电费", "ask_two_part_tariff", []), ("200块晚交10天违约金", "ask_arrears_rule", [("amount", "200块", "200")]),
        ("江苏六口人", "ask_multi_person_household", []), ("安徽低保", "ask_low_income_quota", []),
    ],
)  # fmt: skip
async def test_that_a_caller_hears_figures_as_words(
    world: World, text: str, intent: str, found: list[Found]
) -> None:
    said = await ask(world, text, intent, *found, on=world.talk("ivr"))
    assert said
    assert not [character for character in said if character in "0123456789%·\n"]
