"""Work orders through the client: real HTTP, a real database."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from collections.abc import Callable
from datetime import timedelta

import httpx
import psycopg
import pytest

from backends.client import BackendRefused
from backends.contracts import OrderRequest
from backends.orders import Orders
from backends.outages import Outages
from backends.reference import seed
from backends.reference.database import migrate
from kit import clock
from tests.backends.conftest import TOKEN

WANG = "3100000000018"


def fresh() -> str:
    return secrets.token_hex(8)


def asked(**more: object) -> OrderRequest:
    given = {
        "kind": "fault",
        "subject": "report_outage",
        "text": "家里没电了",
        "conversation": fresh(),
    } | more
    return OrderRequest.model_validate(given)


def refused(status: int, code: str) -> pytest.RaisesExc[BackendRefused]:
    return pytest.RaisesExc(BackendRefused, check=lambda error: (error.status, error.code) == (status, code))


async def test_that_an_order_needs_neither_account_nor_phone_nor_place(orders: Orders) -> None:
    order = await orders.create(asked(), key=fresh())
    assert order.created
    assert re.fullmatch(r"\d{14}", order.number)
    assert order.number.startswith(f"{clock.now():%Y%m%d}")
    assert (order.state, order.urges, [event.state for event in order.events]) == (
        "received",
        0,
        ["received"],
    )
    assert order.contact_by == order.created_at + timedelta(minutes=90)  # Shanghai, the longer promise
    assert order.answer_by is None


async def test_that_the_clock_is_the_places(orders: Orders, outages: Outages) -> None:
    [place] = (await outages.place("苍梧绿园")).places
    order = await orders.create(asked(place_id=place.place_id, marks={"elderly", "supervised"}), key=fresh())
    assert order.place == place
    assert order.marks == {"elderly", "supervised"}
    assert order.contact_by == order.created_at + timedelta(minutes=45)


async def test_that_one_key_makes_one_order_even_at_once(orders: Orders, reference_database: str) -> None:
    request, key = asked(marks={"elderly", "supervised", "closed_estate"}), fresh()
    made = await asyncio.gather(*(orders.create(request, key=key) for _ in range(8)))
    assert len({order.number for order in made}) == 1
    assert [order.created for order in made].count(True) == 1
    with psycopg.connect(reference_database) as connection:
        query = "select count(*) from reference.work_order_event where number = %s"
        assert connection.execute(query, [made[0].number]).fetchone() == (1,)
    with refused(409, "key_taken"):
        await orders.create(request.model_copy(update={"text": "不是这件事"}), key=key)


async def test_that_numbers_do_not_run_in_sequence(orders: Orders) -> None:
    numbers = [int((await orders.create(asked(), key=fresh())).number) for _ in range(4)]
    assert {b - a for a, b in itertools.pairwise(numbers)} != {1}


async def test_that_an_order_is_told_after_proof_only(orders: Orders) -> None:
    request = asked(contact_phone="13800001234")
    number = (await orders.create(request, key=fresh())).number
    assert (await orders.find(number, conversation=request.conversation)).number == number
    assert (await orders.find(number, phone_last4="1234")).number == number
    for proof in ({}, {"conversation": fresh()}, {"phone_last4": "1235"}, {"phone_last4": ""}):
        with refused(403, "not_proved"):
            await orders.find(number, **proof)


async def test_that_without_phone_and_conversation_nothing_proves(orders: Orders) -> None:
    number = (await orders.create(asked(conversation=""), key=fresh())).number
    with refused(403, "not_proved"):
        await orders.find(number)


@pytest.mark.parametrize("number", ["20200101000000", "1", "%", "x" * 30])
async def test_that_an_unknown_number_is_refused(orders: Orders, number: str) -> None:
    with refused(404, "unknown_order"):
        await orders.find(number, conversation=fresh())


async def test_that_open_orders_are_found_by_place_account_and_conversation(
    orders: Orders, outages: Outages
) -> None:
    [place] = (await outages.place("锦绣苑")).places
    request = asked(place_id=place.place_id, account_number=WANG)
    first = await orders.create(request, key=fresh())
    second = await orders.create(request.model_copy(update={"kind": "hazard"}), key=fresh())
    found = [order.number for order in await orders.open(place_id=place.place_id)]
    assert found == [second.number, first.number]
    assert [o.number for o in await orders.open(place_id=place.place_id, kind="fault")] == [first.number]
    assert {first.number, second.number} <= {o.number for o in await orders.open(account_number=WANG)}
    assert len(await orders.open(conversation=request.conversation)) == 2
    await orders.withdraw(first.number, key=fresh(), conversation=request.conversation)
    assert [o.number for o in await orders.open(place_id=place.place_id)] == [second.number]
    with refused(400, "bad_input"):
        await orders.open(kind="fault")


async def urged_at(database: str, number: str, minutes_ago: int) -> None:
    """Move the urgings of an order into the past."""
    with psycopg.connect(database) as connection:
        connection.execute(
            "update reference.work_order_event set at = at - make_interval(mins => %s) where number = %s and act = 'urged'",
            [minutes_ago, number],
        )


async def test_that_an_order_is_urged_five_minutes_apart_and_twice_at_most(
    orders: Orders, reference_database: str
) -> None:
    request = asked(kind="meter", subject="apply_meter_test")
    order, mine = await orders.create(request, key=fresh()), request.conversation
    key = fresh()
    for _ in range(2):  # the same key urges once
        assert (await orders.urge(order.number, key=key, conversation=mine, text="快一点")).urges == 1
    with refused(409, "too_soon"):
        await orders.urge(order.number, key=fresh(), conversation=mine)
    await urged_at(reference_database, order.number, 5)
    again = await orders.urge(order.number, key=fresh(), conversation=mine)
    assert (again.urges, [event.text for event in again.events]) == (2, ["", "快一点", ""])
    await urged_at(reference_database, order.number, 5)
    with refused(409, "too_often"):
        await orders.urge(order.number, key=fresh(), conversation=mine)


async def test_that_a_fault_may_be_urged_more_often(orders: Orders, reference_database: str) -> None:
    request = asked(contact_phone="13800001234")
    order = await orders.create(request, key=fresh())
    for count in (1, 2, 3):
        assert (await orders.urge(order.number, key=fresh(), phone_last4="1234")).urges == count
        await urged_at(reference_database, order.number, 5)


async def test_that_urging_at_once_counts_once(orders: Orders) -> None:
    request = asked()
    order = await orders.create(request, key=fresh())
    done = await asyncio.gather(
        *(orders.urge(order.number, key=fresh(), conversation=request.conversation) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, BackendRefused) and one.code == "too_soon" for one in done) == 4
    assert (await orders.find(order.number, conversation=request.conversation)).urges == 1


async def test_that_a_withdrawn_order_is_over(orders: Orders) -> None:
    request, key = asked(contact_phone="13800001234"), fresh()
    order, mine = await orders.create(request, key=fresh()), request.conversation
    with refused(403, "not_proved"):
        await orders.withdraw(order.number, key=fresh(), conversation=fresh())
    for _ in range(2):
        assert (await orders.withdraw(order.number, key=key, conversation=mine)).state == "withdrawn"
    with refused(409, "closed"):
        await orders.urge(order.number, key=fresh(), conversation=mine)
    with refused(409, "closed"):
        await orders.withdraw(order.number, key=fresh(), conversation=mine)
    with refused(409, "key_taken"):
        await orders.urge(order.number, key=key, conversation=mine)


@pytest.mark.parametrize(
    "change",
    [{"kind": "magic"}, {"text": "很" * 2001}, {"contact_phone": "138"}, {"account_number": "12"}, {"marks": ["loud"]}, {"subject": ""}],
)  # fmt: skip
async def test_that_what_is_no_order_is_refused(reference: str, change: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": fresh()}
    body = asked().model_dump(mode="json")
    async with httpx.AsyncClient(base_url=reference, headers=headers, trust_env=False) as http:
        assert (await http.post("/v1/orders", json=body)).status_code == 200
        answer = await http.post("/v1/orders", json=body | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")


@pytest.mark.parametrize("key", [None, "short", "x" * 201])
async def test_that_an_order_without_a_key_is_refused(reference: str, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Idempotency-Key": key} if key else {})
    async with httpx.AsyncClient(base_url=reference, headers=headers, trust_env=False) as http:
        answer = await http.post("/v1/orders", json=asked().model_dump(mode="json"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")


async def test_that_demonstrations_have_orders_already(orders: Orders) -> None:
    kinds = {
        order.kind for order in await orders.open(account_number=WANG) if order.subject == "apply_meter_test"
    }
    assert kinds == {"meter"}
    [order] = [o for o in await orders.open(account_number="3200456789") if o.subject == "suggest"]
    found = await orders.find(order.number, phone_last4="1234")
    assert [event.state for event in found.events] == ["received", "dispatched"]


def test_that_a_renewed_town_keeps_its_orders(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    migrate(url)
    moment = clock.now()
    assert seed.seed(url, moment) == "town"

    def kept() -> list[tuple[object, ...]]:
        with psycopg.connect(url) as connection:
            orders = "select number, key, created_at, state from reference.work_order order by number"
            events = "select number, at, state from reference.work_order_event order by event_id"
            return [*connection.execute(orders).fetchall(), *connection.execute(events).fetchall()]

    before = kept()
    assert len(before) > 3
    assert seed.seed(url, moment + timedelta(days=1)) == "town"
    monkeypatch.setattr(seed, "digest", lambda: "another generator")
    assert seed.seed(url, moment + timedelta(days=1)) == "town"
    assert kept() == before
