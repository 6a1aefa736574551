"""What is told and done for a proved account: use, payments, arrears, power back, another telephone, a doubtful bill."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from actions.accounts import months
from actions.accounts.contact import phone_in
from backends.accounts import Accounts
from backends.orders import Orders
from conversations.models import Picture
from kit import clock
from kit.wording import Wording
from tests.actions.conftest import Household, World
from tests.actions.rasa import Talk
from tests.actions.servers import BACKENDS

WORDS = Wording()
WANG, LI, CHEN, ZHAO = "3100000000018", "3200456789", "3100000000026", "3100000000034"
ENDINGS = {WANG: "6789", LI: "1234", CHEN: "2468", ZHAO: "1357"}


def words(key: str, channel: str = "web", **values: object) -> str:
    return WORDS.text(key, channel, **values)


@pytest_asyncio.fixture(scope="session")
async def books(world: World) -> AsyncIterator[Accounts]:
    async with Accounts(world.reference, BACKENDS) as client:
        yield client


def span(first: date, last: date) -> dict[str, str]:
    """As understanding gives a time: the end is the first moment after it."""
    midnight = datetime.min.time()
    begin = datetime.combine(first, midnight, clock.SHANGHAI)
    return {
        "from": begin.isoformat(),
        "to": datetime.combine(last + timedelta(days=1), midnight, clock.SHANGHAI).isoformat(),
    }


def last_month() -> tuple[date, date]:
    today = clock.now().date()
    return months.first_day(today, 1), months.first_day(today) - timedelta(days=1)


async def proved(world: World, account: str, channel: str = "web", **more: str) -> Talk:
    talk = world.talk(channel, **more)
    await talk.says("查电费", "query_bill")
    await talk.says(account, "inform", ("account_number", account))
    said = await talk.says(f"手机尾号{ENDINGS[account]}", "inform")
    assert words("utter_account_is", channel, account=account[-4:]) in said
    return talk


# -- the wish is kept while the account is proved


async def test_that_month_and_matter_survive_the_proof(world: World, books: Accounts) -> None:
    talk = world.talk()
    first, last = last_month()
    await talk.says("上个月用了多少度", "query_usage", ("time", "上个月"), now=span(first, last))
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    found = await books.usage(WANG, first, last)
    assert words("utter_usage_span", first=first, last=last, kwh=found.kwh) in said
    assert found.kwh == 300
    assert talk.ran[-1] == "action_tell_usage"


async def test_that_another_matter_in_between_does_not_take_the_wish_away(world: World) -> None:
    talk = world.talk()
    await talk.says("缴费记录", "query_payment_record")
    await talk.says("花木供电营业厅在哪", "query_hall", ("business_hall", "花木供电营业厅"))
    await talk.says(LI, "inform", ("account_number", LI))
    said = await talk.says("1234", "inform")
    assert "已经到账" in said
    assert talk.ran[-1] == "action_tell_payments"
    assert talk.slots["matter"] == "query_payment_record"


async def test_that_a_changed_wish_is_the_one_that_is_answered(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    assert await talk.says("算了查用电量", "query_usage") == words("utter_ask_account_number")
    await talk.says(LI, "inform", ("account_number", LI))
    said = await talk.says("1234", "inform")
    assert "用电" in said
    assert talk.ran[-1] == "action_tell_usage"


# -- use


USES: list[tuple[str, int, int]] = [("昨天用了多少度", 1, 1), ("前天几度", 2, 2)]


@pytest.mark.parametrize(("text", "back_to", "back_from"), USES)
async def test_that_a_day_is_told(
    world: World, books: Accounts, text: str, back_to: int, back_from: int
) -> None:
    talk = await proved(world, LI)
    day = clock.now().date() - timedelta(days=back_to)
    said = await talk.says(text, "query_usage", ("time", text[:2]), now=span(day, day))
    found = await books.usage(LI, day, day)
    assert words("utter_usage_day", day=day, kwh=found.kwh) in said


async def test_that_the_day_of_the_most_is_told(world: World, books: Accounts) -> None:
    talk = await proved(world, LI)
    first, last = last_month()
    said = await talk.says("上个月哪天用得最多", "query_usage", ("time", "上个月"), now=span(first, last))
    top = max((await books.usage(LI, first, last)).rows, key=lambda row: row.kwh)
    assert words("utter_usage_most", day=top.starts, kwh=top.kwh) in said


async def test_that_the_last_seven_days_are_told_without_a_date(world: World, books: Accounts) -> None:
    talk = await proved(world, LI)
    said = await talk.says("每天用多少度", "query_usage")
    today = clock.now().date()
    found = await books.usage(LI, today - timedelta(days=7), today - timedelta(days=1))
    assert (
        words("utter_usage_span", first=found.rows[0].starts, last=found.rows[-1].ends, kwh=found.kwh) in said
    )


async def test_that_months_come_as_a_picture_too_where_there_is_a_screen(world: World) -> None:
    talk = await proved(world, LI)
    said = await talk.says("每月用电多少", "query_usage")
    assert said.endswith(words("utter_chart_months"))
    [shown] = [
        e["data"]["custom"]["picture"] for e in talk.events if e["event"] == "bot" and e["data"]["custom"]
    ]
    [picture] = await world.rows(select(Picture).where(Picture.conversation_id == talk.id))
    assert str(picture.id) == shown
    assert picture.png.startswith(b"\x89PNG")


async def test_that_a_caller_is_shown_nothing(world: World) -> None:
    talk = await proved(world, LI, "ivr")
    said = await talk.says("每月用电多少", "query_usage")
    assert "用电" in said
    assert not await world.rows(select(Picture).where(Picture.conversation_id == talk.id))


async def test_that_today_is_not_known_yet(world: World) -> None:
    talk = await proved(world, LI)
    today = clock.now().date()
    said = await talk.says("今天用了多少", "query_usage", ("time", "今天"), now=span(today, today))
    assert words("utter_usage_today") in said


async def test_that_the_tier_is_told_from_the_record(world: World) -> None:
    talk = await proved(world, WANG)
    said = await talk.says("我到第二档了没有", "query_usage")
    assert "今年到" in said
    assert "的账单用到了第" in said


@pytest.mark.parametrize(("text", "intent"), [("用电情况", "query_usage"), ("缴费记录", "query_payment_record"),
                                              ("余额", "query_balance"), ("电费为什么这么多", "query_bill")])  # fmt: skip
async def test_that_a_caller_hears_no_digits(world: World, text: str, intent: str) -> None:
    talk = world.talk("ivr")
    await talk.says(text, intent)
    await talk.says("三幺零零零零零零零零零幺八", "inform")
    said = await talk.says("手机尾号六七八九", "inform")
    assert "尾号" in said
    assert not any(character in "0123456789" for character in said)


# -- bill and arrears


async def test_that_a_dear_bill_is_explained_from_the_records(world: World, books: Accounts) -> None:
    talk = await proved(world, WANG)
    said = await talk.says("这个月电费为什么这么多", "query_bill")
    newest, before, *_ = bills = await books.bills(WANG, 24)
    more = newest.kwh - before.kwh
    compared = words(
        f"utter_bill_than_{'more' if more > 0 else 'less'}", month=f"{int(before.month[5:])}月" if before.month[:4] == f"{clock.now().year}" else f"去年{int(before.month[5:])}月",
        kwh=abs(more), amount=abs(newest.amount - before.amount),
    )  # fmt: skip
    assert compared in said
    year_ago = next(b for b in bills if b.month == months.year_before(newest.month))
    assert f"去年{int(year_ago.month[5:])}月" in said or f"前年{int(year_ago.month[5:])}月" in said


async def test_that_arrears_are_told_with_the_late_fee(world: World, books: Accounts) -> None:
    talk = await proved(world, CHEN)
    said = await talk.says("欠多少钱", "query_balance")
    owed = await books.arrears(CHEN)
    assert words("utter_arrears_fee", fee=owed.late_fee, total=owed.total) in said
    assert words("utter_supply_cut") in said


# -- payments


async def test_that_one_payment_is_found_by_its_month(world: World, books: Accounts) -> None:
    talk = await proved(world, LI)
    first, last = last_month()
    said = await talk.says(
        "我上个月交的钱到了吗", "query_payment_record", ("time", "上个月"), now=span(first, last)
    )
    meant = [p for p in await books.payments(LI, 13) if first <= p.paid_at.date() <= last]
    assert meant
    assert f"{meant[0].amount}元" in said
    assert "已经到账" in said


async def test_that_a_payment_on_its_way_is_told_as_such(world: World) -> None:
    talk = await proved(world, CHEN)
    assert "还没有到账" in await talk.says("钱到账了吗", "query_payment_record")


async def test_that_a_payment_nobody_knows_of_is_looked_into(world: World) -> None:
    talk = await proved(world, LI)
    said = await talk.says("我交的1234.5元到了吗", "query_payment_record", ("amount", "1234.5"))
    assert words("utter_payment_not_found") in said
    assert said.endswith(words("utter_payment_check_offer"))
    said = await talk.says("好的", "affirm")
    assert said == words("utter_case_payment")
    said = await talk.says(
        "昨天微信交的", "inform", ("time", "昨天"), now=span(*[clock.now().date() - timedelta(days=1)] * 2)
    )
    assert "1234.50元" in said
    assert "微信" in said
    said = await talk.says("对", "affirm")
    assert "已经登记核查" in said


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


# -- several accounts


@pytest.mark.parametrize("text", ["不对，是另一个户号", "查另一个", "换一个户号"])
@pytest.mark.parametrize("intent", ["query_bill", "deny", "inform"])
async def test_that_another_account_is_asked_for_and_proved_in_its_turn(
    world: World, text: str, intent: str
) -> None:
    talk = await proved(world, WANG)
    assert await talk.says(text, intent) == words("utter_ask_account_number")
    await talk.says(LI, "inform", ("account_number", LI))
    said = await talk.says("1234", "inform")
    assert "尾号6789" in said
    assert "尾号0018" not in said


async def test_that_another_account_can_be_named_while_the_item_is_asked_for(
    world: World, household: Household
) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    await talk.says(household.number, "inform", ("account_number", household.number))
    assert await talk.says("不是这个户，另一个", "deny") == words("utter_ask_account_number")
    await talk.says(LI, "inform", ("account_number", LI))
    assert "尾号6789" in await talk.says("1234", "inform")


async def test_that_the_fifth_account_ends_in_a_person_with_a_flag(world: World) -> None:
    query = "select number, phone_last4 from account where number not like '3%000000%' order by number desc limit 5"
    talk = world.talk()
    *open_ones, (fifth, _) = world.ask_town(query)
    for number, ending in open_ones:
        await talk.says(f"查{number}", "query_bill", ("account_number", number))
        assert f"尾号{WORDS.text('utter_part_account', 'web', account=number[-4:])[2:]}" in await talk.says(
            f"手机尾号{ending}", "inform"
        )
    said = await talk.says(f"查{fifth}", "query_bill", ("account_number", fifth))
    assert said == words("utter_verification_probing")
    [ticket] = await world.tickets(talk)
    assert ticket.reason == "suspected_probing"
