"""The place of an application: found, asked about, or taken as it was said and marked."""

from __future__ import annotations

from typing import Any

from kit.wording import Wording
from tests.actions.conftest import Quiet, World
from tests.actions.rasa import Talk

WORDS = Wording(province="上海")
NOWHERE = "云深路九千弄"


def words(key: str, channel: str = "web", **values: Any) -> str:
    return WORDS.text(key, channel, **values)


def order(world: World, talk: Talk) -> tuple[str, str, dict[str, Any]]:
    """Place, address, facts of the one order of this conversation."""
    [row] = world.ask_town(
        f"select place_id, address, facts from work_order where conversation = '{talk.id}'"
    )
    return row  # type: ignore[return-value]


async def asked_for_the_address(world: World, channel: str = "web") -> Talk:
    talk = world.talk(channel)
    await talk.says("我家新房要装电表", "apply_new_connection")
    assert await talk.says("是", "affirm") == words("utter_apply_ask_address", channel)
    return talk


async def finish(talk: Talk) -> str:
    """Name and telephone; the summary."""
    await talk.says("王建国", "inform", ("person_name", "王建国"))
    return await talk.says("13812345678", "inform", ("phone_number", "13812345678"))


async def test_that_an_address_on_no_list_is_asked_for_again_then_taken_and_marked(world: World) -> None:
    talk = await asked_for_the_address(world)
    again = await talk.says(NOWHERE, "inform", ("address", NOWHERE))
    assert again == words("utter_apply_ask_address_again")
    assert await talk.says(f"就是{NOWHERE}", "inform", ("address", NOWHERE)) == words(
        "utter_apply_ask_contact_name"
    )
    assert words("utter_part_apply_address_unresolved", value=NOWHERE) in await finish(talk)
    await talk.says("对", "affirm")
    place, address, facts = order(world, talk)
    assert (place, address, facts["address_unresolved"]) == ("", NOWHERE, NOWHERE)


async def test_that_an_address_said_better_the_second_time_is_found(world: World, quiet: Quiet) -> None:
    talk = await asked_for_the_address(world)
    await talk.says(NOWHERE, "inform", ("address", NOWHERE))
    assert await talk.says(quiet.full, "inform", ("address", quiet.full)) == words(
        "utter_apply_ask_contact_name"
    )
    assert quiet.full in await finish(talk)
    await talk.says("对", "affirm")
    place, _, facts = order(world, talk)
    assert place == quiet.place_id
    assert "address_unresolved" not in facts


async def test_that_an_address_misheard_at_first_is_asked_for_again_where_it_is_needed(world: World) -> None:
    talk = world.talk("ivr")
    await talk.says(f"我家新房要装电表，在{NOWHERE}", "apply_new_connection", ("address", NOWHERE))
    assert await talk.says("是", "affirm") == words("utter_apply_ask_address_again", "ivr")


async def test_that_a_name_that_several_places_have_is_asked_about_from_the_start(world: World) -> None:
    talk = world.talk()
    await talk.says("阳光花园的新房要装电表", "apply_new_connection", ("address", "阳光花园"))
    asked = await talk.says("是", "affirm")
    assert asked.startswith(words("utter_outage_which"))
    assert await talk.says("天元区的", "inform") == words("utter_apply_ask_contact_name")


async def test_that_none_of_the_places_asked_about_asks_anew(world: World) -> None:
    talk = await asked_for_the_address(world)
    await talk.says("阳光花园", "inform", ("address", "阳光花园"))
    assert await talk.says("都不是", "deny") == words("utter_apply_ask_address_again")


async def test_that_nonsense_is_no_address_however_often_it_is_said(world: World) -> None:
    talk = await asked_for_the_address(world)
    for said, again in (("那边那个", "utter_apply_ask_address_again"), ("就是那里嘛", "utter_address_last")):
        assert await talk.says(said, "inform") == words(again)
    assert await talk.says("就那里", "inform") == words("utter_apply_given_up")


async def test_that_a_place_named_before_it_was_asked_what_for_is_kept(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"户名想改一下，{quiet.full}", "apply_name_change", ("address", quiet.full))
    await talk.says("更名", "inform")
    for said, intent in (("是", "affirm"), ("不知道", "deny")):
        await talk.says(said, intent)
    await talk.says("李秀英", "inform", ("person_name", "李秀英"))
    assert quiet.full in await talk.says("13812345678", "inform", ("phone_number", "13812345678"))
    await talk.says("对", "affirm")
    assert order(world, talk)[0] == quiet.place_id
