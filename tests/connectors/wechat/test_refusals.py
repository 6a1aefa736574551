"""Bad input: refused with the right status, nothing stored, one line in the log without personal data."""

from __future__ import annotations

import secrets

import httpx
import pytest
from structlog.testing import capture_logs

from kit import clock
from tests.connectors.wechat.conftest import PLAIN, SECURE, Town
from tests.simulators.wechat import SimAccount, wire

TEXT = "户号3100000000018的电费"


async def refused(town: Town, status: int, request: httpx.Request) -> None:
    """Nothing but the status and one line comes of this request."""
    async with httpx.AsyncClient() as client:
        with capture_logs() as logs:
            response = await client.send(request)
    assert response.status_code == status
    assert len(response.text) < 40
    assert await town.rows() == 0
    lines = [line for line in logs if line["log_level"] != "info"]
    assert [line["event"] for line in lines] == ["wechat_refused"]
    assert "3100000000018" not in str(lines)
    assert town.resident not in str(lines)
    assert town.bot.turns == []


@pytest.mark.parametrize(
    ("trick", "status"),
    [
        ("wrong_signature", 403), ("stale_timestamp", 403), ("wrong_appid", 403), ("plain", 403),
        ("malformed", 400), ("dtd", 400), ("truncated", 400), ("oversized", 400),
    ],
)  # fmt: skip
async def test_that_a_spoiled_push_is_refused(town: Town, trick: str, status: int) -> None:
    await town.misbehave(trick)
    with capture_logs() as logs:
        [delivery] = (await town.say(TEXT))["deliveries"]
    assert (delivery["outcome"], delivery["status"]) == ("refused", status)
    assert await town.rows() == 0
    lines = [line for line in logs if line["log_level"] != "info"]
    assert [line["event"] for line in lines] == ["wechat_refused"]
    assert "3100000000018" not in str(lines)
    assert town.resident not in str(lines)
    assert town.shown() == []
    assert town.platform.lines(SECURE.appid, town.resident)[-1]["text"] == town.platform.words["notice"]


def push(town: Town, account: SimAccount, *, body: str | None = None, **query: str) -> httpx.Request:
    """A plain push, signed unless the query says otherwise."""
    stamp, nonce = query.pop("timestamp", str(clock.timestamp())), str(secrets.randbelow(10**9))
    known = {"timestamp": stamp, "nonce": nonce, "signature": wire.sign(account.token, stamp, nonce)}
    body = body or wire.xml(
        {
            "ToUserName": "gh_x", "FromUserName": town.resident, "CreateTime": 1, "MsgType": "text", "Content": TEXT
        }
    )  # fmt: skip
    return httpx.Request(
        "POST", f"{town.hotline_url}/wechat/{account.appid}", params=known | query, content=body.encode()
    )


async def test_that_an_unknown_account_is_refused(town: Town) -> None:
    nobody = SimAccount(appid="wxnobody", secret="s", token="AAAAA", aes_key="A" * 43, mode="plain")
    await refused(town, 403, push(town, nobody))


@pytest.mark.parametrize(
    "query",
    [
        {"signature": "0" * 40}, {"signature": ""}, {"nonce": "other"}, {"timestamp": ""}, {"timestamp": "soon"},
        {"timestamp": "１７０００００００"}, {"timestamp": "9" * 30}, {"encrypt_type": "aes"}, {"msg_signature": "x"},
    ],
)  # fmt: skip
async def test_that_a_plain_push_with_a_wrong_query_is_refused(town: Town, query: dict[str, str]) -> None:
    request = push(town, PLAIN, **query)
    status = 400 if {"encrypt_type", "msg_signature"} & query.keys() else 403
    await refused(town, status, request)


@pytest.mark.parametrize("offset", [-301, 302])
async def test_that_a_timestamp_beyond_five_minutes_is_refused(town: Town, offset: int) -> None:
    await refused(town, 403, push(town, PLAIN, timestamp=str(clock.timestamp() + offset)))


async def test_that_a_push_without_a_sender_is_refused(town: Town) -> None:
    await refused(town, 400, push(town, PLAIN, body="<xml><MsgType>text</MsgType></xml>"))


async def test_that_a_body_over_the_limit_is_not_read_to_its_end(town: Town) -> None:
    await refused(town, 400, push(town, PLAIN, body="<xml>" + "x" * 2_000_000))


async def test_that_a_signed_question_is_verified_and_an_unsigned_one_is_not(town: Town) -> None:
    answer = await town.phone.post("/_sim/verify")
    assert answer.json() == {"status": 200, "verified": True}
    url = f"{town.hotline_url}/wechat/{SECURE.appid}"
    stamp = str(clock.timestamp())
    query = {"timestamp": stamp, "nonce": "1", "echostr": "reflected", "signature": "0" * 40}
    await refused(town, 403, httpx.Request("GET", url, params=query))
    old = str(clock.timestamp() - 400)
    stale = query | {"timestamp": old, "signature": wire.sign(SECURE.token, old, "1")}
    await refused(town, 403, httpx.Request("GET", url, params=stale))


async def test_that_what_cannot_be_stored_is_delivered_again(town: Town) -> None:
    async with town.house.db.engine.begin() as connection:
        await connection.exec_driver_sql("alter table turn rename to turn_away")
    went = await town.say("停电了")
    assert [d["status"] for d in went["deliveries"]] == [500, 500, 500]
    assert {d["outcome"] for d in went["deliveries"]} == {"no_answer"}
    async with town.house.db.engine.begin() as connection:
        await connection.exec_driver_sql("alter table turn_away rename to turn")
    again = await town.say("停电了", message_id=int(went["message_id"]))
    assert again["deliveries"][-1]["outcome"] == "answer"
