"""Late fees to be waived, payments to be put off, power to be put back for who lives by it: requests, persons, no promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.accounts import relief
from kit.wording import Wording
from tests.actions.conftest import Household, World
from tests.actions.rasa import Talk

WORDS = Wording()
WANG = "3100000000018"
WAIVE, DEFER = "违约金能减免吗", "家里困难电费能缓交吗"
FIELDS = ("number", "kind", "account", "marks", "urgent", "facts", "answer_by", "contact_phone")


def words(key: str, channel: str = "web", **values: object) -> str:
    return WORDS.text(key, channel, **values)


def orders(world: World, talk: Talk) -> list[dict[str, Any]]:
    rows = world.ask_town(
        "select number, kind, account_number, marks, urgent, facts, answer_by, contact_phone from work_order "
        f"where conversation = '{talk.id}'"
    )
    return [dict(zip(FIELDS, row, strict=True)) for row in rows]


async def asked(world: World, text: str, channel: str = "web", **more: str) -> tuple[Talk, str]:
    talk = world.talk(channel, **more)
    return talk, await talk.says(text, "ask_arrears_rule")


@pytest.mark.parametrize(("text", "wanted"), [(WAIVE, "waive"), (DEFER, "defer")])
async def test_that_the_rule_is_told_and_a_request_offered(world: World, text: str, wanted: str) -> None:
    talk, said = await asked(world, text)
    assert said.endswith(words(f"utter_relief_offer_{wanted}"))
    assert "不能" in said
    assert await talk.says("不用了", "deny") != ""
    assert not orders(world, talk)


async def test_that_other_questions_about_arrears_offer_no_request(world: World) -> None:
    _, said = await asked(world, "欠费几天会停电")
    assert "登记" not in said


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("欠了200元晚了10天，滞纳金能不能给我免了", "waive"), ("逾期费退给我行不行", "waive"), ("电费150元想缓交15天行吗", "defer"),
        ("手术费刚交完，宽限10天可以吗", "defer"), ("宽限期是几天", ""), ("欠200元晚交10天违约金多少", ""), ("怎么避免违约金", ""),
        ("低保能减免电费吗", ""),
    ],
)  # fmt: skip
def test_that_a_request_is_told_from_a_question_by_its_words(text: str, wanted: str) -> None:
    assert relief.wanted(text) == wanted


async def test_that_a_request_with_figures_is_no_question_for_a_sum(world: World) -> None:
    talk = world.talk()
    said = await talk.says("欠了200元晚了10天，滞纳金能不能给我免了", "ask_arrears_rule", ("amount", "200元"))
    assert said.endswith(words("utter_relief_offer_waive"))
    said = await talk.says("欠了200元晚了10天，违约金多少", "ask_arrears_rule", ("amount", "200元"))
    assert words("utter_relief_offer_waive") not in said


async def test_that_a_yes_takes_the_request_down_with_its_reason(world: World) -> None:
    talk, _ = await asked(world, WAIVE, "ivr", caller="13900001111")
    assert await talk.says("好", "affirm") == words("utter_relief_account", "ivr")
    said = await talk.says(WANG, "inform", ("account_number", WANG))
    assert said == words("utter_relief_reason_waive", "ivr")
    # Nearly any words are a reason, whatever intent they sound like.
    said = await talk.says("银行卡换了没扣成，我不知道", "report_payment_problem")
    assert "银行卡换了没扣成，我不知道；尾号" in said
    assert said.endswith("对吗？")
    said = await talk.says("对", "affirm")
    [order] = orders(world, talk)
    assert (order["kind"], order["account"], order["answer_by"]) == ("waiver", WANG, None)
    assert order["contact_phone"] == "13900001111"
    assert order["facts"]["wanted"] == words("utter_part_relief_waive")
    assert order["facts"]["reason"] == "银行卡换了没扣成，我不知道"
    assert words("utter_order_no_time", "ivr") in said
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.facts["order_number"] == order["number"]
    assert ticket.facts["wanted"] == words("utter_part_relief_waive")


async def test_that_without_an_account_a_person_takes_it_with_what_was_said(world: World) -> None:
    talk, _ = await asked(world, DEFER)
    await talk.says("好的", "affirm")
    await talk.says("没有", "deny")
    assert not orders(world, talk)
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "relief"
    assert ticket.facts["wanted"] == words("utter_part_relief_defer")
    assert ticket.facts["what"] == DEFER


async def test_that_a_plain_question_in_between_is_answered_and_the_request_stands(world: World) -> None:
    talk, _ = await asked(world, DEFER)
    await talk.says("好的", "affirm")
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert said.endswith(words("utter_relief_reason_defer"))
    await talk.says("下月十号发工资就交", "ask_arrears_rule")
    await talk.says("对", "affirm")
    [order] = orders(world, talk)
    assert order["facts"]["reason"] == "下月十号发工资就交"


@pytest.mark.parametrize(
    ("effect", "text", "settled"),
    [("no_cut_no_fee", WAIVE, True), ("no_cut", DEFER, True), ("no_cut", WAIVE, False)],
)
async def test_that_a_measure_in_force_answers_what_it_covers(
    world: World, announce: Callable[..., Any], effect: str, text: str, settled: bool
) -> None:
    measure = await announce(
        title="受灾用户欠费保供", text="因台风受灾的居民用户，不因欠费停电；是否符合由工作人员核实。",
        effects={"arrears": effect},
    )  # fmt: skip
    talk, said = await asked(world, text)
    told = words("utter_measure_arrears", title=measure.title, text=measure.text)
    assert (said == told) is settled
    if settled:
        await talk.says("是", "affirm")
        [ticket] = await world.tickets(talk)
        assert (ticket.reason, ticket.facts["what"]) == ("arrears_measure", text)


# -- power back, for whom it matters most


@pytest.fixture
def cut(world: World, household: Household) -> Household:
    """A household that was cut for arrears and has paid."""
    world.ask_town(
        f"update account set supply = 'cut_for_arrears', supply_since = current_date where number = '{household.number}' returning 1"
    )
    world.ask_town(
        f"update bill set paid_on = due_on where account_number = '{household.number}' and paid_on is null returning 1"
    )
    return household


async def proved(world: World, home: Household) -> Talk:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    await talk.says(home.number, "inform", ("account_number", home.number))
    await talk.says(home.holder_name, "inform", ("person_name", home.holder_name))
    return talk


async def test_that_a_reconnection_carries_what_was_told_of_people(world: World, cut: Household) -> None:
    talk = await proved(world, cut)
    said = await talk.says(
        "钱交清了，独居老人靠制氧机，还有小孩，快送电", "request_reconnection", ("device", "制氧机")
    )
    [order] = orders(world, talk)
    assert words("utter_reconnect_ordered", number=order["number"]) in said
    assert order["urgent"]
    assert set(order["marks"]) == {"medical_device", "elderly", "supervised"}
    assert order["facts"]["notes"] == "独居、小孩"


async def test_that_an_ordinary_reconnection_is_not_urgent(world: World, cut: Household) -> None:
    talk = await proved(world, cut)
    await talk.says("钱交清了，没有老人，送电吧", "request_reconnection")
    [order] = orders(world, talk)
    assert (order["urgent"], order["marks"], order["facts"]) == (False, [], {})


async def test_that_who_lives_by_a_machine_and_still_owes_gets_a_person(world: World, cut: Household) -> None:
    world.ask_town(
        "update bill set paid_on = null where account_number = "
        f"'{cut.number}' and month = (select max(month) from bill where account_number = '{cut.number}') returning 1"
    )
    talk = await proved(world, cut)
    said = await talk.says("给我复电，家里有人用呼吸机", "request_reconnection")
    assert "缴清" in said
    assert words("utter_outage_machine") in said
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.priority) == ("medical_device", "urgent")
    assert ticket.facts["account_number"] == cut.number
    assert not orders(world, talk)


async def test_that_where_no_rule_names_a_time_none_is_promised(world: World, household: Household) -> None:
    talk = await proved(world, household)
    await talk.says("联系电话改成13812345678", "update_contact")
    said = await talk.says("对", "affirm")
    [order] = orders(world, talk)
    assert (order["kind"], order["answer_by"]) == ("contact_change", None)
    assert said.endswith(words("utter_order_no_time"))
    assert words("utter_order_no_time") in await talk.says("我的工单办得怎么样了", "query_ticket")
