"""A utility that is down, slow or lies: an honest sentence and a person, never a false figure."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from actions.app import create_app
from kit.wording import Wording
from tests.actions import servers
from tests.actions.conftest import Quiet, World
from tests.actions.rasa import Talk, client
from tests.serving import serving
from tests.simulators.bad_utility import BadUtility, Behaviour

WORDS = Wording()
DOWN = WORDS.text("utter_backend_down", "web")


@contextlib.asynccontextmanager
async def facing(world: World, talk: Talk, *behaviours: Behaviour) -> AsyncIterator[Talk]:
    """The same conversation, before a utility that behaves like this."""
    async with BadUtility(list(behaviours)) as utility:
        settings = servers.settings_of(backends_url=utility.url, inner_url=world.inner)
        async with serving(create_app(settings)) as url, client(url) as http:
            talk.http = http
            yield talk
            talk.http = world.http


@pytest.mark.parametrize(
    "behaviour", ["reset", "half", "html", (503, {}), (404, {}), {"match": "exact", "places": []}]
)
async def test_that_an_outage_look_up_that_fails_is_admitted(world: World, behaviour: Behaviour) -> None:
    async with facing(world, world.talk(), behaviour) as talk:
        assert await talk.says("牡丹路60弄怎么停电了", "query_outage", ("address", "牡丹路60弄")) == DOWN
    await talk.says("是", "affirm")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("backend_down", "query_outage")


@pytest.mark.parametrize(
    "behaviour", ["reset", "half", (503, {}), (409, {"error": {"code": "key_taken", "reason": ""}})]
)
async def test_that_a_fault_that_cannot_be_written_is_a_persons_with_what_is_known(
    world: World, quiet: Quiet, behaviour: Behaviour
) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整个小区没电，13800001234", "report_outage", ("address", quiet.name))
    async with facing(world, talk, behaviour):
        assert await talk.says("对", "affirm") == WORDS.text("utter_fault_down", "web")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.intent) == ("backend_down", "report_outage")
    assert (ticket.facts["address"], ticket.facts["phone_number"]) == (quiet.full, "13800001234")
    assert talk.loop is None


@pytest.mark.parametrize("behaviour", ["reset", "silent", "half"])
async def test_that_danger_is_a_persons_even_if_no_order_can_be_written(
    world: World, behaviour: Behaviour
) -> None:
    async with facing(world, world.talk(), behaviour) as talk:
        assert WORDS.text("utter_emergency", "web") in await talk.says("变压器着火了", "report_emergency")
    [ticket] = await world.tickets(talk)
    assert (ticket.reason, ticket.priority) == ("emergency", "urgent")
    assert "order_number" not in ticket.facts


async def test_that_a_silent_utility_is_given_up_in_time(world: World) -> None:
    async with facing(world, world.talk(), "silent") as talk:
        assert await talk.says("花木营业厅开门吗", "query_hall", ("business_hall", "花木营业厅")) == DOWN


async def test_that_a_failed_comparison_for_technical_reasons_counts_against_nobody(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    await talk.says("3100000000018", "inform", ("account_number", "3100000000018"))
    async with facing(world, talk, "reset"):
        for _ in range(4):
            talk.loop = talk.loop or "account_form"
            talk.slots["requested_slot"] = "second_item"
            assert await talk.says("1111", "inform") == DOWN
            assert talk.loop is None
    await talk.says("查电费", "query_bill")
    assert "目前欠费128.50元" in await talk.says("6789", "inform")


async def test_that_a_lie_about_the_bill_is_not_passed_on(world: World) -> None:
    talk = world.talk()
    await talk.says("查3100000000018电费，手机尾号6789", "query_bill", ("account_number", "3100000000018"))
    bill = {
        "account_number": "3100000000018", "month": "2026-10", "period_from": "2026-10-01", "period_to": "2026-10-31",
        "kwh": "300", "amount": "1.00", "lines": [{"kind": "tier1", "kwh": "200", "price": "0.6", "amount": "120"}],
        "province": "上海市", "issued_on": "2026-11-01", "due_on": "2026-11-25", "status": "unpaid",
    }  # fmt: skip
    async with facing(world, talk, {"bills": [bill]}):
        said = await talk.says("电费多少", "query_bill")
    assert "1.00" not in said
    assert said == DOWN


async def test_that_half_of_the_answer_is_told_with_the_other_half_admitted(world: World) -> None:
    talk = world.talk()
    await talk.says("查3100000000018电费，手机尾号6789", "query_bill", ("account_number", "3100000000018"))
    balance = {
        "account_number": "3100000000018", "province": "上海市", "balance": "-128.50", "credit": "0.00",
        "arrears": "128.50", "supply": "connected", "prepaid": False, "as_of": "2026-11-22T10:00:00+08:00",
    }  # fmt: skip
    async with facing(world, talk, balance):
        said = await talk.says("电费多少", "query_bill")
    assert WORDS.text("utter_bill_unavailable", "web") in said
    assert "目前欠费128.50元" in said


async def test_that_a_credit_which_covers_the_bills_is_said_to_do_so(world: World) -> None:
    talk = world.talk()
    await talk.says("查3100000000018电费，手机尾号6789", "query_bill", ("account_number", "3100000000018"))
    balance = {
        "account_number": "3100000000018", "province": "上海市", "balance": "14.90", "credit": "200.00",
        "arrears": "185.10", "supply": "connected", "prepaid": False, "as_of": "2026-11-22T10:00:00+08:00",
    }  # fmt: skip
    async with facing(world, talk, balance):
        said = await talk.says("余额多少", "query_balance")
    told = {"credit": "200.00", "arrears": "185.10", "amount": "14.90"}
    assert WORDS.text("utter_balance_left_after_arrears", "web", **told) in said
    assert "欠费" not in said


async def test_that_a_dead_record_is_admitted_before_anything_of_an_account_is_told(world: World) -> None:
    settings = servers.settings_of(backends_url=world.reference, inner_url="http://127.0.0.1:9")
    talk = world.talk()
    async with serving(create_app(settings)) as url, client(url) as http:
        talk.http = http
        assert await talk.says("查电费", "query_bill") == DOWN
