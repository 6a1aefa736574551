"""What is told and done for a proved account: use, payments, arrears, power back, another telephone, a doubtful bill."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.accounts import months
from backends.accounts import Accounts
from conversations.models import Picture
from kit import clock
from tests.actions.conftest import Household, World
from tests.actions.records import CHEN, LI, WANG, WORDS, last_month, proved, span, words

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
