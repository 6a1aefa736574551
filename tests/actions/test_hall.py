"""Business halls."""

from __future__ import annotations

from datetime import timedelta

from kit import clock
from kit.wording import Wording
from tests.actions.conftest import World

FIXED = "花木营业厅"


async def test_that_hours_and_notice_of_today_are_told(world: World) -> None:
    said = await world.talk().says("花木营业厅今天开门吗", "query_hall", ("business_hall", FIXED))
    [(week, notice, address, phone)] = world.ask_town(
        "select week, notice, address, phone from hall where name = '花木供电营业厅'"
    )
    assert all(span in said for span in week[clock.now().weekday()])
    assert notice in said
    assert address in said
    assert phone in said


async def test_that_the_day_asked_about_counts(world: World) -> None:
    day = clock.now().date() + timedelta(days=(7 - clock.now().weekday()) % 7 or 7)  # a Monday
    found = {"from": f"{day.isoformat()}T00:00:00+08:00"}
    text = "花木营业厅那天开门吗"
    talk = world.talk()
    await talk.hear(text)
    entities = [
        {"entity": "business_hall", "start": 0, "end": 5, "value": "x"},
        {"entity": "time", "start": 5, "end": 7, "value": "x", **found},
    ]
    assert "08:30-17:30" in await talk.again(text, "query_hall", entities)


async def test_that_a_caller_hears_hours_and_numbers_as_words(world: World) -> None:
    said = await world.talk("ivr").says("花木营业厅今天开门吗", "query_hall", ("business_hall", FIXED))
    assert "点" in said
    assert not any(character in "0123456789" for character in said)


async def test_that_the_hall_is_asked_for_and_found_by_its_street(world: World) -> None:
    talk = world.talk()
    assert await talk.says("营业厅几点开门", "query_hall") == Wording().text("utter_ask_hall", "web")
    said = await talk.says("花木的", "inform", ("address", "花木"))
    assert "花木供电营业厅" in said


async def test_that_several_are_listed_three_at_most_and_chosen(world: World) -> None:
    talk = world.talk("ivr")
    said = await talk.says("浦东的营业厅", "query_hall", ("business_hall", "浦东的营业厅"))
    assert "第三" in said
    assert "第四" not in said
    assert "花木供电营业厅" in said
    place = said[: said.index("花木")][-2]  # 第二，花木…
    assert "花木供电营业厅" in await talk.says(f"第{place}家", "inform")
    assert talk.loop is None


async def test_that_a_closed_hall_is_said_to_be_closed(world: World) -> None:
    [(name, notice)] = world.ask_town("select name, notice from hall where status = 'closed' limit 1")
    said = await world.talk().says(f"{name}开门吗", "query_hall", ("business_hall", name))
    assert "暂停营业" in said
    assert notice in said
    assert "时间是" not in said


async def test_that_a_day_off_names_the_next_day_open(world: World) -> None:
    day = clock.now().date() + timedelta(days=6 - clock.now().weekday())  # a Sunday
    [(name,)] = world.ask_town("select name from hall where grade = 'B' and status = 'open' limit 1")
    text = f"{name}周日开门吗"
    talk = world.talk()
    await talk.hear(text)
    entities = [
        {"entity": "business_hall", "start": 0, "end": len(name), "value": name},
        {"entity": "time", "start": len(name), "end": len(name) + 2, "value": "周日",
         "from": f"{day.isoformat()}T00:00:00+08:00"},
    ]  # fmt: skip
    said = await talk.again(text, "query_hall", entities)
    assert "不营业" in said
    assert "最近一次营业是" in said


async def test_that_nothing_but_another_day_asks_for_the_same_hall(world: World) -> None:
    talk = world.talk()
    await talk.says("花木供电营业厅今天开门吗", "query_hall", ("business_hall", "花木供电营业厅"))
    said = await talk.says("那明天呢", "urge_ticket", ("time", "明天"))
    assert "花木供电营业厅" in said
    assert talk.ran[-1] == "action_tell_hall"
    await talk.says("催一下工单", "urge_ticket")
    assert "action_tell_hall" not in talk.ran
