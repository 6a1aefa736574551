"""The console's page of special measures, on the real reference service."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI

from backends.contracts import Mark
from desk.console import console_router, mount_static
from desk.endpoints import api_router
from desk.labels import Labels
from desk.measures import ARREARS, CUSTOMERS, MARKS, MEASURE_ROUTES, STATES
from hotline.measures import MeasureOffice
from kit import clock
from kit.errors import install_error_handlers
from tests.actions import servers
from tests.desk.conftest import PASSWORD, Browser, World
from tests.desk.test_console import Seen, see
from tests.serving import serving

TODAY = clock.now().date()
FORM = {
    "measure_id": "desk-test-1", "title": "高温保供", "text": "高温期间抢修人员昼夜值守。\r\n随叫随到，不分昼夜。",
    "words": "高温、迎峰度夏", "province": "湖南省", "city": "株洲市", "districts": "天元区，芦淞区",
    "customers": ["resident", "firm"], "arrears": "no_cut", "planned_work": "cancelled", "raises": ["elderly"],
    "green_channel": "relief, production", "valid_from": TODAY.isoformat(), "valid_to": "", "source": "公告第一号",
}  # fmt: skip


@dataclass
class Desk:
    """The console in front of a utility, and browsers of its people."""

    office: MeasureOffice
    agent: Browser
    supervisor: Browser

    async def row(self, measure_id: str) -> Any:
        return next((row for row in await self.office.all() if row.measure_id == measure_id), None)


@pytest.fixture
async def opened(
    world: World,
) -> AsyncIterator[Callable[[str], contextlib.AbstractAsyncContextManager[Desk]]]:
    """Opens the console in front of the utility at an address."""

    @contextlib.asynccontextmanager
    async def at(url: str) -> AsyncIterator[Desk]:
        office = MeasureOffice(servers.settings_of(backends_url=url))
        app = FastAPI()
        install_error_handlers(app)
        app.include_router(api_router(world.desk, secure=False))
        app.include_router(console_router(world.desk, secure=False, measures=office))
        mount_static(app)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(office.aclose)
            address = await stack.enter_async_context(serving(app))
            browsers = []
            for name in ("agent1", "supervisor"):
                http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=10))
                await http.post("/desk/login", data={"username": name, "password": PASSWORD})
                browsers.append(Browser(http, (await http.get("/api/me")).json()["csrf"]))
            yield Desk(office, *browsers)

    yield at
    await asyncio.sleep(0)


@pytest.fixture
async def desk(opened: Any, utility: str) -> AsyncIterator[Desk]:
    async with opened(utility) as found:
        yield found


def form(**changes: Any) -> dict[str, Any]:
    return FORM | {"measure_id": f"desk-{secrets.token_hex(4)}"} | changes


async def test_that_agents_see_what_is_over_and_cannot_change_anything(desk: Desk) -> None:
    page = await see(desk.agent, "/desk/measures")
    rows = {row["data-id"]: row["data-state"] for row in page.found["measure-row"]}
    assert rows["shanghai-2022-arrears"] == "over"
    assert "measures" in page.found  # the way there stands on every page
    assert not {"measure-form", "measure-withdraw"} & set(page.found)
    assert (page.inline, page.bare) == ([], [])
    for path in ("/desk/measures", "/desk/measures/shanghai-2022-arrears/withdraw"):
        refused = await desk.agent.post(path, data=form())
        assert refused.status_code == 403
        assert Labels()("error", "forbidden") in refused.text


async def test_that_a_supervisor_adds_a_measure_that_counts_at_once(desk: Desk) -> None:
    page = await see(desk.supervisor, "/desk/measures")
    assert "measure-form" in page.found
    assert (page.inline, page.bare) == ([], [])
    given = form()
    done = await desk.supervisor.post("/desk/measures", data=given)
    assert (done.status_code, done.headers["hx-redirect"]) == (204, "/desk/measures")
    [measure] = [
        m
        for m in await desk.office.client.in_force("湖南省", "株洲市", "天元区")
        if m.measure_id == given["measure_id"]
    ]
    assert measure.text == "高温期间抢修人员昼夜值守。 随叫随到，不分昼夜。"
    assert (measure.words, measure.districts) == (["高温", "迎峰度夏"], ["天元区", "芦淞区"])
    assert measure.customers == {"resident", "firm"}
    effects = measure.effects
    assert (effects.arrears, effects.planned_work, effects.raises) == ("no_cut", "cancelled", {"elderly"})
    assert effects.green_channel == {"relief", "production"}
    html = (await desk.agent.http.get("/desk/measures")).text
    assert "高温保供" in html
    assert Labels()("arrears", "no_cut") in html


async def test_that_a_form_sent_twice_enters_one_measure_and_a_new_page_has_a_new_id(desk: Desk) -> None:
    pages = [(await desk.supervisor.http.get("/desk/measures")).text for _ in range(2)]
    ids = [found[1] for page in pages if (found := re.search(r'name="measure_id" value="([^"]+)"', page))]
    assert len(set(ids)) == 2
    given = form(measure_id=ids[0])
    assert [(await desk.supervisor.post("/desk/measures", data=given)).status_code for _ in range(2)] == [
        204,
        204,
    ]
    other = await desk.supervisor.post("/desk/measures", data=given | {"title": "另一项措施"})
    assert other.status_code == 409
    assert Seen(other.text).found["notice"][0]["data-code"] == "measure_exists"
    row = await desk.row(ids[0])
    assert row.title == "高温保供"


async def test_that_a_withdrawn_measure_is_over_now_and_stays_to_be_seen(desk: Desk) -> None:
    given = form()
    await desk.supervisor.post("/desk/measures", data=given)
    page = await see(desk.supervisor, "/desk/measures")
    assert any(given["measure_id"] in str(button["hx-post"]) for button in page.found["measure-withdraw"])
    path = f"/desk/measures/{given['measure_id']}/withdraw"
    assert (await desk.supervisor.post(path)).status_code == 204
    row = await desk.row(given["measure_id"])
    assert (row.state, row.withdrawn_on) == ("withdrawn", TODAY)
    page = await see(desk.supervisor, "/desk/measures")
    assert not any(given["measure_id"] in str(b["hx-post"]) for b in page.found.get("measure-withdraw", []))
    unknown = await desk.supervisor.post("/desk/measures/no-such-measure/withdraw")
    assert (unknown.status_code, Labels()("error", "unknown_measure") in unknown.text) == (404, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"), ({"text": "见 https://example.com 的公告"}, "text"), ({"province": ""}, "province"),
        ({"customers": []}, "customers"), ({"valid_from": "soon"}, "valid_from"), ({"source": ""}, "source"),
        ({"valid_to": (TODAY - timedelta(days=9)).isoformat()}, "valid_to"), ({"raises": ["vip"]}, "raises"),
        ({"green_channel": "医院"}, "green_channel"), ({"province": "上海市", "city": "上海市"}, "city"),
    ],
)  # fmt: skip
async def test_that_what_is_wrong_is_named_beside_the_form(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    given = form(**change)
    refused = await desk.supervisor.post("/desk/measures", data=given)
    assert refused.status_code == 400
    assert (refused.headers["hx-retarget"], refused.headers["hx-reswap"]) == ("#notice", "innerHTML")
    assert Labels()("measure_field", field) in refused.text
    assert await desk.row(given["measure_id"]) is None


async def test_that_a_forged_form_and_a_strangers_are_refused(desk: Desk, opened: Any) -> None:
    given = form()
    forged = await desk.supervisor.http.post("/desk/measures", data=given)
    assert forged.status_code == 403
    desk.supervisor.http.cookies.clear()
    assert (await desk.supervisor.http.get("/desk/measures")).headers["location"].startswith("/desk/login")
    assert await desk.row(given["measure_id"]) is None


async def test_that_a_utility_that_does_not_answer_is_said_to_be_away(opened: Any) -> None:
    async with opened("http://127.0.0.1:1") as desk:
        page = await desk.agent.http.get("/desk/measures")
        assert page.status_code == 503
        assert Labels()("error", "unavailable") in page.text
        refused = await desk.supervisor.post("/desk/measures", data=form())
        assert Seen(refused.text).found["notice"][0]["data-code"] == "unavailable"


async def test_that_without_a_utility_plugged_in_there_is_no_page_and_no_way_to_it(
    browsers: list[Browser],
) -> None:
    assert (await browsers[0].http.get("/desk/measures")).status_code == 404
    assert "measures" not in (await see(browsers[0], "/desk/tickets")).found


async def test_that_every_answer_carries_the_strict_policy(desk: Desk) -> None:
    for route in MEASURE_ROUTES:
        path = "/desk" + route.path.replace("{measure_id}", "x")
        response = await desk.agent.http.request(route.method, path)
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("group", "names"),
    [("measure_state", STATES), ("customer", CUSTOMERS), ("arrears", [one or "none" for one in ARREARS]), ("mark", MARKS),
     ("mark", get_args(Mark))],
)  # fmt: skip
def test_that_every_name_has_a_label(group: str, names: list[str]) -> None:
    assert set(names) <= set(Labels().group(group))
