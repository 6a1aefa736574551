"""Special measures: which is meant, what they change, and how they are told while they hold and after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actions import measures
from actions.measures import InForce, region_in
from actions.tell_measures import fitting
from backends.contracts import Measure, Outage
from backends.reference.measure_files import FOLDER, read
from kit import clock
from kit.spoken import Speaker
from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk
from tests.actions.test_failures import facing

WORDS = Wording()
RECORDED = [Measure.model_validate(m.model_dump()) for f in sorted(FOLDER.glob("*.yml")) for m in read(f)]
SHANGHAI = [one for one in RECORDED if one.province == "上海市"]
ACCOUNT = "3100000000018"


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("听广播说疫情那阵子欠费不停电，现在这条还算数吗", "shanghai-2022-arrears"),
        ("疫情期间违约金可以减免吗", "shanghai-2022-arrears"),
        ("隔离在家没法交电费会不会停电", "shanghai-2022-arrears"),
        ("封控小区师傅能进来修吗", "shanghai-2022-closed-estates"),
        ("孩子上网课，停电了你们有没有优先处理的规定", "shanghai-2022-closed-estates"),
        ("师傅上门有没有做好防护，我们家有老人", "shanghai-2022-protection"),
        ("无接触办电是怎么回事", "shanghai-2022-online"),
        ("城里封了，抄表的不来，电费怎么算", "shanghai-2022-billing"),
        ("方舱医院用电要双保险，你们现在有啥机制", "shanghai-2022-important-users"),
        ("疫情期间还有没有检修停电", "shanghai-2022-planned-work"),
        ("进营业厅要不要验码", "shanghai-2022-halls"),
        ("核酸检测点接电有绿色通道吗", "shanghai-2022-green-channel"),
        ("高考期间保电吗", None),
        ("你们有什么措施", None),
    ],
)
def test_that_the_measure_that_is_meant_comes_first(text: str, best: str | None) -> None:
    found = fitting(text, SHANGHAI)
    assert (found[0].measure_id if found else None) == best


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("蒙城返乡的人有什么服务", "蒙城县"), ("天元区复工企业有什么政策", "天元区"), ("株洲那边还有优惠吗", "株洲市"),
        ("湖南有什么措施", "湖南省"), ("上海疫情期间的措施", "上海市"), ("你们有什么措施", None),
    ],
)  # fmt: skip
def test_that_a_region_in_the_words_is_heard(text: str, name: str | None) -> None:
    found = region_in(text, RECORDED)
    assert (found.name if found else None) == name


class TestEffects:
    """What others ask of `InForce`."""

    KNOWN = InForce(tuple(SHANGHAI))

    def test_that_without_measures_nothing_is_changed(self) -> None:
        none = InForce()
        assert (none.arrears, none.planned_work_cancelled, none.answer("query_hall")) == ("", False, "")
        assert not none.raises({"elderly"})
        assert not none.green_channel("testing")

    def test_that_the_stronger_protection_counts(self) -> None:
        weaker = RECORDED[0].model_copy(
            update={"effects": RECORDED[0].effects.model_copy(update={"arrears": "no_cut"})}
        )
        assert InForce((weaker,)).arrears == "no_cut"
        assert InForce((weaker, *SHANGHAI)).arrears == "no_cut_no_fee"

    @pytest.mark.parametrize(
        ("marks", "raised"),
        [({"online_class"}, True), ({"elderly", "anonymous"}, True), ({"anonymous"}, False), (set(), False)],
    )
    def test_that_marks_raise_where_a_measure_says_so(self, marks: set[str], raised: bool) -> None:
        assert self.KNOWN.raises(marks) is raised

    def test_that_the_fast_lane_is_for_its_subjects_only(self) -> None:
        assert self.KNOWN.green_channel("isolation")
        assert not self.KNOWN.green_channel("returnee")

    @pytest.mark.parametrize(
        ("kind", "status", "day", "told"),
        [
            ("planned", "announced", date(2022, 5, 31), "cancelled"), ("temporary", "announced", date(2022, 5, 1), "cancelled"),
            ("planned", "announced", date(2022, 6, 1), "announced"), ("shortage", "announced", date(2022, 5, 1), "announced"),
            ("planned", "running", date(2022, 4, 20), "running"), ("fault", "running", date(2022, 4, 20), "running"),
        ],
    )  # fmt: skip
    def test_that_announced_work_of_those_days_is_off_and_nothing_else(
        self, kind: str, status: str, day: date, told: str
    ) -> None:
        starts = datetime(day.year, day.month, day.day, 8, tzinfo=clock.SHANGHAI)
        place = {
            "place_id": "P", "name": "某小区", "address": "某小区", "province": "上海市", "city": "上海市",
            "district": "浦东新区", "street": "花木街道", "kind": "estate", "transformer_area": "T",
        }  # fmt: skip
        notice = Outage.model_validate({
            "outage_id": "O", "kind": kind, "status": status, "place": place, "cause": "检修",
            "starts_at": starts, "published_at": starts - timedelta(days=8),
        })  # fmt: skip
        assert [one.status for one in self.KNOWN.called_off([notice])] == [told]


async def asks(talk: Talk, text: str = "你们有什么特殊措施", *entities: tuple[str, str]) -> str:
    return await talk.says(text, "ask_service_measures", *entities)


class TestTold:
    async def test_that_none_in_force_is_said_honestly_and_a_person_is_offered(self, world: World) -> None:
        talk = world.talk()
        said = await asks(talk)
        assert said.startswith(WORDS.text("utter_measure_none", "web", region="上海"))
        assert talk.ran == ["action_tell_measures"]
        await talk.says("是", "affirm")
        [ticket] = await world.tickets(talk)
        assert ticket.intent == "ask_service_measures"

    async def test_that_what_is_over_is_said_to_be_over_with_its_day(self, world: World) -> None:
        said = await asks(world.talk(), "听说疫情期间欠费不停电，现在还有吗")
        assert "欠费不停电、减免违约金" in said
        assert "已在2022年5月31日结束" in said
        assert "不因欠费停电" not in said  # the lapsed promise itself is not repeated

    async def test_that_a_caller_hears_the_year_and_no_digits(self, world: World) -> None:
        said = await asks(world.talk("ivr"), "疫情期间欠费不停电还有吗")
        assert "二零二二年五月三十一日" in said
        assert not any(character.isascii() and character.isdigit() for character in said)

    async def test_that_another_region_is_answered_for_itself(self, world: World) -> None:
        said = await asks(world.talk(), "蒙城返乡用电检查还有吗")
        assert "蒙城县的“返乡用电检查”已在2023年2月5日结束" in said
        assert "蒙城县现在没有" in said

    async def test_that_one_in_force_is_told_with_its_end(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        measure = await announce()
        said = await asks(world.talk(), "台风来了你们有什么应对")
        assert measure.text in said
        assert Speaker(spoken=False).render(measure.valid_to, "date") in said
        assert "人工" not in said

    async def test_that_the_ended_one_asked_for_is_not_hidden_by_one_in_force(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        measure = await announce()
        said = await asks(world.talk(), "疫情期间欠费不停电还有吗")
        assert "已在2022年5月31日结束" in said
        assert f"现在正在执行的是：{measure.title}" in said

    async def test_that_of_many_some_are_told_and_the_others_named(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        made = [await announce(title=f"第{n}项措施", text=f"这是第{n}项措施的具体内容。") for n in "甲乙丙丁"]
        for channel, told in (("web", 3), ("ivr", 2)):
            talk = world.talk(channel)
            said = await asks(talk)
            assert sum(one.text in said for one in made) == told
            assert all(one.title in said + "".join(talk.choices) for one in made)
        talk = world.talk()
        await asks(talk)
        [other] = talk.choices
        [chosen] = [one for one in made if one.title in other]
        said = await asks(talk, other)
        assert chosen.text in said
        assert sum(one.text in said for one in made) == 1

    async def test_that_a_districts_measure_is_told_there_only_and_the_place_may_come_after(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        measure = await announce(province="湖南省", city="株洲市", districts=["天元区"])
        talk = world.talk()
        assert measure.text not in await asks(talk, "台风有什么措施")
        said = await talk.says("天元区阳光花园", "inform", ("address", "天元区阳光花园"))
        assert measure.text in said
        assert talk.ran[-1] == "action_tell_measures"
        assert "正在停电" not in said

    async def test_that_a_list_that_cannot_be_had_is_not_an_empty_one(self, world: World) -> None:
        async with facing(world, world.talk(), "reset") as talk:
            assert await asks(talk) == WORDS.text("utter_backend_down", "web")


class TestArrears:
    async def owes(self, world: World) -> tuple[Talk, str]:
        talk = world.talk()
        await talk.says("查余额", "query_balance")
        await talk.says(ACCOUNT, "inform", ("account_number", ACCOUNT))
        return talk, await talk.says("6789", "inform")

    async def test_that_who_owes_hears_of_the_measure_its_condition_and_a_person(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        measure = await announce(
            title="受灾欠费不停电", text="因台风受灾的居民用户，不因欠费停电；是否符合由工作人员核实。",
            districts=["浦东新区"], effects={"arrears": "no_cut"},
        )  # fmt: skip
        talk, said = await self.owes(world)
        assert "目前欠费128.50元" in said
        assert WORDS.text("utter_measure_arrears", "web", title=measure.title, text=measure.text) in said
        await talk.says("是", "affirm")
        [ticket] = await world.tickets(talk)
        assert (ticket.reason, ticket.facts["account_number"]) == ("arrears_measure", ACCOUNT)

    @pytest.mark.parametrize(
        "fields", [{}, {"districts": ["宝山区"], "effects": {"arrears": "no_cut"}}, {"province": "湖南省", "effects": {"arrears": "no_cut"}},
                   {"customers": ["firm"], "effects": {"arrears": "no_cut"}}],
    )  # fmt: skip
    async def test_that_a_measure_for_others_is_not_told(
        self, world: World, announce: Callable[..., Any], fields: dict[str, Any]
    ) -> None:
        measure = await announce(**fields)
        _, said = await self.owes(world)
        assert "目前欠费128.50元" in said
        assert measure.title not in said

    async def test_that_who_owes_nothing_hears_nothing_of_it(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        measure = await announce(province="江苏省", effects={"arrears": "no_cut_no_fee"})
        talk = world.talk()
        await talk.says("查余额", "query_balance")
        await talk.says("3200456789", "inform", ("account_number", "3200456789"))
        said = await talk.says("1234", "inform")
        assert "账户余额56.20元" in said
        assert measure.title not in said


class TestOutages:
    async def test_that_planned_work_that_is_called_off_is_told_as_cancelled(
        self, world: World, announce: Callable[..., Any]
    ) -> None:
        asked = ("明天天元区阳光花园停电吗", "query_planned_outage", ("address", "天元区阳光花园"))
        assert "已公布计划停电" in await world.talk().says(*asked)
        await announce(
            province="湖南省", city="株洲市", districts=["天元区"],
            effects={"planned_work": "cancelled", "answers": {"query_planned_outage": "节日期间不安排检修停电。"}},
        )  # fmt: skip
        said = await world.talk().says(*asked)
        assert "已公布" not in said
        assert "已经取消，不会停电" in said
        assert "节日期间不安排检修停电。" in said

    async def test_that_a_fault_is_told_as_ever(self, world: World, announce: Callable[..., Any]) -> None:
        await announce(effects={"planned_work": "cancelled"})
        said = await world.talk().says("牡丹路60弄停电了", "report_outage", ("address", "牡丹路60弄"))
        assert "正在停电" in said

    async def test_that_measures_that_cannot_be_asked_for_spoil_no_answer(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(measures, "PATIENCE", 0.0)
        monkeypatch.setattr(measures, "KEPT_FOR", 0.0)
        said = await world.talk().says("牡丹路60弄停电了", "report_outage", ("address", "牡丹路60弄"))
        assert "正在停电" in said


async def test_that_a_halls_answer_is_added_to(world: World, announce: Callable[..., Any]) -> None:
    await announce(effects={"answers": {"query_hall": "台风期间可能提前关门。"}})
    said = await world.talk().says("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    assert said.endswith(WORDS.text("utter_measure_also", "web", text="台风期间可能提前关门。"))


async def test_that_an_operators_change_counts_within_seconds(
    world: World, announce: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "KEPT_FOR", 0.3)
    asked = ("花木营业厅今天开门吗", "query_hall", ("business_hall", "花木营业厅"))
    before = await world.talk().says(*asked)
    await announce(effects={"answers": {"query_hall": "台风期间可能提前关门。"}})
    assert await world.talk().says(*asked) == before  # kept for a moment
    await asyncio.sleep(0.4)
    assert "台风期间可能提前关门。" in await world.talk().says(*asked)
