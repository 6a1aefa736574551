"""Who gets in at the gateway's door, and what is refused."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import func, select

from conversations.models import Conversation
from tests.connectors.ivr.conftest import TOKEN, Line
from tests.simulators.voice_gateway import GatewayError, VoiceGateway

ADDRESSES = [
    ("GET", "/ivr/bot"),
    ("POST", "/ivr/bot"),
    ("POST", "/ivr/bot/conversation/c1/activities"),
    ("POST", "/ivr/bot/conversation/c1/refresh"),
    ("POST", "/ivr/bot/conversation/c1/disconnect"),
]


@pytest.fixture
async def client(line: Line):  # type: ignore[no-untyped-def]
    async with httpx.AsyncClient(base_url=line.url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer"])
async def test_that_every_address_asks_for_the_token(
    client: httpx.AsyncClient, method: str, address: str, header: str | None
) -> None:
    headers = {"Authorization": header} if header else {}
    # Not even JSON: the token comes before the body.
    answer = await client.request(
        method, address, headers=headers, content=b"{" if method == "POST" else None
    )

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


async def test_that_a_gateway_with_a_wrong_token_stores_nothing(line: Line) -> None:
    async with VoiceGateway(line.url, "wrong") as stranger:
        with pytest.raises(GatewayError) as refused:
            await stranger.create()
    assert refused.value.status == 401
    async with line.live.house.db.work() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1


async def test_that_an_unknown_call_is_404_in_the_house_shape(line: Line) -> None:
    async with VoiceGateway(line.url, TOKEN) as other:
        for use in (other.start, other.refresh, other.hangup):
            with pytest.raises(GatewayError, match="unknown_call") as refused:
                await use()
            assert refused.value.status == 404


async def test_that_an_odd_call_id_is_quoted_in_its_addresses(line: Line) -> None:
    async with VoiceGateway(line.url, TOKEN, call_id="a/b?c=1#d%20 ".strip()) as odd:
        answer = await odd.create()
        assert answer["activitiesURL"] == "/ivr/bot/conversation/a%2Fb%3Fc%3D1%23d%2520/activities"
        assert (await odd.start())[0]["type"] == "message"


@pytest.mark.parametrize("call_id", ["", " ", "a b", "a" * 129, "..", "电话", "a\u0000", None, 7])
async def test_that_a_bad_call_id_is_refused(client: httpx.AsyncClient, call_id: object) -> None:
    answer = await client.post(
        "/ivr/bot", json={"conversation": call_id}, headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_input"


async def test_that_a_body_that_names_another_call_is_refused(line: Line, client: httpx.AsyncClient) -> None:
    answer = await client.post(
        f"/ivr/bot/conversation/{line.gateway.call_id}/activities",
        json={"conversation": "another", "activities": []}, headers={"Authorization": f"Bearer {TOKEN}"},
    )  # fmt: skip
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"activities": [{"type": 1}]}', 400),
        (b'{"activities": [' + b",".join([b'{"type":"message"}'] * 21) + b"]}", 400),
        (b'{"activities": [{"type": "message", "text": "' + b"x" * 300_000 + b'"}]}', 413),
    ],
)
async def test_that_malformed_and_oversized_bodies_are_refused(
    line: Line, client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await client.post(
        f"/ivr/bot/conversation/{line.gateway.call_id}/activities", content=body,
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == status
    assert answer.json()["error"]["reason"]


async def test_that_what_we_do_not_know_is_no_failure(line: Line) -> None:
    assert await line.gateway.event("speechHypothesis", value={"text": "喂"}) == []
    assert await line.gateway.send({"type": "typing"}) == []
