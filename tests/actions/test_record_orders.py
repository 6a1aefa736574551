"""What is ordered for an account: power back, another telephone number, a bill or a payment looked into."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.accounts.contact import phone_in
from backends.accounts import Accounts
from backends.orders import Orders
from kit import clock
from tests.actions.conftest import World
from tests.actions.rasa import Talk
from tests.actions.records import CHEN, LI, WANG, ZHAO, proved, span, words
from tests.actions.servers import BACKENDS

# -- power back


async def order_of(world: World, talk: Talk) -> dict[str, str]:
    [row] = world.ask_town(
        f"select kind, subject, account_number, number, text from work_order where conversation = '{talk.id}'"
    )
    return dict(zip(("kind", "subject", "account", "number", "text"), row, strict=True))


async def test_that_who_still_owes_hears_what_and_nothing_is_ordered(world: World, books: Accounts) -> None:
    talk = await proved(world, CHEN)
    said = await talk.says("给我复电", "request_reconnection")
    assert words("utter_reconnect_owing", total=(await books.arrears(CHEN)).total) in said
    assert "还没有到账" in said
    assert not world.ask_town(f"select 1 from work_order where conversation = '{talk.id}'")


async def test_that_what_was_paid_in_advance_is_not_asked_for_again(world: World, books: Accounts) -> None:
    talk = await proved(world, CHEN)
    world.ask_town(f"update account set credit = 10 where number = '{CHEN}' returning 1")
    try:
        said = await talk.says("给我复电", "request_reconnection")
        owed = await books.arrears(CHEN)
    finally:
        world.ask_town(f"update account set credit = 0 where number = '{CHEN}' returning 1")
    assert owed.total == owed.principal + owed.late_fee - 10
    assert words("utter_reconnect_owing_after_credit", total=owed.total, credit="10") in said


async def test_that_who_paid_gets_an_order_with_its_clock_once(world: World) -> None:
    talk = await proved(world, ZHAO)
    said = await talk.says("钱交了，快给我送电", "request_reconnection")
    order = await order_of(world, talk)
    assert (order["kind"], order["subject"], order["account"]) == (
        "reconnection",
        "request_reconnection",
        ZHAO,
    )
    assert words("utter_reconnect_ordered", number=order["number"]) in said
    assert "明天" in said  # 24 hours
    again = await talk.again("钱交了，快给我送电", "request_reconnection", [])
    assert order["number"] == (await order_of(world, talk))["number"]
    assert words("utter_reconnect_known") in again
    later = await proved(world, ZHAO)
    assert words("utter_reconnect_known") in await later.says("怎么还没来电", "request_reconnection")


async def test_that_who_was_never_cut_is_asked_where_the_power_is_out(world: World) -> None:
    talk = await proved(world, LI)
    said = await talk.says("交了钱还没电", "request_reconnection")
    assert words("utter_reconnect_not_cut") in said
    assert said.endswith(words("utter_ask_address"))


# -- another telephone number


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("改成13812345678", "13812345678"),
        ("把15834407129换成138 1234 5678", "13812345678"),
        ("一三八一二三四五六七八", "13812345678"),
        ("座机021-58581234", "02158581234"),
        ("户号3100000000018", None),
        ("我的手机换了", None),
    ],
)
def test_that_the_new_number_is_the_last_one_said(text: str, phone: str | None) -> None:
    assert phone_in(text) == phone


async def test_that_a_new_number_is_read_back_corrected_and_ordered(world: World) -> None:
    talk = await proved(world, WANG)
    assert words("utter_ask_new_phone") in await talk.says("我要改联系电话", "update_contact")
    said = await talk.says("13812345678", "inform", ("phone_number", "13812345678"))
    assert said == words("utter_contact_confirm", account="0018", phone="13812345678")
    assert await talk.says("不对", "deny") == words("utter_ask_new_phone")
    said = await talk.says("是13812345679", "inform", ("phone_number", "13812345679"))
    assert said == words("utter_contact_confirm", account="0018", phone="13812345679")
    said = await talk.says("对", "affirm")
    order = await order_of(world, talk)
    assert (order["kind"], order["account"]) == ("contact_change", WANG)
    assert words("utter_contact_ordered", number=order["number"]) in said
    assert talk.slots["new_phone"] is None
    assert talk.loop is None
    async with Orders(world.reference, BACKENDS) as orders:
        assert (await orders.find(order["number"], conversation=str(talk.id))).kind == "contact_change"


async def test_that_the_old_number_as_proof_is_not_taken_for_the_new_one(world: World) -> None:
    talk = world.talk()
    await talk.says("换联系电话", "update_contact")
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("13900006789", "inform", ("phone_number", "13900006789"))
    assert said.endswith(words("utter_ask_new_phone"))


async def test_that_the_proof_is_asked_for_before_the_number_is_changed(world: World) -> None:
    talk = world.talk()
    said = await talk.says("把电话改成13812345678", "update_contact", ("phone_number", "13812345678"))
    assert said == words("utter_ask_account_number")


async def test_that_a_question_in_between_leads_back_to_the_read_back(world: World) -> None:
    talk = await proved(world, WANG)
    await talk.says("电话改成13812345678", "update_contact")
    said = await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert said.endswith(words("utter_contact_confirm", account="0018", phone="13812345678"))


async def test_that_other_contact_data_goes_to_a_person(world: World) -> None:
    talk = await proved(world, WANG)
    await talk.says("账单换成电子邮箱收", "update_contact")
    assert await world.tickets(talk)


# -- a bill or a payment that looks wrong


async def test_that_a_doubtful_bill_is_explained_then_registered(world: World, books: Accounts) -> None:
    talk = await proved(world, WANG)
    said = await talk.says("电费怎么涨这么多，我不认", "dispute_bill")
    assert "相比" in said
    assert said.endswith(words("utter_case_confirm", case="电费核查；尾号0018"))
    said = await talk.says("对", "affirm")
    order = await order_of(world, talk)
    assert (order["kind"], order["account"], order["text"]) == ("meter", WANG, "电费怎么涨这么多，我不认")
    assert order["number"] in said.replace(" ", "")
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "billing_case"


async def test_that_a_payment_problem_needs_no_proof_and_tells_nothing(world: World) -> None:
    talk = world.talk()
    assert await talk.says("钱扣了没到账", "report_payment_problem") == words("utter_case_account")
    said = await talk.says(WANG, "inform", ("account_number", WANG))
    assert said == words("utter_case_payment")
    yesterday = clock.now().date() - timedelta(days=1)
    said = await talk.says(
        "昨天支付宝交了200元", "inform", ("time", "昨天"), ("amount", "200"), now=span(yesterday, yesterday)
    )
    assert said == words("utter_case_confirm", case="缴费核查；尾号0018；昨天；200.00元；支付宝")
    said = await talk.says("对的", "affirm")
    order = await order_of(world, talk)
    assert (order["kind"], order["account"]) == ("inquiry", WANG)
    [(facts,)] = world.ask_town(f"select facts from work_order where number = '{order['number']}'")
    assert facts == {"amount": "200", "day": yesterday.isoformat(), "way": "alipay", "account_proved": "no"}


async def test_that_an_answer_that_sounds_like_a_question_after_payments_is_the_answer(world: World) -> None:
    talk = world.talk()
    await talk.says("钱扣了没到账", "report_payment_problem")
    await talk.says(WANG, "inform", ("account_number", WANG))
    yesterday = clock.now().date() - timedelta(days=1)
    said = await talk.says(
        "昨天用微信交的200元", "query_payment_record", ("time", "昨天"), ("amount", "200"), now=span(yesterday, yesterday)
    )  # fmt: skip
    assert said == words("utter_case_confirm", case="缴费核查；尾号0018；昨天；200.00元；微信")


async def test_that_impatience_alone_leads_nowhere_else(world: World) -> None:
    talk = world.talk()
    asked = await talk.says("查电费", "query_bill")
    assert await talk.says("怎么这么慢", "dispute_bill") == words("utter_hurried") + "\n" + asked
    assert talk.loop == "account_form"
    assert await talk.says("电费怎么这么高", "dispute_bill") == words("utter_case_account")


async def test_that_a_case_without_an_account_is_registered_as_well(world: World) -> None:
    talk = world.talk()
    yesterday = clock.now().date() - timedelta(days=1)
    await talk.says("昨天微信交了200元没到账", "report_payment_problem", ("time", "昨天"), ("amount", "200"),
                    now=span(yesterday, yesterday))  # fmt: skip
    said = await talk.says("没有", "deny")
    assert said == words("utter_case_confirm", case="缴费核查；户号不详；昨天；200.00元；微信")
    await talk.says("对", "affirm")
    assert (await order_of(world, talk))["account"] is None


async def test_that_what_is_wrong_in_the_read_back_is_asked_for(world: World) -> None:
    talk = await proved(world, WANG)
    await talk.says("电费不对", "dispute_bill")
    assert await talk.says("不对", "deny") == words("utter_case_bill")
    said = await talk.says("是抄表抄错了", "inform")
    assert said.startswith("我这样登记核查")
    await talk.says("对", "affirm")
    assert (await order_of(world, talk))["text"] == "电费不对 是抄表抄错了"


async def test_that_a_stale_turn_orders_nothing(world: World) -> None:
    talk = await proved(world, WANG)
    await talk.says("电话改成13812345678", "update_contact")
    await talk.hear("对")
    talk.epoch -= 1
    assert await talk.again("对", "affirm", []) == ""
    assert not world.ask_town(f"select 1 from work_order where conversation = '{talk.id}'")
