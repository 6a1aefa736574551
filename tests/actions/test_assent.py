"""Yes and no by their sound, and only where yes or no was asked."""

from __future__ import annotations

import pytest

from actions.assent import agrees, answered, sounds_like
from actions.fault import reading
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


@pytest.mark.parametrize(
    "text",
    ["对", "对的", "是的", "嗯", "嗯对", "没错", "好的谢谢", "可以", "对，快点", "行吧", "OK", "对的对的", "额对", "恩恩", "中中中", "要得", "得行", "系啊",
     "没有错", "对对对 就是这个", "嗯，是我家", "好，那麻烦了", "就这么办吧", "YES", "對，沒錯", "这回对了"],
)  # fmt: skip
def test_that_words_of_assent_alone_are_a_yes(text: str) -> None:
    assert agrees(text)
    assert not reading.says_no(text) or text == "没有错"


@pytest.mark.parametrize(
    "text",
    ["啊吧啊吧", "阿巴阿巴", "嘎嘎嘎", "呵呵呵呵", "哈哈", "asdf", "对吗", "是吗", "好吗", "对面", "可是", "是不是", "成都", "你好", "好了", "唔系", "行李",
     "我家", "谢谢", "快点", "这个", "", "好" * 40],
)  # fmt: skip
def test_that_anything_else_is_none(text: str) -> None:
    assert not agrees(text)


def test_that_a_question_is_no_answer() -> None:
    assert answered("嗯")
    assert answered("堆")
    assert answered("嗯？") is None


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


@pytest.mark.parametrize("text", ["啊吧啊吧", "哒哒哒", "对面"])
async def test_that_nonsense_taken_for_a_yes_is_asked_again_and_then_goes_to_a_person(
    world: World, quiet: Quiet, text: str
) -> None:
    talk = await read_back(world, quiet)
    for more in ("", "呀"):
        await talk.says(text + more, "affirm", confidence=0.8)
        assert talk.slots["requested_slot"] == "fault_confirmation"
    await talk.says(text, "affirm", confidence=0.62)
    assert orders_of(world, talk) == []
    assert [ticket.reason for ticket in await world.tickets(talk)] == ["not_answered"]


async def test_that_a_yes_that_goes_on_after_a_pause_needs_to_be_less_sure(
    world: World, quiet: Quiet
) -> None:
    talk = await read_back(world, quiet)
    await talk.says("对面三楼左手那家", "affirm", confidence=0.7)
    assert orders_of(world, talk) == []
    await talk.says("对的，三楼左手那家", "affirm", confidence=0.7)
    assert len(orders_of(world, talk)) == 1


async def test_that_a_yes_taken_for_thanks_or_a_no_writes_the_order(world: World, quiet: Quiet) -> None:
    talk = await read_back(world, quiet)
    await talk.says("没有错，谢谢", "deny")
    assert len(orders_of(world, talk)) == 1


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
