"""The inner door: permits, verification, pictures, for who shows the inner token and carries the present epoch."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select

from conversations import endpoints
from conversations.models import Permit, VerificationAttempt
from kit.errors import install_error_handlers
from tests.conversations.conftest import House
from tests.pictures import png

TOKEN = "the-inner-token"
ACCOUNT = "3100000000018"


def application(house: House) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(endpoints.router(house.conversations, SecretStr(TOKEN)))
    return app


@pytest.fixture
async def door(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(house)),
        base_url="http://inner",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:
        yield client


@pytest.fixture
async def conversation(house: House) -> uuid.UUID:
    return uuid.UUID(str((await house.write("查电费")).conversation_id))


def permit(conversation: uuid.UUID, **changed: Any) -> dict[str, Any]:
    return {"conversation": str(conversation), "epoch": 0, "key": "order-1"} | changed


def attempt(**changed: Any) -> dict[str, Any]:
    return {"account_number": ACCOUNT, "key": uuid.uuid4().hex, "matched": False} | changed


CALLS = [
    ("POST", "/inner/permits"),
    ("GET", "/inner/verifications/{id}"),
    ("POST", "/inner/verifications/{id}"),
    ("DELETE", "/inner/verifications/{id}"),
    ("GET", "/inner/bindings/{id}"),
    ("POST", "/inner/bindings/{id}"),
    ("POST", "/inner/bindings/{id}/use"),
    ("DELETE", "/inner/bindings/{id}"),
    ("POST", "/inner/pictures"),
]


@pytest.mark.parametrize("token", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}"])
@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_that_every_call_without_the_inner_token_is_401(
    house: House, conversation: uuid.UUID, method: str, path: str, token: str | None
) -> None:
    headers = {"Authorization": token} if token else {}
    transport = httpx.ASGITransport(application(house))
    async with httpx.AsyncClient(transport=transport, base_url="http://inner") as stranger:
        answer = await stranger.request(method, path.format(id=conversation), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


async def test_that_no_call_of_the_inner_door_was_forgotten_above(house: House) -> None:
    offered = {
        (method.upper(), path.replace("conversation_id", "id"))
        for path, methods in application(house).openapi()["paths"].items()
        for method in methods
    }
    assert offered == set(CALLS)


async def test_that_a_permit_is_granted_and_granted_again(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    for _ in range(2):
        assert (await door.post("/inner/permits", json=permit(conversation))).status_code == 204
    assert await house.rows(select(func.count()).select_from(Permit)) == [1]


async def test_that_a_stale_epoch_is_409_and_leaves_no_permit(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    await house.give_to("queue", conversation)
    for epoch in (0, 1):  # the old one, and the present one while a person owns the conversation
        answer = await door.post("/inner/permits", json=permit(conversation, epoch=epoch))
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "stale_epoch"
    assert await house.rows(select(func.count()).select_from(Permit)) == [0]


async def test_that_a_permit_granted_before_is_refused_after_the_epoch_moved(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    assert (await door.post("/inner/permits", json=permit(conversation))).status_code == 204
    await house.give_to("queue", conversation)
    assert (await door.post("/inner/permits", json=permit(conversation))).status_code == 409


async def test_that_a_permits_key_of_another_conversation_is_409(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    other = (await house.write("查电费", resident="o2")).conversation_id
    assert (await door.post("/inner/permits", json=permit(conversation))).status_code == 204
    answer = await door.post("/inner/permits", json=permit(other))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_taken")


async def test_that_an_unknown_conversation_is_404(door: httpx.AsyncClient) -> None:
    nobody = uuid.uuid4()
    answers = [
        await door.post("/inner/permits", json=permit(nobody)),
        await door.get(f"/inner/verifications/{nobody}"),
        await door.post(f"/inner/verifications/{nobody}", json=attempt()),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert {answer.json()["error"]["code"] for answer in answers} == {"not_found"}


BAD_NUMBERS = [
    "３２００４５６７８９",
    "",
    "123",
    "31000000000189",
    "31000000000A8",
    "3100000000018\n",
    " 3100000000018",
    "310000000001",
]


@pytest.mark.parametrize("number", BAD_NUMBERS)
async def test_that_a_bad_account_number_is_400_and_not_quoted(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID, number: str
) -> None:
    path = f"/inner/verifications/{conversation}"
    for answer in (
        await door.post(path, json=attempt(account_number=number, matched=True)),
        await door.get(path, params={"account_number": number}),
    ):
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "bad_input"
        assert "account_number" in answer.text
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        permit(uuid.uuid4(), key=""),
        permit(uuid.uuid4(), key="k" * 201),
        permit(uuid.uuid4()) | {"epoch": "x"},
    ],
)
async def test_that_a_bad_permit_request_is_400(door: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await door.post("/inner/permits", json=body)).status_code == 400


async def test_that_no_conversation_id_is_400(door: httpx.AsyncClient) -> None:
    assert (await door.get("/inner/verifications/mine")).status_code == 400


async def test_that_a_match_is_told_until_it_is_cancelled(
    door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    path = f"/inner/verifications/{conversation}"
    nothing, verified = {"account_number": None, "locked": None}, {"account_number": ACCOUNT, "locked": None}
    assert (await door.get(path)).json() == nothing
    assert (await door.post(path, json=attempt(matched=True))).json() == verified
    assert (await door.get(path)).json() == verified
    assert (await door.get(path, params={"account_number": ACCOUNT})).json() == verified
    assert (await door.delete(path)).status_code == 204
    assert (await door.get(path)).json() == nothing
    assert (await door.delete(path)).status_code == 204


async def test_that_the_third_failure_locks_and_a_locked_attempt_matches_nothing(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    path = f"/inner/verifications/{conversation}"
    told = [(await door.post(path, json=attempt())).json()["locked"] for _ in range(3)]
    assert told == [None, None, "resident"]
    late = await door.post(path, json=attempt(matched=True))
    assert late.json() == {"account_number": None, "locked": "resident"}
    assert (await door.get(path, params={"account_number": ACCOUNT})).json()["locked"] == "resident"
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [3]


async def test_that_a_locked_account_is_locked_for_everybody(house: House, door: httpx.AsyncClient) -> None:
    people = [(await house.write("查电费", resident=f"o{n}")).conversation_id for n in range(4)]
    for person in people[:3]:
        await door.post(f"/inner/verifications/{person}", json=attempt())
    late = await door.post(f"/inner/verifications/{people[3]}", json=attempt(matched=True))
    assert late.json() == {"account_number": None, "locked": "account"}


async def test_that_a_replayed_attempt_counts_once_and_gives_the_same_answer(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    path, body = f"/inner/verifications/{conversation}", attempt(matched=True)
    answers = [(await door.post(path, json=body)).json() for _ in range(3)]
    assert answers == [{"account_number": ACCOUNT, "locked": None}] * 3
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [1]


async def test_that_attempts_of_one_conversation_at_once_lock_after_three(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    path = f"/inner/verifications/{conversation}"
    await asyncio.gather(*(door.post(path, json=attempt()) for _ in range(8)))
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [3]


async def test_that_attempts_of_many_conversations_at_once_lock_the_account_after_three(
    house: House, door: httpx.AsyncClient
) -> None:
    people = [(await house.write("查电费", resident=f"o{n}")).conversation_id for n in range(8)]
    await asyncio.gather(*(door.post(f"/inner/verifications/{p}", json=attempt()) for p in people))
    assert await house.rows(select(func.count()).select_from(VerificationAttempt)) == [3]


async def test_that_a_picture_is_kept_and_named(
    house: House, door: httpx.AsyncClient, conversation: uuid.UUID
) -> None:
    form = {"conversation": str(conversation), "alt": "用电量"}
    answer = await door.post("/inner/pictures", data=form, files={"png": ("picture.png", png())})
    assert answer.status_code == 201
    kept = uuid.UUID(answer.json()["picture"])
    assert await house.conversations.pictures.get(kept, conversation_id=conversation) == png()


@pytest.mark.parametrize(
    ("form", "data", "status"),
    [
        ({}, b"no picture", 400),
        ({}, png(500, 420), 413),
        ({"alt": ""}, png(), 400),
        ({"conversation": "x"}, png(), 400),
        ({"conversation": str(uuid.UUID(int=0))}, png(), 404),
    ],
)
async def test_that_a_picture_in_error_is_refused(
    door: httpx.AsyncClient, conversation: uuid.UUID, form: dict[str, str], data: bytes, status: int
) -> None:
    sent = {"conversation": str(conversation), "alt": "用电量"} | form
    answer = await door.post("/inner/pictures", data=sent, files={"png": ("picture.png", data)})
    assert answer.status_code == status, answer.text
