"""The reference service through the clients: real HTTP, a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import httpx
import psycopg
import pytest
import pytest_asyncio

from backends.accounts import Accounts
from backends.client import BackendRefused
from backends.halls import Halls
from backends.outages import Outages
from kit import clock
from tests.backends.conftest import TOKEN

WANG, LI = "3100000000018", "3200456789"


@pytest_asyncio.fixture
async def http(reference: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=reference, trust_env=False) as client:
        yield client


class TestDoor:
    @pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}"])
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/v1/outages?text=x"), ("GET", f"/v1/accounts/{WANG}/balance"), ("POST", "/v1/accounts/verify"),
         ("GET", "/v1/halls?text=x"), ("GET", "/v1/measures?province=上海"), ("GET", "/v1/places?text=x")],
    )  # fmt: skip
    async def test_that_a_wrong_token_is_refused(
        self, http: httpx.AsyncClient, token: str, method: str, path: str
    ) -> None:
        body = {"account_number": WANG} if method == "POST" else None
        answer = await http.request(method, path, headers={"Authorization": token}, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")

    async def test_that_the_health_check_needs_none(self, http: httpx.AsyncClient) -> None:
        assert (await http.get("/healthz")).json() == {"status": "ok"}

    @pytest.mark.parametrize(
        ("method", "path", "content", "status", "code"),
        [
            ("GET", "/v1/nothing", b"", 404, "not_found"),
            ("DELETE", "/v1/halls", b"", 405, "method_not_allowed"),
            ("GET", "/v1/halls?day=today", b"", 400, "bad_input"),
            ("GET", "/v1/outages?text=x&at=2026-05-12T10:00:00", b"", 400, "bad_input"),
            ("GET", f"/v1/outages?text={'x' * 201}", b"", 400, "bad_input"),
            ("GET", f"/v1/accounts/{WANG}/bills?months=0", b"", 400, "bad_input"),
            ("GET", "/v1/accounts/%00/bills", b"", 400, "bad_input"),
            ("POST", "/v1/accounts/verify", b"{", 400, "bad_input"),
            ("POST", "/v1/accounts/verify", b" " * 20_000, 413, "too_large"),
        ],
    )
    async def test_that_errors_have_one_shape(
        self, http: httpx.AsyncClient, method: str, path: str, content: bytes, status: int, code: str
    ) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        answer = await http.request(method, path, headers=headers, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


class TestOutages:
    @pytest.mark.parametrize(
        "text",
        [
            "牡丹路60弄",
            "牡丹路六十弄",
            "牡丹路60弄3号楼",
            "花木街道牡丹路６０弄",
            "牡丹路60弄停电了，什么时候来电",
        ],
    )
    async def test_that_the_running_fault_is_told(self, outages: Outages, text: str) -> None:
        [outage] = await outages.search(text)
        assert (outage.kind, outage.status, outage.candidate) == ("fault", "running", False)
        assert outage.cause
        assert outage.starts_at < clock.now()
        assert outage.expected_end
        assert outage.expected_end > clock.now()
        assert outage.expected_end.utcoffset() == timedelta(hours=8)

    async def test_that_parts_of_an_address_do_as_well(self, outages: Outages) -> None:
        parts = {"district": "天元区", "estate": "阳光花园", "building": "3栋", "unheard_of": "x"}
        [outage] = await outages.search(parts=parts)
        tomorrow = clock.now().date() + timedelta(days=1)
        assert (outage.kind, outage.status, outage.starts_at.date()) == ("planned", "announced", tomorrow)

    async def test_that_a_name_in_two_towns_is_asked_about(self, outages: Outages) -> None:
        answer = await outages.look_up("阳光花园")
        assert answer.match == "candidates"
        assert {place.city for place in answer.places} == {"连云港市", "株洲市"}
        assert answer.places[0].city == "株洲市"  # where something is announced
        assert all(outage.candidate for outage in answer.outages)

    async def test_that_a_road_alone_gives_candidates(self, outages: Outages) -> None:
        answer = await outages.look_up("牡丹路停电了")
        assert (answer.match, answer.places[0].name) == ("candidates", "牡丹路60弄")
        assert 2 <= len(answer.places) <= 5

    @pytest.mark.parametrize("text", ["牡丹路61弄", "杭州市牡丹路60弄", "", "没电了"])
    async def test_that_an_unknown_place_has_no_outage(self, outages: Outages, text: str) -> None:
        answer = await outages.look_up(text)
        assert (answer.match, answer.places, answer.outages) == ("none", [], [])

    async def test_that_ended_ones_are_told_on_demand_only(
        self, outages: Outages, reference_database: str
    ) -> None:
        now = clock.now()
        with psycopg.connect(reference_database) as connection:
            found = connection.execute(
                "select p.district || p.name from reference.outage o join reference.place p using (place_id)"
                " where account_number is null and (cancelled_at <= %(now)s or restored_at <= %(now)s)",
                {"now": now},
            ).fetchall()
        assert len(found) >= 10
        for (text,) in found[:20]:
            assert not [o for o in await outages.search(text) if o.status in ("restored", "cancelled")]
            assert [
                o for o in await outages.search(text, ended=True) if o.status in ("restored", "cancelled")
            ]

    async def test_that_only_the_buildings_named_are_dark(
        self, outages: Outages, reference_database: str
    ) -> None:
        with psycopg.connect(reference_database) as connection:
            row = connection.execute(
                "select p.district || p.name, o.buildings->>0, p.buildings, o.outage_id from reference.outage o"
                " join reference.place p using (place_id) where jsonb_array_length(o.buildings) > 0"
                " and account_number is null and cancelled_at is null and published_at <= now()"
                " and coalesce(restored_at, 'infinity') > now() limit 1"
            ).fetchone()
        assert row
        text, building, count, outage_id = row
        assert outage_id in [o.outage_id for o in await outages.search(f"{text}{building}号楼")]
        assert await outages.search(f"{text}{count + 5}号楼") == []

    async def test_that_an_account_hears_of_its_own_disconnection_and_nobody_else_does(
        self, outages: Outages, accounts: Accounts, reference_database: str
    ) -> None:
        with psycopg.connect(reference_database) as connection:
            row = connection.execute(
                "select account_number, p.district || p.name from reference.outage o"
                " join reference.place p using (place_id) where o.kind = 'arrears' limit 1"
            ).fetchone()
        assert row
        number, text = row
        assert "arrears" in [outage.kind for outage in await outages.of_account(number)]
        assert "arrears" not in [outage.kind for outage in await outages.search(text, ended=True)]
        balance = await accounts.balance(number)
        assert balance.supply == "cut_for_arrears"
        assert balance.balance < 0

    async def test_that_several_accounts_are_answered_at_once_with_public_outages_of_their_buildings(
        self, outages: Outages, accounts: Accounts, reference_database: str
    ) -> None:
        with psycopg.connect(reference_database) as connection:
            rows = connection.execute(
                "select a.number, o.buildings ? a.building, o.outage_id from reference.outage o"
                " join reference.account a using (place_id) where jsonb_array_length(o.buildings) > 0"
                " and o.account_number is null and cancelled_at is null and published_at <= now()"
                " and coalesce(restored_at, 'infinity') > now() order by o.outage_id, a.number limit 40"
            ).fetchall()
            [(cut,)] = connection.execute(
                "select account_number from reference.outage where kind = 'arrears' limit 1"
            ).fetchall()
        assert {touched for _, touched, _ in rows} == {True, False}
        found = await outages.of_accounts([*{number for number, _, _ in rows}, cut, "9999999999"])
        told = {one.account_number: {outage.outage_id for outage in one.outages} for one in found}
        for number, touched, outage_id in rows:
            assert (outage_id in told.get(number, set())) is touched
        assert "arrears" not in {outage.kind for one in found for outage in one.outages}
        assert "9999999999" not in told
        first = found[0]
        assert first.holder_version == (await accounts.profile(first.account_number)).holder_version

    async def test_that_an_account_hears_of_the_fault_at_its_address(self, outages: Outages) -> None:
        assert [outage.kind for outage in await outages.of_account(WANG)] == ["fault"]

    async def test_that_the_grid_manager_of_a_place_is_told(self, outages: Outages) -> None:
        answer = await outages.place("牡丹路60弄3号楼")
        assert (answer.match, answer.building) == ("exact", "3")
        assert answer.places[0].grid_manager
        assert answer.places[0].grid_manager.phone


class TestAccounts:
    async def test_that_items_are_compared_and_nothing_else_is_told(
        self, accounts: Accounts, http: httpx.AsyncClient
    ) -> None:
        found = await accounts.verify(
            WANG, holder_name="王建国", phone_last4="6789", door_number="3号楼502室"
        )
        assert (found.exists, found.matched) == (True, {"holder_name", "phone_last4", "door_number"})
        answer = await http.post(
            "/v1/accounts/verify", json={"account_number": WANG}, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.json() == {"exists": True, "matched": []}

    async def test_that_wrong_items_do_not_match(self, accounts: Accounts) -> None:
        found = await accounts.verify(WANG, holder_name="王", phone_last4="6780", door_number="501")
        assert (found.exists, found.matched) == (True, set())

    @pytest.mark.parametrize("number", ["3100000000019", "", "abc", "3100000000018 ", "x" * 99])
    async def test_that_an_unknown_account_does_not_exist(self, accounts: Accounts, number: str) -> None:
        assert not (await accounts.verify(number, holder_name="王建国")).exists

    async def test_that_balance_and_bills_agree(self, accounts: Accounts) -> None:
        balance = await accounts.balance(WANG)
        unpaid = [bill.amount for bill in await accounts.bills(WANG) if bill.status == "unpaid"]
        assert balance.balance == Decimal("-128.50")
        assert balance.arrears == sum(unpaid)
        assert balance.province == "上海市"
        assert (await accounts.balance(LI)).balance == Decimal("56.20")

    async def test_that_the_latest_bill_is_last_month(self, accounts: Accounts) -> None:
        bill = await accounts.latest_bill(WANG)
        assert bill
        first = clock.now().date().replace(day=1)
        assert bill.month == f"{first - timedelta(days=1):%Y-%m}"
        assert (bill.kwh, bill.issued_on) == (Decimal(300), first)

    async def test_that_months_count_back_from_the_newest(self, accounts: Accounts) -> None:
        assert [len(await accounts.bills(WANG, months)) for months in (1, 3, 12, 36)] == [1, 3, 12, 13]

    @pytest.mark.parametrize("number", ["3100000000019", "../halls", "1/../../x", "%"])
    async def test_that_an_unknown_account_is_refused(self, accounts: Accounts, number: str) -> None:
        with pytest.raises(BackendRefused) as refused:
            await accounts.balance(number)
        assert refused.value.status == 404


class TestHalls:
    @pytest.mark.parametrize(
        "text", ["花木供电营业厅", "花木营业厅", "花木营业厅今天开门吗", "浦东花木供电所", "花木"]
    )
    async def test_that_a_hall_is_found_by_what_people_call_it(self, halls: Halls, text: str) -> None:
        [hall] = await halls.search(text)
        assert (hall.name, hall.status, hall.day) == ("花木供电营业厅", "open", clock.now().date())
        assert hall.hours
        assert hall.notice
        assert hall.phone.startswith("021-")

    async def test_that_hours_are_those_of_the_day_asked_about(self, halls: Halls) -> None:
        monday, sunday = date(2026, 5, 11), date(2026, 5, 17)
        [weekday], [weekend] = (
            await halls.search("花木营业厅", monday),
            await halls.search("花木营业厅", sunday),
        )
        assert [str(span.opens) for span in weekday.hours] == ["08:30:00"]
        assert [str(span.opens) for span in weekend.hours] == ["09:00:00"]
        [small] = await halls.search("群丰营业厅", sunday)
        assert small.hours == []

    async def test_that_a_district_and_an_address_give_their_halls(self, halls: Halls) -> None:
        assert len(await halls.search("天元区营业厅")) == 5
        assert "花木供电营业厅" in [hall.name for hall in await halls.search("牡丹路60弄附近的营业厅")]

    @pytest.mark.parametrize("text", ["西湖营业厅", "杭州", "株洲市花木营业厅", ""])
    async def test_that_an_unknown_hall_is_not_made_up(self, halls: Halls, text: str) -> None:
        assert "花木供电营业厅" not in [hall.name for hall in await halls.search(text)]

    async def test_that_a_closed_hall_has_no_hours(self, halls: Halls, reference_database: str) -> None:
        with psycopg.connect(reference_database) as connection:
            rows = connection.execute("select hall_id from reference.hall where status = 'closed'").fetchall()
        assert rows
        hall = await halls.by_id(rows[0][0])
        assert (hall.status, hall.hours) == ("closed", [])
        assert hall.notice

    async def test_that_an_unknown_id_is_refused(self, halls: Halls) -> None:
        with pytest.raises(BackendRefused, match="unknown_hall"):
            await halls.by_id("H999")
