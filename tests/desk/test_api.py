"""The JSON API and the inner door over real HTTP: who may pass, and what they get."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from desk.agents import TRIES_PER_NAME, create_agent
from desk.endpoints import ROUTES
from kit.errors import BadInput, Conflict
from tests.desk.conftest import INNER_TOKEN, PASSWORD, Browser, World


@pytest.fixture
def http(address: str) -> httpx.AsyncClient:
    """A client without a login."""
    return httpx.AsyncClient(base_url=address, timeout=10)


async def log_in(
    http: httpx.AsyncClient, username: str = "agent1", password: str = PASSWORD
) -> httpx.Response:
    return await http.post("/api/login", json={"username": username, "password": password})


async def bearer(http: httpx.AsyncClient, username: str = "agent1") -> dict[str, str]:
    token = (await log_in(http, username)).json()["token"]
    http.cookies.clear()
    return {"Authorization": f"Bearer {token}"}


class TestLogin:
    async def test_that_a_login_gives_a_token_and_a_closed_cookie(self, http: httpx.AsyncClient) -> None:
        async with http:
            response = await log_in(http)
            assert response.status_code == 200
            cookie = response.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            assert (await http.get("/api/me")).json()["username"] == "agent1"

    async def test_that_a_wrong_password_and_an_unknown_name_look_alike(
        self, http: httpx.AsyncClient
    ) -> None:
        async with http:
            answers: list[httpx.Response] = []
            quickest = {}
            await log_in(http, "warm-up", "wrong")  # makes the hash that unknown names are compared with
            for known in (True, False):
                spent = []
                for attempt in range(3):
                    began = time.monotonic()
                    answers.append(await log_in(http, "agent1" if known else f"nobody{attempt}", "wrong"))
                    spent.append(time.monotonic() - began)
                quickest[known] = min(spent)
            assert {answer.status_code for answer in answers} == {401}
            assert answers[0].json() == answers[-1].json()
            # Both compute a hash; without it an unknown name would be answered many times faster.
            assert quickest[False] > quickest[True] / 4

    async def test_that_tries_are_limited_per_name_and_a_right_password_clears_the_count(
        self, http: httpx.AsyncClient
    ) -> None:
        async with http:
            for _ in range(TRIES_PER_NAME - 1):
                assert (await log_in(http, password="wrong")).status_code == 401
            assert (await log_in(http)).status_code == 200
            for _ in range(TRIES_PER_NAME):
                assert (await log_in(http, password="wrong")).status_code == 401
            refused = await log_in(http)
            assert (refused.status_code, refused.json()["error"]["code"]) == (
                429,
                "too_many_logins",
            )
            assert (await log_in(http, "agent2")).status_code == 200

    async def test_that_a_login_form_of_another_site_is_refused(self, http: httpx.AsyncClient) -> None:
        async with http:
            body = {"username": "agent1", "password": PASSWORD}
            response = await http.post("/api/login", json=body, headers={"Origin": "https://evil.example"})
            assert response.json()["error"]["code"] == "wrong_origin"

    async def test_that_after_logout_the_token_is_worth_nothing(self, http: httpx.AsyncClient) -> None:
        async with http:
            headers = await bearer(http)
            assert (await http.post("/api/logout", headers=headers)).status_code == 204
            assert (await http.get("/api/me", headers=headers)).status_code == 401

    async def test_that_agents_need_a_role_a_name_of_their_own_and_a_password(self, world: World) -> None:
        async with world.db.work() as session:
            for wrong in ({"role": "king"}, {"password": "short"}, {"username": ""}):
                given: dict[str, Any] = {
                    "username": "x",
                    "display_name": "X",
                    "role": "agent",
                    "password": PASSWORD,
                }
                with pytest.raises(BadInput):
                    await create_agent(session, **(given | wrong))
            with pytest.raises(Conflict):
                await create_agent(
                    session, username="agent1", display_name="X", role="agent", password=PASSWORD
                )


async def test_that_no_door_but_the_login_opens_without_one(http: httpx.AsyncClient) -> None:
    async with http:
        for route in ROUTES:
            if route.handler == "log_in":
                continue
            path = "/api" + route.path.replace("{number}", "20260813000001")
            response = await http.request(route.method, path, headers={"Authorization": "Bearer wrong"})
            assert (response.status_code, response.json()["error"]["code"]) == (401, "login_needed"), path


@pytest.mark.parametrize("csrf", ["", "wrong"])
async def test_that_a_post_with_the_cookie_needs_the_csrf_token(
    world: World, browsers: Sequence[Browser], csrf: str
) -> None:
    number = await world.waiting()
    headers = {"X-CSRF-Token": csrf} if csrf else {}
    for door in ("/api", "/desk"):
        response = await browsers[0].http.post(f"{door}/tickets/{number}/claim", headers=headers)
        assert response.status_code == 403
    assert (await world.ticket(number)).state == "queued"
    assert (await browsers[0].post(f"/api/tickets/{number}/claim")).status_code == 200


async def test_that_the_whole_work_of_an_agent_can_be_done_by_the_api(
    world: World, http: httpx.AsyncClient
) -> None:
    number = await world.waiting(facts={"phone_number": "13800006789", "account_number": "3100000000018"})
    async with http:
        one, two = await bearer(http, "agent1"), await bearer(http, "agent2")
        listed = (await http.get("/api/tickets", headers=one)).json()
        assert [(row["number"], row["state"]) for row in listed] == [(number, "queued")]
        assert "3100000000018" not in str(listed)
        unclaimed = (await http.get(f"/api/tickets/{number}", headers=one)).json()
        assert unclaimed["veiled"]
        assert "13800006789" not in str(unclaimed)

        assert (await http.post("/api/tickets/next", headers=one)).json()["number"] == number
        assert (await http.post("/api/tickets/next", headers=two)).json()["error"]["code"] == "queue_empty"
        taken = await http.post(f"/api/tickets/{number}/claim", headers=two)
        assert (taken.status_code, taken.json()["error"]["code"]) == (409, "ticket_taken")
        assert "王敏" in taken.json()["error"]["reason"]

        beat = {"draft": "您好", "read_seq": 2}
        assert (
            await http.post(f"/api/tickets/{number}/heartbeat", headers=one, json=beat)
        ).status_code == 200
        page = (await http.get(f"/api/tickets/{number}", headers=one)).json()
        assert (page["draft"], page["mine"], page["facts"]["phone_number"]) == (
            "您好",
            True,
            "13800006789",
        )

        reply = {"text": "您好，我是王敏", "client_token": "token-0001"}
        answers = await asyncio.gather(
            *(http.post(f"/api/tickets/{number}/replies", headers=one, json=reply) for _ in range(3))
        )
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["seq"] for answer in answers}) == 1
        refused = await http.post(
            f"/api/tickets/{number}/replies", headers=two, json=reply | {"client_token": "x" * 9}
        )
        assert refused.status_code == 409

        closing = {
            "outcome": "callback_promised", "note": "明早回电",
            "callback": {"phone": "13800006789", "at": "2026-08-14T09:00:00+08:00"},
        }  # fmt: skip
        closed = await http.post(f"/api/tickets/{number}/close", headers=one, json=closing)
        assert closed.json()["outcome"] == "callback_promised"
        page = (await http.get(f"/api/tickets/{number}", headers=one)).json()
        assert page["callback"] == {
            "phone": "13800006789",
            "at": "2026-08-14T09:00+08:00",
        }
        assert [line["author"] for line in page["transcript"]] == ["resident", "system", "agent", "system"]
        assert [event["kind"] for event in page["events"]] == ["opened", "claimed", "replied", "closed"]
        other = (await http.get(f"/api/tickets/{number}", headers=two)).json()
        assert "13800006789" not in str(other)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("close", {"outcome": "withdrawn"}),
        ("close", {"outcome": "callback_promised", "callback": {"phone": "call me", "at": "2026-08-14T09:00:00+08:00"}}),
        ("close", {"outcome": "callback_promised", "callback": {"phone": "13800006789", "at": "2026-08-14T09:00:00"}}),
        ("replies", {"text": "", "client_token": "token-0001"}),
        ("replies", {"text": "您好"}),
        ("heartbeat", {"read_seq": -1}),
    ],
)  # fmt: skip
async def test_that_a_wrong_field_is_named_and_changes_nothing(
    world: World, browsers: Sequence[Browser], path: str, body: dict[str, Any]
) -> None:
    number = await world.claimed("agent1")
    response = await browsers[0].post(f"/api/tickets/{number}/{path}", json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_input")
    assert (await world.ticket(number)).version == 2


async def test_that_an_unknown_ticket_is_not_found_and_a_strange_number_refused(
    browsers: Sequence[Browser],
) -> None:
    assert (await browsers[0].http.get("/api/tickets/20260813000001")).status_code == 404
    assert (await browsers[0].http.get("/api/tickets/1' or '1")).status_code == 400


class TestInnerDoor:
    async def test_that_an_action_opens_a_ticket_once(self, world: World, http: httpx.AsyncClient) -> None:
        conversation, turn = await world.writes("转人工")
        body = {
            "conversation": str(conversation.id), "epoch": conversation.epoch, "key": "wechat:1:handoff",
            "turn": str(turn.id), "reason": "resident_asked", "intent": "request_agent", "urgent": False,
            "say_first": [{"text": "好的", "buttons": [], "data": {}}], "facts": {},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {INNER_TOKEN.get_secret_value()}"}
        async with http:
            answers = [await http.post("/inner/handoff", json=body, headers=headers) for _ in range(2)]
            assert [answer.json()["created"] for answer in answers] == [True, False]
            assert answers[0].json()["number"] == answers[1].json()["number"]
            stale = body | {"key": "wechat:2:handoff", "epoch": 99, "turn": ""}
            number = answers[0].json()["number"]
            async with world.db.work() as session:
                locked = await session.get_one(type(conversation), conversation.id, with_for_update=True)
                await world.desk.withdraw(session, locked)
            refused = await http.post("/inner/handoff", json=stale, headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (
                409,
                "stale_epoch",
            )
            assert (await world.ticket(number)).state == "closed"

    @pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic inner-token"])
    async def test_that_a_wrong_token_is_refused(self, http: httpx.AsyncClient, token: str) -> None:
        async with http:
            response = await http.post("/inner/handoff", json={}, headers={"Authorization": token})
            assert response.status_code == 401
