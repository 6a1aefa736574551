"""Who may read and write a visit."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from connectors.web.endpoints import MESSAGES
from connectors.web.visits import COOKIE, Visits
from conversations.models import Conversation, Message
from kit.errors import MisconfiguredError
from tests.connectors.web.conftest import Site


async def residents(site: Site) -> int:
    async with site.live.house.db.work() as session:
        query = select(func.count()).select_from(Message).filter_by(author="resident")
        return await session.scalar(query) or 0


async def test_that_the_page_is_strict_about_scripts(site: Site) -> None:
    answer = await site.browser().http.get("/chat")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script type" in answer.text
    assert " style=" not in answer.text
    for name, kind in (("chat.js", "javascript"), ("chat.css", "css"), ("bolt.svg", "svg")):
        file = await site.browser().http.get(f"/chat/static/{name}")
        assert kind in file.headers["content-type"]
    assert COOKIE not in answer.cookies


async def test_that_the_cookie_is_the_servers_alone(site: Site) -> None:
    browser = site.browser()
    answer = await browser.http.post("/chat/api/visit", json={})

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie
    async with site.live.house.db.work() as session:
        conversation = (await session.execute(select(Conversation))).scalar_one()
    assert conversation.identity == "web:127.0.0.1"


async def test_that_without_a_visit_nothing_is_read_or_written(site: Site) -> None:
    browser = site.browser()
    for answer in (await browser.write("喂"), await browser.http.get("/chat/api/stream")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_visit")


async def test_that_another_visits_cookie_reads_its_own_only(site: Site) -> None:
    mine, other = site.browser(), site.browser()
    await mine.visit()
    await other.visit()
    await mine.write("我的秘密")
    await mine.read(3)
    await other.write("别的")
    seen = await other.read(3)

    assert not any("秘密" in event["text"] for event in seen)


@pytest.mark.parametrize(
    "forge", ["{visit}", "{visit}.", "{visit}.00", "x{visit}.{mac}", "{mac}", ".{mac}", "电话"]
)
async def test_that_a_forged_cookie_is_no_visit(site: Site, forge: str) -> None:
    browser = site.browser()
    await browser.visit()
    visit, _, mac = browser.http.cookies[COOKIE].rpartition(".")
    browser.http.cookies.clear()
    forged = f"{COOKIE}={forge.format(visit=visit, mac=mac)}".encode()
    for answer in (
        await browser.http.get("/chat/api/stream", headers={b"Cookie": forged}),
        await browser.http.post(
            "/chat/api/messages", json={"text": "喂", "client_id": "1"}, headers={b"Cookie": forged}
        ),
    ):
        assert answer.status_code == 401
    assert await residents(site) == 0


async def test_that_another_key_signs_no_visit_of_ours(site: Site) -> None:
    ours, theirs = (Visits(site.live.house, SecretStr(key * 43), secure=True) for key in "ab")
    assert ours.opened(ours.seal("v")) == "v"
    assert ours.opened(theirs.seal("v")) is None
    with pytest.raises(MisconfiguredError):
        Visits(site.live.house, SecretStr(""), secure=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_that_another_sites_page_is_refused(site: Site, headers: dict[str, str]) -> None:
    browser = site.browser()
    await browser.visit()
    for answer in (
        await browser.write("喂", **headers),
        await browser.http.post("/chat/api/visit", json={}, headers=headers),
        await browser.http.post("/chat/api/end", json={}, headers=headers),
        await browser.http.get("/chat/api/stream", headers=headers),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_origin")
    assert await residents(site) == 0


async def test_that_a_plain_form_is_refused(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    answer = await browser.http.post(
        "/chat/api/messages",
        content='{"text": "喂", "client_id": "1"}',
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == 400
    assert await residents(site) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"text": "", "client_id": "1"},
        {"text": " \n ", "client_id": "1"},
        {"text": "长" * 1001, "client_id": "1"},
        {"text": "喂", "client_id": ""},
        {"text": "喂", "client_id": "a b"},
        {"text": "喂"},
        [],
    ],
)
async def test_that_a_bad_message_is_refused(site: Site, body: object) -> None:
    browser = site.browser()
    await browser.visit()
    assert (await browser.http.post("/chat/api/messages", json=body)).status_code == 400
    assert await residents(site) == 0


async def test_that_a_flood_is_refused_and_nothing_of_it_stored(site: Site) -> None:
    browser = site.browser()
    await browser.visit()
    statuses = [(await browser.write("喂")).status_code for _ in range(MESSAGES + 2)]

    assert statuses == [202] * MESSAGES + [429, 429]
    assert await residents(site) == MESSAGES


async def test_that_a_program_without_a_browser_may_use_the_door(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.url, trust_env=False) as plain:
        assert (await plain.post("/chat/api/visit", json={})).status_code == 200
