"""Proving an account, and what is told of it."""

from __future__ import annotations

import pytest

from kit.wording import Wording
from tests.actions.conftest import NAMED, Household, World
from tests.actions.rasa import Talk

WORDS = Wording()
SHANGHAI, JIANGSU = "3100000000018", "3200456789"


def words(key: str, channel: str = "web", **values: object) -> str:
    return WORDS.text(key, channel, **values)


async def asked_for_item(talk: Talk, number: str) -> None:
    await talk.says("我要查电费", "query_bill")
    said = await talk.says(number, "inform", ("account_number", number))
    assert said == words("utter_ask_second_item", talk.channel)


async def test_that_bill_and_balance_follow_number_and_name(world: World) -> None:
    talk = world.talk()
    assert await talk.says("我要查电费", "query_bill") == words("utter_ask_account_number")
    assert await talk.says(SHANGHAI, "inform", ("account_number", SHANGHAI)) == words("utter_ask_second_item")
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    [(amount, month)] = world.ask_town(
        f"select amount, month from bill where account_number = '{SHANGHAI}' order by month desc limit 1"
    )
    assert "尾号0018" in said
    assert f"{int(month[5:])}月电费{amount}元" in said
    assert "用电300度" in said
    assert "目前欠费128.50元" in said
    assert SHANGHAI not in said
    assert talk.loop is None


@pytest.mark.parametrize("intent", ["thank", "greet", "out_of_scope"])
async def test_that_a_name_that_sounds_polite_is_a_name(world: World, intent: str) -> None:
    [(number, name)] = world.ask_town(
        "select number, holder_name from account where holder_name like '谢%' order by number desc limit 1"
    )
    talk = world.talk()
    await asked_for_item(talk, number)
    said = await talk.says("谢谢您", "thank", confidence=0.97)
    assert said.endswith(words("utter_ask_second_item"))
    assert "户号尾号" in await talk.says(name, intent, confidence=0.97)


@pytest.mark.parametrize(
    ("channel", "sums"),
    [
        ("web", ("185.10元", "56.60元", "128.50元")),
        ("ivr", ("一百八十五元一角", "五十六元六角", "一百二十八元五角")),
    ],
)
@pytest.mark.parametrize(("text", "intent"), [("我要查电费", "query_bill"), ("欠多少钱", "query_balance")])
async def test_that_what_was_paid_in_advance_stands_between_the_bill_and_the_debt(
    world: World, text: str, intent: str, channel: str, sums: tuple[str, str, str]
) -> None:
    talk = world.talk(channel)
    await talk.says(text, intent)
    await talk.says(SHANGHAI, "inform", ("account_number", SHANGHAI))
    said = await talk.says("6789", "inform")
    [(credit,)] = world.ask_town(f"select credit from account where number = '{SHANGHAI}'")
    assert words("utter_balance_owed_after_credit", channel, credit=credit, amount="128.50") in said
    assert all(amount in said for amount in sums)


async def test_that_a_balance_is_told_when_it_was_asked_for(world: World) -> None:
    talk = world.talk()
    await talk.says("余额还有多少", "query_balance")
    await talk.says(JIANGSU, "inform", ("account_number", JIANGSU))
    said = await talk.says("1234", "inform")
    assert "账户余额56.20元" in said
    assert "月电费" not in said


async def test_that_everything_in_one_message_is_answered_in_one_turn(world: World) -> None:
    said = await world.talk().says(
        f"查一下{SHANGHAI}的电费，户主王建国", "query_bill", ("account_number", SHANGHAI), ("person_name", "王建国")
    )  # fmt: skip
    assert "目前欠费128.50元" in said


async def test_that_a_verified_conversation_is_not_asked_again(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    await talk.says("502室", "inform", ("address", "502室"))
    said = await talk.says("上个月的呢", "query_bill")
    assert "目前欠费128.50元" in said
    assert talk.ran == ["action_tell_bill"]


async def test_that_another_account_must_be_proved_anew(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    await talk.says("王建国", "inform", ("person_name", "王建国"))
    said = await talk.says(f"再查一下{JIANGSU}", "query_bill", ("account_number", JIANGSU))
    assert said == words("utter_ask_second_item")


async def test_that_a_caller_is_understood_and_answered_in_spoken_words(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says("查电费", "query_bill")
    await talk.says("三幺零零零零零零零零零幺八", "inform")
    said = await talk.says("六七八九", "inform")
    assert "一百二十八元五角" in said
    assert "三百度" in said
    assert not any(character in "0123456789" for character in said)


async def test_that_a_surname_is_refused_kindly_and_counts_as_no_attempt(
    world: World, household: Household
) -> None:
    talk = world.talk()
    await asked_for_item(talk, household.number)
    for surname in ("王", "李先生"):
        assert await talk.says(surname, "abuse", confidence=0.9) == words("utter_surname_not_enough")
    said = await talk.says(household.phone_last4, "inform")
    assert f"尾号{household.number[-4:]}" in said


async def test_that_words_do_not_tell_whether_an_account_exists(world: World, household: Household) -> None:
    heard = []
    for number in (household.number, "9999999999"):
        talk = world.talk()
        await asked_for_item(talk, number)
        heard.append(await talk.says("尾号0000", "inform"))
    assert heard[0] == heard[1] == words("utter_verification_failed")


async def test_that_the_third_failure_leads_to_a_person(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, "8888888888")
    for attempt in ("李四", "1111"):
        assert await talk.says(attempt, "inform") == words("utter_verification_failed")
    said = await talk.says("9999", "inform")
    assert said == words("utter_verification_locked")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("verification_failed", "query_bill")
    assert ticket.facts["account_number"] == "8888888888"
    assert words("utter_verification_locked") in await world.said(talk)
    assert talk.paused


async def test_that_a_locked_resident_is_not_let_in_with_the_right_item(
    world: World, household: Household
) -> None:
    talk = world.talk()
    await asked_for_item(talk, "7777777777")
    for attempt in ("1111", "2222", "3333"):
        await talk.says(attempt, "inform")
    later = world.talk(resident=talk.resident)
    later.paused = False
    await later.says("查电费", "query_bill")
    said = await later.says(household.number, "inform", ("account_number", household.number))
    assert said == words("utter_verification_locked")


async def test_that_a_repeated_message_counts_once(world: World) -> None:
    talk = world.talk()
    number = "6666666666"
    await asked_for_item(talk, number)
    await talk.says("1111", "inform")
    await talk.hear("2222")
    events, slots, loop = list(talk.events), dict(talk.slots), talk.loop
    for _ in range(3):  # a turn that failed further on is run again
        talk.events, talk.slots, talk.loop = list(events), dict(slots), loop
        assert await talk.again("2222", "inform", []) == words("utter_verification_failed")
    assert not await world.tickets(talk)


async def test_that_the_second_item_is_kept_in_no_slot(world: World, household: Household) -> None:
    talk = world.talk()
    await asked_for_item(talk, household.number)
    await talk.says(household.holder_name, "inform", ("person_name", household.holder_name))
    values = [event["value"] for event in talk.events if event["event"] == "slot"]
    assert household.holder_name not in values
    assert talk.slots.get("second_item") is None


async def test_that_a_wrong_length_is_explained_and_then_a_person_offered(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    assert await talk.says("12345678", "inform") == words("utter_account_wrong_length", count=8)
    assert await talk.says("我找不到", "deny") == words("utter_ask_account_number_again")
    assert await talk.says("123456789012", "inform") == words("utter_account_given_up")
    assert talk.loop is None
    await talk.says("好", "affirm")
    [ticket] = await world.tickets(talk)
    assert ticket.intent == "query_bill"


async def test_that_an_outage_question_is_answered_between_number_and_item(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    said = await talk.says("牡丹路60弄停电了吗", "query_outage", ("address", "牡丹路60弄"))
    assert "正在停电" in said
    assert said.endswith(words("utter_ask_second_item"))
    assert "目前欠费" in await talk.says("王建国", "inform", ("person_name", "王建国"))


async def test_that_a_hall_question_without_a_hall_asks_one_thing_at_a_time(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    said = await talk.says("营业厅几点开门", "query_hall")
    assert said == words("utter_ask_hall")
    assert talk.loop == "hall_form"


async def test_that_a_door_number_in_another_matter_is_no_attempt(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, "5555555555")
    said = await talk.says("牡丹路60弄3号停电吗", "query_outage", ("address", "牡丹路60弄3号"))
    assert words("utter_verification_failed") not in said


async def test_that_plain_words_reach_a_person_inside_the_form(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    assert await talk.says("人工", "request_agent") == ""
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.facts) == ("resident_asked", {"account_number": SHANGHAI})
    assert talk.loop is None


async def test_that_cancel_forgets_everything(world: World, household: Household) -> None:
    talk = world.talk()
    await asked_for_item(talk, household.number)
    await talk.says(household.phone_last4, "inform")
    await talk.says("余额", "query_balance")
    assert await talk.says("取消", "cancel") == words("utter_cancelled")
    assert talk.slots["account_number"] is None
    assert await talk.says("查电费", "query_bill") == words("utter_ask_account_number")


async def test_that_cancel_ends_the_form(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    assert await talk.says("不查了", "cancel") == words("utter_cancelled")
    assert talk.loop is None


async def test_that_waiting_is_not_answered_by_asking_again(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    assert await talk.says("等一下我找找", "wait") == words("utter_wait")
    assert talk.loop == "account_form"
    assert await talk.says("再说一遍", "repeat") == words("utter_ask_second_item")


@pytest.mark.parametrize("what", ["estimated", "merged"])
async def test_that_a_bill_that_is_not_one_months_reading_says_so(world: World, what: str) -> None:
    [(number, holder, month)] = world.ask_town(
        f"select number, holder_name, month from bill join account on number = account_number where bill.{what}"
        f" and customer = 'resident' and number not in {NAMED} order by month desc, number limit 1"
    )
    talk = world.talk()
    await asked_for_item(talk, number)
    await talk.says(holder, "inform", ("person_name", holder))
    found = {"from": f"{month}-01T00:00:00+08:00"}
    said = await talk.says("那个月的电费", "query_bill", ("time", "那个月"), now=found)
    assert words(f"utter_bill_{what}") in said


async def test_that_a_past_month_is_looked_up(world: World) -> None:
    talk = world.talk()
    await asked_for_item(talk, SHANGHAI)
    await talk.says("王建国", "inform", ("person_name", "王建国"))
    [_, (month, amount)] = world.ask_town(
        f"select month, amount from bill where account_number = '{SHANGHAI}' order by month desc limit 2"
    )
    found = {"from": f"{month}-01T00:00:00+08:00"}
    said = await talk.says("那个月的电费", "query_bill", ("time", "那个月"), now=found)
    assert f"{amount}元" in said
    missing = {"from": "2001-01-01T00:00:00+08:00"}
    said = await talk.says("那个月的电费", "query_bill", ("time", "那个月"), now=missing)
    assert "没有查到2001年1月的账单" in said
