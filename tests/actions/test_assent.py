"""Yes and no by their sound, and only where yes or no was asked."""

from __future__ import annotations

import pytest

from actions.assent import sounds_like
from tests.actions.conftest import Quiet, World
from tests.actions.faults import orders_of, words
from tests.actions.rasa import Talk

UNKNOWN = ("麻烦唱首歌给我听听", "ask_complaint_channel")  # surely understood, and in no entry


@pytest.mark.parametrize(
    ("heard", "answer"),
    [
        ("堆", "对"), ("队", "对"), ("兑。", "对"), ("碓", "对"), ("事", "是"), ("四", "是"), ("号", "好"), ("形", "行"),
        ("不事", "不是"), ("部队", "不对"), ("部", "不"), ("对", "对"), ("不是", "不是"), ("煤错", "没错"),
    ],
)  # fmt: skip
def test_that_a_short_answer_is_known_by_its_sound(heard: str, answer: str) -> None:
    found = sounds_like(heard)
    assert found
    assert found[0] == answer


@pytest.mark.parametrize(
    "heard", ["失火", "冒烟", "触电", "队伍", "事情", "四号楼", "对面着火了", "人工", "1", ""]
)
def test_that_anything_more_is_no_answer(heard: str) -> None:
    assert sounds_like(heard) is None


async def read_back(world: World, quiet: Quiet) -> Talk:
    """A report that waits for a yes."""
    talk = world.talk("ivr")
    await talk.says(
        f"{quiet.name}整个小区没电，电话13900005678",
        "report_outage",
        ("address", quiet.name),
        ("scope", "整个小区"),
    )
    assert talk.slots["requested_slot"] == "fault_confirmation"
    return talk


async def test_that_a_misheard_yes_writes_the_order_whatever_it_was_taken_for(
    world: World, quiet: Quiet
) -> None:
    talk = await read_back(world, quiet)
    await talk.says("堆", "report_hazard", confidence=0.5, ranking={"report_emergency": 0.4})
    [order] = orders_of(world, talk)
    assert order["subject"] == "report_outage"
    assert not await world.tickets(talk)


async def test_that_a_misheard_no_asks_what_is_wrong_and_then_a_sound_is_a_sound(
    world: World, quiet: Quiet
) -> None:
    talk = await read_back(world, quiet)
    assert await talk.says("部队", "out_of_scope") == words("fault_what_is_wrong", "ivr")
    await talk.says("四", "inform")
    assert orders_of(world, talk) == []


async def test_that_danger_is_danger_at_a_question_of_yes_or_no(world: World, quiet: Quiet) -> None:
    talk = await read_back(world, quiet)
    await talk.says("失火", "report_emergency")
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["emergency"]


async def test_that_a_yes_that_is_hardly_one_writes_nothing(world: World, quiet: Quiet) -> None:
    talk = await read_back(world, quiet)
    await talk.says("咕噜咕噜呀", "affirm", confidence=0.45)
    assert orders_of(world, talk) == []
    assert talk.slots["requested_slot"] == "fault_confirmation"


async def test_that_a_misheard_yes_accepts_a_person_who_was_offered(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says(*UNKNOWN)
    await talk.says("堆", "report_hazard", confidence=0.5)
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["beyond_bot"]


async def test_that_a_misheard_no_declines_a_person_who_was_offered(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says(*UNKNOWN)
    assert await talk.says("布用", "ask_safety_advice") == words("offer_declined", "ivr")


async def test_that_without_a_question_a_sound_means_nothing(world: World) -> None:
    talk = world.talk("ivr")
    assert await talk.says("四", "inform") == words("ask_what", "ivr")
