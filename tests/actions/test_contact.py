"""Contact data of an account: what shall be changed, which number is the old one, and what is no matter of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actions.accounts.contact import ADDRESS, PHONE, phone_in, wanted
from kit.wording import Wording
from tests.actions.conftest import Household, World
from tests.actions.rasa import Talk

WORDS = Wording(province="上海")
OLD, NEW = "13700001134", "13988887777"


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"登记的{OLD}停机了，咋更新", PHONE), ("手机换号了", PHONE), ("我留的那个号不用了", PHONE), ("通讯地址变了", ADDRESS),
        ("户号3100000000018的账单以后寄到老家去", ADDRESS), ("我的邮箱要换", ""), ("职业资料更新一下", ""),
    ],
)  # fmt: skip
def test_that_it_is_told_what_shall_be_changed(text: str, what: str) -> None:
    assert wanted(text) == what


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        (f"登记的{OLD}停机了，咋更新", None), (f"原来的{OLD}早就不用了", None), (f"{OLD}是空号，改成{NEW}", NEW),
        (f"把电话改成{NEW}", NEW), (f"旧手机没了，新的是{NEW}", NEW), (f"联系电话{NEW}", NEW), ("换个电话", None),
        ("电话改成1398888777", None),
    ],
)  # fmt: skip
def test_that_a_number_out_of_service_is_not_the_new_one(text: str, phone: str | None) -> None:
    assert phone_in(text) == phone


async def proved(talk: Talk, home: Household) -> str:
    await talk.says(home.number, "inform", ("account_number", home.number))
    return await talk.says(home.holder_name, "inform", ("person_name", home.holder_name))


def order(world: World, talk: Talk) -> tuple[str, str, str, dict[str, str]]:
    [row] = world.ask_town(
        f"select kind, account_number, contact_phone, facts from work_order where conversation = '{talk.id}'"
    )
    return (*row[:3], row[3] if isinstance(row[3], dict) else json.loads(row[3]))


@pytest.mark.parametrize("channel", ["web", "ivr"])
async def test_that_whose_number_is_out_of_service_is_asked_for_the_new_one(
    world: World, household: Household, channel: str
) -> None:
    talk = world.talk(channel)
    said = await talk.says(f"登记的{OLD}停机了，咋更新", "update_contact", ("phone_number", OLD))
    assert said == words("utter_ask_account_number", channel)
    assert words("utter_ask_new_phone", channel) in await proved(talk, household)
    assert await talk.says("1398888777", "inform") == words("utter_ask_new_phone_again", channel)
    said = await talk.says(NEW, "inform", ("phone_number", NEW))
    assert said == words("utter_contact_confirm", channel, account=household.number[-4:], phone=NEW)
    await talk.says("堆", "report_hazard", confidence=0.5)
    assert order(world, talk) == ("contact_change", household.number, NEW, {"new_phone": NEW})


async def test_that_a_new_address_is_read_back_and_ordered(world: World, household: Household) -> None:
    talk, where = world.talk(), "海州区锦江家园3号楼301"
    await talk.says(f"通讯地址变了，账单寄到{where}", "update_contact", ("address", where))
    confirm = words("utter_contact_confirm_address", account=household.number[-4:], address=where)
    assert confirm in await proved(talk, household)
    assert words("utter_ask_new_address") == await talk.says("不对", "deny")
    where = "海州区锦江家园5号楼101"
    assert await talk.says(where, "inform", ("address", where)) == words(
        "utter_contact_confirm_address", account=household.number[-4:], address=where
    )
    await talk.says("对", "affirm")
    assert order(world, talk) == ("contact_change", household.number, "", {"new_address": where})


async def test_that_an_address_that_was_not_said_is_asked_for(world: World, household: Household) -> None:
    talk = world.talk()
    await talk.says("账单的邮寄地址想改一下", "update_contact")
    assert words("utter_ask_new_address") in await proved(talk, household)
    assert await talk.says("寄呀", "inform") == words("utter_ask_new_address_again")


async def test_that_what_only_a_person_can_change_needs_no_proof_first(world: World) -> None:
    talk = world.talk()
    await talk.says("我的邮箱要换一个", "update_contact")
    assert talk.loop is None
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["beyond_bot"]
    assert words("utter_handoff_application") in (await world.said(talk))[0]
