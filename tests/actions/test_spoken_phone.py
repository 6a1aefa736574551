"""Telephone numbers as they are given by voice: read back where nobody sees them, asked again where they cannot be right."""

from __future__ import annotations

from typing import Any

import pytest

from actions.reading import phones_in
from kit.wording import Wording
from tests.actions.conftest import Quiet, World
from tests.actions.rasa import Talk

WORDS = Wording(province="上海")
STORY = "来抄表的师傅张口就骂人，一点礼貌都没有"


def words(key: str, channel: str = "ivr", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("一三八，一二三四，五六七八", ["13812345678"]), ("138 1234 5678", ["13812345678"]), ("1381234567", []),
        ("138123456789", []), ("021-58581234", ["02158581234"]), ("58581234", ["58581234"]), ("4008895598", ["4008895598"]),
        ("3200456789，13812345678", ["13812345678"]), ("13812345678，502室", ["13812345678"]), ("0047815302", []),
    ],
)  # fmt: skip
def test_that_only_a_number_that_can_be_dialled_is_one(text: str, phones: list[str]) -> None:
    assert phones_in(text) == phones


def test_that_a_number_without_its_area_counts_only_where_one_is_near() -> None:
    assert phones_in("58581234", nearby=False) == []


def phone_of(world: World, talk: Talk) -> list[str]:
    return [
        row[0]
        for row in world.ask_town(f"select contact_phone from work_order where conversation = '{talk.id}'")
    ]


async def asked_for_the_phone(world: World, channel: str = "ivr") -> Talk:
    talk = world.talk(channel)
    await talk.says(STORY, "complain")
    said = await talk.says("记不清了", "deny")
    assert said == words("utter_voice_ask_phone_wanted_complain", channel)
    return talk


async def test_that_a_spoken_number_is_read_back_before_it_is_written(world: World) -> None:
    talk = await asked_for_the_phone(world)
    said = await talk.says("幺三八一二三四五六七八", "inform")
    assert said == words("utter_voice_confirm_phone", phone="13812345678")
    assert phone_of(world, talk) == []
    await talk.says("堆", "report_hazard", confidence=0.5)
    assert phone_of(world, talk) == ["13812345678"]


async def test_that_a_wrong_number_is_given_anew_or_corrected_at_once(world: World) -> None:
    talk = await asked_for_the_phone(world)
    await talk.says("13812345678", "inform")
    assert await talk.says("不对", "deny") == words("utter_voice_ask_phone_wanted_again")
    await talk.says("13812345679", "inform")
    said = await talk.says("不是，是13812345670", "deny")
    assert said == words("utter_voice_confirm_phone", phone="13812345670")
    await talk.says("对", "affirm")
    assert phone_of(world, talk) == ["13812345670"]


async def test_that_a_number_of_a_wrong_length_is_asked_for_again(world: World, quiet: Quiet) -> None:
    talk = await asked_for_the_phone(world)
    assert await talk.says("1381234567", "inform") == words("utter_voice_ask_phone_wanted_again")
    talk = world.talk("ivr")
    await talk.says(
        f"{quiet.name}整个小区没电", "report_outage", ("address", quiet.name), ("scope", "整个小区")
    )
    said = await talk.says("1381234567", "inform")
    assert said == words("utter_fault_phone_incomplete") + words("utter_fault_ask_phone")


async def test_that_a_number_given_with_the_story_is_read_back_in_its_turn(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says(f"{STORY}，打我13812345678", "complain")
    said = await talk.says("记不清了", "deny")
    assert said == words("utter_voice_confirm_phone", phone="13812345678")
    await talk.says("算了不留了", "deny", confidence=0.5)
    assert phone_of(world, talk) == []
    assert talk.loop is None


async def test_that_what_is_written_is_seen_and_needs_no_reading_back(world: World) -> None:
    talk = await asked_for_the_phone(world, "web")
    await talk.says("13812345678", "inform")
    assert phone_of(world, talk) == ["13812345678"]
