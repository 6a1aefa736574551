"""The console's pages over real HTTP, as a browser with htmx asks for them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser

import httpx
import pytest

from conversations import record
from conversations.models import OUTBOX_STATES
from conversations.ports import Said
from desk import models
from desk.console import ROUTES
from desk.labels import Labels
from desk.pages import STATIC
from tests.desk.conftest import PASSWORD, Browser, World


class Seen(HTMLParser):
    """Elements with a `data-testid`, as (id, attributes), and whatever breaks the page's own policy."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str | None]]] = {}
        self.inline: list[str] = []
        self.bare: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if name := given.get("data-testid"):
            self.found.setdefault(name, []).append(given)
        elif tag in ("button", "textarea", "select") or (tag == "input" and given.get("type") != "hidden"):
            self.bare.append(tag)
        if "style" in given or any(name.startswith(("on", "hx-on")) for name in given):
            self.inline.append(tag)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.inline.append(tag)
        for address in (given.get("src"), given.get("href"), given.get("action")):
            if address and "//" in address:
                self.inline.append(address)


async def see(browser: Browser, path: str) -> Seen:
    response = await browser.http.get(path)
    assert response.status_code == 200, response.text
    return Seen(response.text)


class TestDoor:
    async def test_that_a_stranger_is_led_to_the_login_and_back(self, world: World, address: str) -> None:
        number = await world.waiting()
        async with httpx.AsyncClient(base_url=address, follow_redirects=True) as http:
            page = await http.get(f"/desk/tickets/{number}")
            assert page.url.path == "/desk/login"
            form = {"username": "agent1", "password": PASSWORD, "next": page.url.params["next"]}
            page = await http.post("/desk/login", data=form)
            assert page.url.path == f"/desk/tickets/{number}"

    @pytest.mark.parametrize(
        "next", ["https://evil.example/", "//evil.example/desk/", "/desk/\\evil.example"]
    )
    async def test_that_the_login_leads_nowhere_else(self, address: str, next: str) -> None:
        async with httpx.AsyncClient(base_url=address) as http:
            form = {"username": "agent1", "password": PASSWORD, "next": next}
            response = await http.post("/desk/login", data=form)
            assert response.headers["location"] == "/desk/tickets"

    async def test_that_a_wrong_password_is_said_on_the_page(self, address: str) -> None:
        async with httpx.AsyncClient(base_url=address) as http:
            response = await http.post("/desk/login", data={"username": "agent1", "password": "wrong"})
        assert response.status_code == 401
        assert "login-error" in Seen(response.text).found

    async def test_that_a_fragment_without_login_sends_the_browser_to_the_login(self, address: str) -> None:
        async with httpx.AsyncClient(base_url=address) as http:
            response = await http.get("/desk/fragments/tickets", headers={"HX-Request": "true"})
        assert (response.status_code, response.headers["hx-redirect"]) == (401, "/desk/login")

    async def test_that_logout_ends_it(self, browsers: Sequence[Browser]) -> None:
        assert (await browsers[0].post("/desk/logout")).headers["hx-redirect"] == "/desk/login"
        assert (await browsers[0].http.get("/desk/tickets")).status_code == 303

    async def test_that_every_answer_carries_the_strict_policy(self, address: str) -> None:
        async with httpx.AsyncClient(base_url=address) as http:
            for route in ROUTES:
                path = "/desk" + route.path.replace("{number}", "20260813000001")
                response = await http.request(route.method, path)
                policy = response.headers["content-security-policy"]
                assert "default-src 'self'" in policy, path
                assert "unsafe" not in policy, path
                assert response.headers["cache-control"] == "no-store", path


class TestList:
    async def test_that_urgent_tickets_come_first_in_red_and_nobody_is_named(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        normal = await world.waiting(
            resident="a", facts={"account_number": "3100000000018", "person_name": "王建国"}
        )
        urgent = await world.waiting(resident="b", urgent=True, reason="emergency")
        response = await browsers[0].http.get("/desk/tickets")
        page = Seen(response.text)
        rows = page.found["ticket-row"]
        assert [row["data-number"] for row in rows] == [urgent, normal]
        assert (rows[0]["data-priority"], "urgent" in (rows[0]["class"] or "")) == ("urgent", True)
        assert len(page.found["claim"]) == len(page.found["waited"]) == 2
        assert "3100000000018" not in response.text
        assert "王建国" not in response.text
        assert (page.inline, page.bare) == ([], [])

    async def test_that_the_next_in_line_opens(self, world: World, browsers: Sequence[Browser]) -> None:
        assert "empty" in (await see(browsers[0], "/desk/tickets")).found
        number = await world.waiting()
        response = await browsers[0].post("/desk/tickets/next")
        assert response.headers["hx-redirect"] == f"/desk/tickets/{number}"
        response = await browsers[1].post("/desk/tickets/next")
        assert response.status_code == 404
        assert Seen(response.text).found["notice"][0]["data-code"] == "queue_empty"

    @pytest.mark.parametrize("state", ["open", "queued", "active", "closed"])
    async def test_that_every_view_is_a_page_and_a_fragment(
        self, browsers: Sequence[Browser], state: str
    ) -> None:
        await see(browsers[0], f"/desk/tickets?state={state}")
        await see(browsers[0], f"/desk/fragments/tickets?state={state}")

    async def test_that_an_unknown_view_is_an_error_page(self, browsers: Sequence[Browser]) -> None:
        response = await browsers[0].http.get("/desk/tickets?state=all")
        assert response.status_code == 400
        assert "error" in Seen(response.text).found


class TestTicket:
    async def test_that_the_holder_sees_everything_and_others_see_it_veiled(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed(
            "agent1", text="户号3100 0000 0001 8<script>", facts={"phone_number": "13800006789"}
        )
        response = await browsers[0].http.get(f"/desk/tickets/{number}")
        page = Seen(response.text)
        assert "3100 0000 0001 8&lt;script&gt;" in response.text
        assert "13800006789" in response.text
        assert {
            "transcript",
            "composer",
            "reply-text",
            "reply-send",
            "close-form",
            "release",
            "events",
        } <= set(page.found)
        assert (page.inline, page.bare) == ([], [])
        other = await browsers[1].http.get(f"/desk/tickets/{number}")
        assert not re.search(r"3100 ?0000|13800006789", other.text)
        assert "composer" not in Seen(other.text).found

    async def test_that_who_comes_late_reads_who_was_faster(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.waiting()
        first, second = [await browser.post(f"/desk/tickets/{number}/claim") for browser in browsers]
        assert first.headers["hx-redirect"] == f"/desk/tickets/{number}"
        assert second.status_code == 409
        assert second.headers["hx-retarget"] == "#notice"
        assert world.agents["agent1"].display_name in second.text

    async def test_that_a_draft_is_back_after_a_reload(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        beat = await browsers[0].post(
            f"/desk/tickets/{number}/heartbeat", data={"draft": "您好，正在", "read_seq": "2"}
        )
        assert beat.status_code == 204
        assert "您好，正在</textarea>" in (await browsers[0].http.get(f"/desk/tickets/{number}")).text

    async def test_that_an_answer_appears_with_its_delivery_and_an_empty_box_with_a_new_token(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
        token = re.search(r'name="client_token" value="([^"]+)"', page)
        assert token is not None
        form = {"text": "第一行\r\n第二行", "client_token": token[1]}
        fragment = await browsers[0].post(f"/desk/tickets/{number}/replies", data=form)
        assert fragment.headers["hx-trigger-after-settle"] == "replied"
        assert "></textarea>" in fragment.text
        assert token[1] not in fragment.text
        await world.turns.deliver((await world.ticket(number)).conversation_id)
        assert world.wechat.sent[-1] == "第一行\n第二行"
        lines = (await see(browsers[0], f"/desk/tickets/{number}/transcript")).found["line"]
        assert [(line["data-author"], line["data-delivery"]) for line in lines] == [
            ("resident", ""), ("system", "sent"), ("agent", "sent"),
        ]  # fmt: skip

    async def test_that_an_answer_after_losing_the_ticket_is_refused_beside_the_text(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        await browsers[0].post(f"/desk/tickets/{number}/heartbeat", data={"draft": "您好，我查到"})
        await world.lapse(number)
        form = {"text": "您好，我查到了", "client_token": "token-0001"}
        refused = await browsers[0].post(f"/desk/tickets/{number}/replies", data=form)
        assert refused.status_code == 409
        # Only the notice is replaced, so the box keeps what was typed; the server keeps the draft.
        assert (refused.headers["hx-retarget"], refused.headers["hx-reswap"]) == ("#notice", "innerHTML")
        assert Seen(refused.text).found["notice"][0]["data-code"] == "ticket_lost"
        assert (await world.ticket(number)).draft == "您好，我查到"
        assert [m.author for m, _ in await world.said_in(number)] == ["resident", "system"]

    async def test_that_suppressed_words_are_grey_and_say_why(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        async with world.db.work() as session:
            locked = await record.lock_conversation(session, (await world.ticket(number)).conversation_id)
            await record.say(session, locked, Said("本来要说的"), author="bot", suppressed=True)
        response = await browsers[0].http.get(f"/desk/tickets/{number}/transcript")
        line = Seen(response.text).found["line"][-1]
        assert "suppressed" in (line["class"] or "")
        assert Labels()("delivery", "suppressed") in response.text

    async def test_that_a_call_is_read_only_and_closes_with_a_call_back(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed(
            "agent1", channel="ivr", resident="call-1", facts={"caller": "02158880000"}
        )
        page = await see(browsers[0], f"/desk/tickets/{number}")
        assert "read-only" in page.found
        assert "composer" not in page.found
        assert page.found["callback-phone"][0]["value"] == "02158880000"
        form = {"outcome": "callback_promised", "phone": "", "at": "2026-08-14T09:00", "note": "挂断了"}
        refused = await browsers[0].post(f"/desk/tickets/{number}/close", data=form)
        assert Seen(refused.text).found["notice"][0]["data-code"] == "bad_callback"
        closed = await browsers[0].post(
            f"/desk/tickets/{number}/close", data=form | {"phone": "021-58880000"}
        )
        assert closed.headers["hx-redirect"] == f"/desk/tickets/{number}"
        assert (await world.ticket(number)).callback == {
            "phone": "021-58880000",
            "at": "2026-08-14T09:00+08:00",
        }
        page = await see(browsers[0], f"/desk/tickets/{number}")
        assert {"outcome", "callback-kept", "note-kept", "read-only"} <= set(page.found)
        text = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
        assert "机器人继续为居民服务" not in text
        assert "通话已结束" in text

    async def test_that_without_a_promised_call_the_proposed_one_is_not_kept(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        form = {"outcome": "resolved", "phone": "13800006789", "at": "2026-08-14T09:00"}
        await browsers[0].post(f"/desk/tickets/{number}/close", data=form)
        ticket = await world.ticket(number)
        assert (ticket.outcome, ticket.callback) == ("resolved", None)
        assert "机器人继续为居民服务" in (await browsers[0].http.get(f"/desk/tickets/{number}")).text

    async def test_that_a_forgotten_outcome_is_said(self, world: World, browsers: Sequence[Browser]) -> None:
        number = await world.claimed("agent1")
        refused = await browsers[0].post(f"/desk/tickets/{number}/close", data={"note": "?"})
        assert (refused.status_code, (await world.ticket(number)).state) == (400, "active")

    async def test_that_older_talk_is_shown_on_request(
        self, world: World, browsers: Sequence[Browser]
    ) -> None:
        number = await world.claimed("agent1")
        async with world.db.work() as session:
            ticket = await session.get_one(models.Ticket, (await world.ticket(number)).id)
            ticket.first_seq = 2
        assert len((await see(browsers[0], f"/desk/tickets/{number}")).found["line"]) == 1
        assert len((await see(browsers[0], f"/desk/tickets/{number}?earlier=1")).found["line"]) == 2


async def test_that_style_script_and_the_vendored_library_are_served_as_recorded(
    browsers: Sequence[Browser],
) -> None:
    page = (await browsers[0].http.get("/desk/tickets")).text
    files = re.findall(r'(?:src|href)="(/desk/static/[^"]+)"', page)
    assert len(files) == 4
    for file in files:
        assert (await browsers[0].http.get(file)).status_code == 200
    kept = hashlib.sha256((STATIC / "vendor" / "htmx.min.js").read_bytes()).hexdigest()
    assert kept in (STATIC / "vendor" / "README.md").read_text()
    settings = re.search(r"name=\"htmx-config\" content='([^']+)'", page)
    assert settings is not None
    assert json.loads(settings[1])["allowEval"] is False


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("state", models.STATES), ("priority", models.PRIORITIES), ("outcome", models.OUTCOMES),
        ("role", models.ROLES), ("event", models.EVENT_KINDS), ("author", models.ACTORS),
        ("delivery", OUTBOX_STATES), ("channel", ("wechat", "ivr", "web")),
    ],
)  # fmt: skip
def test_that_every_name_has_a_label(group: str, names: tuple[str, ...]) -> None:
    assert set(names) <= set(Labels().group(group))
