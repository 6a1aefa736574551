"""Special measures: the recorded ones, an operator's, and files that change while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from pydantic import ValidationError

from backends.client import BackendRefused
from backends.contracts import MeasureRequest
from backends.measures import Measures
from backends.reference import measure_files
from kit import clock
from tests.backends.conftest import TOKEN
from tests.backends.measures import written
from tests.simulators.bad_utility import BadUtility

SHANGHAI = ("上海市", "", "浦东新区")
TIANYUAN = ("湖南省", "株洲市", "天元区")
MENGCHENG = ("安徽省", "亳州市", "蒙城县")
LIANYUNGANG = ("江苏省", "连云港市", "海州区")


@pytest_asyncio.fixture
async def table(reference_database: str) -> AsyncIterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Asks the service's table; what operators entered in the test is taken away again."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(reference_database) as connection:
            return connection.execute(query).fetchall()

    yield ask
    with psycopg.connect(reference_database) as connection:
        connection.execute("delete from reference.measure where file = ''")
        connection.execute("update reference.measure set withdrawn_on = null")


class TestRecorded:
    """The measures of the sources, as they were in force in their time."""

    @pytest.mark.parametrize(
        ("region", "day", "customer", "holds", "lacks"),
        [
            (SHANGHAI, date(2022, 4, 5), "resident", "shanghai-2022-arrears", "shanghai-2022-green-channel"),
            (SHANGHAI, date(2022, 5, 31), "firm", "shanghai-2022-green-channel", "shanghai-2022-arrears"),
            (SHANGHAI, date(2022, 4, 20), "important", "shanghai-2022-important-users", "shanghai-2022-arrears"),
            (SHANGHAI, date(2022, 4, 20), "", "shanghai-2022-arrears", "lianyungang-2022-duty"),
            (TIANYUAN, date(2020, 2, 1), "firm", "zhuzhou-2020-suspension", "shanghai-2022-arrears"),
            (TIANYUAN, date(2020, 3, 1), "resident", "zhuzhou-2020-online", "zhuzhou-2020-suspension"),
            (MENGCHENG, date(2022, 12, 21), "resident", "mengcheng-2022-home-check", "zhuzhou-2020-online"),
            (LIANYUNGANG, date(2022, 4, 6), "firm", "lianyungang-2022-firm-equipment", "shanghai-2022-arrears"),
        ],
    )  # fmt: skip
    async def test_that_they_were_in_force_there_then_and_for_them(
        self,
        measures: Measures,
        region: tuple[str, str, str],
        day: date,
        customer: str,
        holds: str,
        lacks: str,
    ) -> None:
        found = {one.measure_id for one in await measures.in_force(*region, customer, day)}
        assert holds in found
        assert lacks not in found

    @pytest.mark.parametrize(
        ("region", "first", "last"),
        [
            (SHANGHAI, date(2022, 4, 5), date(2022, 5, 31)), (TIANYUAN, date(2020, 2, 1), date(2020, 6, 30)),
            (MENGCHENG, date(2022, 12, 10), date(2023, 2, 5)), (LIANYUNGANG, date(2022, 4, 1), date(2022, 6, 30)),
        ],
    )  # fmt: skip
    async def test_that_they_were_not_a_day_earlier_and_are_not_a_day_later(
        self, measures: Measures, region: tuple[str, str, str], first: date, last: date
    ) -> None:
        assert await measures.in_force(*region, day=first)
        assert await measures.in_force(*region, day=last)
        assert await measures.in_force(*region, day=first - timedelta(days=1)) == []
        assert await measures.in_force(*region, day=last + timedelta(days=1)) == []

    async def test_that_none_of_them_is_in_force_today_and_all_are_on_record(
        self, measures: Measures
    ) -> None:
        for region in (SHANGHAI, TIANYUAN, MENGCHENG, LIANYUNGANG):
            assert await measures.in_force(*region) == []
        kept = await measures.all()
        assert len([one for one in kept if one.origin == "file"]) == 25
        assert [one.valid_from for one in kept] == sorted((one.valid_from for one in kept), reverse=True)

    async def test_that_a_district_measure_is_not_the_whole_citys(self, measures: Measures) -> None:
        day = date(2020, 3, 1)
        assert await measures.in_force("湖南省", "株洲市", "芦淞区", day=day) == []
        assert await measures.in_force("湖南省", "株洲市", day=day) == []
        assert await measures.in_force("湖南", "株洲", "天元", day=day)

    async def test_that_the_effects_are_told(self, measures: Measures) -> None:
        kept = {one.measure_id: one.effects for one in await measures.all()}
        assert kept["shanghai-2022-arrears"].arrears == "no_cut_no_fee"
        assert kept["shanghai-2022-planned-work"].planned_work == "cancelled"
        assert "online_class" in kept["shanghai-2022-closed-estates"].raises
        assert kept["zhuzhou-2020-fast-service"].green_channel == {"production"}


class TestOperator:
    async def test_that_the_same_twice_is_one_and_another_of_that_id_is_refused(
        self, measures: Measures, table: Callable[[str], list[tuple[Any, ...]]]
    ) -> None:
        request = MeasureRequest.model_validate(written(effects={"raises": ["online_class", "elderly"]}))
        first, second = await measures.add(request), await measures.add(request)
        assert first == second
        assert first.origin == "operator"
        assert table("select count(*) from reference.measure where measure_id = 'test-measure'") == [(1,)]
        with pytest.raises(BackendRefused, match="409 measure_exists"):
            await measures.add(request.model_copy(update={"title": "另一项"}))
        with pytest.raises(BackendRefused, match="measure_exists"):
            await measures.add(request.model_copy(update={"measure_id": "shanghai-2022-arrears"}))

    async def test_that_many_at_once_make_one(
        self, measures: Measures, table: Callable[[str], list[tuple[Any, ...]]]
    ) -> None:
        request = MeasureRequest.model_validate(written())
        done = await asyncio.gather(*(measures.add(request) for _ in range(8)))
        assert len({one.model_dump_json() for one in done}) == 1

    @pytest.mark.usefixtures("table")
    async def test_that_an_added_one_counts_at_once_and_a_withdrawn_one_no_longer(
        self, measures: Measures
    ) -> None:
        today = clock.now().date()
        begin = today - timedelta(days=3)
        await measures.add(MeasureRequest.model_validate(written(valid_from=begin.isoformat())))
        assert [one.measure_id for one in await measures.in_force("湖南")] == ["test-measure"]
        gone = await measures.withdraw("test-measure")
        assert (gone.valid_to, gone.withdrawn_on) == (today - timedelta(days=1), today)
        assert await measures.in_force("湖南") == []
        assert await measures.in_force("湖南", day=begin)  # history stays true
        assert "test-measure" in [one.measure_id for one in await measures.all()]
        assert await measures.withdraw("test-measure") == gone
        await measures.add(MeasureRequest.model_validate(written(valid_from=begin.isoformat())))
        assert await measures.in_force("湖南") == []  # it never comes back under its id

    @pytest.mark.usefixtures("table")
    async def test_that_one_entered_and_withdrawn_on_the_same_day_was_never_in_force(
        self, measures: Measures
    ) -> None:
        today = clock.now().date()
        await measures.add(MeasureRequest.model_validate(written(valid_from=today.isoformat())))
        assert (await measures.withdraw("test-measure")).valid_to == today
        assert await measures.in_force("湖南") == []

    @pytest.mark.usefixtures("table")
    async def test_that_what_had_ended_keeps_its_end(self, measures: Measures) -> None:
        assert (await measures.withdraw("shanghai-2022-arrears")).valid_to == date(2022, 5, 31)

    async def test_that_an_unknown_one_is_refused(self, measures: Measures) -> None:
        with pytest.raises(BackendRefused, match="404 unknown_measure"):
            await measures.withdraw("no-such-measure")

    async def test_that_what_a_utility_should_not_have_answered_is_not_taken(self) -> None:
        good = written("good", valid_to="2026-07-31")
        others = [
            written("lapsed", valid_to="2026-07-30"), written("future", valid_from="2026-08-01"),
            written("elsewhere", province="江苏省"), written("a-citys", city="株洲市"),
            written("a-firms", customers=["firm"]), written("withdrawn", withdrawn_on="2026-07-31"),
        ]  # fmt: skip
        async with BadUtility() as utility, Measures(utility.url, TOKEN) as client:
            utility.behaviours = [{"measures": [good, *others]}]
            found = await client.in_force("湖南", customer="resident", day=date(2026, 7, 31))
        assert [one.measure_id for one in found] == ["good"]

    @pytest.mark.parametrize(
        "query", ["province=x", "province=上海&customer=anybody", "province=上海&day=today", ""]
    )
    async def test_that_a_bad_question_is_refused(self, reference: str, query: str) -> None:
        async with httpx.AsyncClient(base_url=reference, trust_env=False) as http:
            answer = await http.get(f"/v1/measures?{query}", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")

    async def test_that_a_bad_measure_is_refused_with_its_field(self, reference: str) -> None:
        async with httpx.AsyncClient(base_url=reference, trust_env=False) as http:
            body = written(effects={"arears": "no_cut"})
            answer = await http.post("/v1/measures", json=body, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 400
        assert "effects.arears" in answer.json()["error"]["reason"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"measure_id": "Big Letters"}, "measure_id"),
    ({"measure_id": ""}, "measure_id"),
    ({"title": "短"}, "title"),
    ({"text": "详见 https://example.com/notice 的公告说明"}, "text"),
    ({"text": "第一行说明的文字\n第二行说明的文字"}, "text"),
    ({"text": "长" * 201}, "text"),
    ({"province": ""}, "province"),
    ({"province": "上海市", "city": "上海市"}, "city: leave it empty"),
    ({"customers": []}, "customers"),
    ({"customers": ["everybody"]}, "customers"),
    ({"valid_from": "soon"}, "valid_from"),
    ({"valid_from": "2026-07-02", "valid_to": "2026-07-01"}, "valid_to: ends before it begins"),
    ({"source": ""}, "source"),
    ({"effects": {"arrears": "free"}}, "effects.arrears"),
    ({"effects": {"raises": ["vip"]}}, "effects.raises"),
    ({"effects": {"green_channel": ["医院"]}}, "effects.green_channel"),
    ({"effects": {"answers": {"query_bill": "见 www.example.com 网站"}}}, "effects.answers"),
    ({"validto": "2026-07-01"}, "validto"),
    ({"withdrawn_on": "2026-07-01"}, "withdrawn_on"),
]


@pytest.mark.parametrize(("change", "named"), BAD)
def test_that_a_measure_that_is_wrong_is_refused_by_the_field(change: dict[str, Any], named: str) -> None:
    MeasureRequest.model_validate(written())
    with pytest.raises(ValidationError) as error:
        MeasureRequest.model_validate(written(**change))
    assert named in measure_files.reasons(error.value)
