"""Accounts remembered on WeChat: asked once, used at once, chosen among several, listed, forgotten."""

from __future__ import annotations

import pytest

from kit.wording import Wording
from tests.actions.conftest import World
from tests.actions.rasa import Talk
from tests.actions.records import CHEN, ENDINGS, LI, WANG, proved

WORDS = Wording()


def words(key: str, channel: str = "wechat", **values: object) -> str:
    return WORDS.text(key, channel, **values)


async def bound(world: World, *accounts: str) -> Talk:
    """A resident with these accounts remembered, in a conversation in which nothing is proved any more."""
    talk = await proved(world, accounts[0], "wechat")
    await talk.says("好的", "affirm")
    for account in accounts[1:]:
        await talk.says(f"查{account}", "query_bill", ("account_number", account))
        await talk.says(f"手机尾号{ENDINGS[account]}", "inform")
        await talk.says("好的", "affirm")
    await talk.says("取消", "cancel")
    return talk


async def test_that_it_is_offered_once_after_the_proof_and_remembered_on_a_yes(world: World) -> None:
    talk = world.talk("wechat")
    await talk.says("查电费", "query_bill")
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    assert said.endswith(words("utter_binding_offer"))
    assert talk.choices == ["记住", "不用"]
    assert await talk.says("好的", "affirm") == words("utter_binding_bound", account="0018")
    await talk.says("取消", "cancel")
    said = await talk.says("查电费", "query_bill")
    assert words("utter_account_is", account="0018") in said
    assert words("utter_binding_offer") not in said
    assert talk.ran == ["action_tell_bill"]


async def test_that_who_does_not_want_it_is_not_asked_again(world: World) -> None:
    talk = await proved(world, WANG, "wechat")
    assert await talk.says("不用了", "deny") == words("utter_binding_declined")
    await talk.says("取消", "cancel")
    assert await talk.says("查电费", "query_bill") == words("utter_ask_account_number")
    await talk.says(WANG, "inform", ("account_number", WANG))
    said = await talk.says("王建国", "inform", ("person_name", "王建国"))
    assert words("utter_binding_offer") not in said


async def test_that_a_no_to_something_else_binds_nothing(world: World) -> None:
    talk = await proved(world, WANG, "wechat")
    await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert await talk.says("好的", "affirm") == words("utter_affirm")
    assert await talk.says("我绑定了哪些户号", "ask_app_help") == words("utter_bindings_none")


@pytest.mark.parametrize("channel", ["web", "ivr"])
async def test_that_it_is_offered_on_wechat_only(world: World, channel: str) -> None:
    talk = await proved(world, LI, channel)
    said = await talk.says("我绑定了哪些户号", "ask_app_help")
    assert said == words("utter_binding_not_lasting", channel)


async def test_that_of_several_the_one_meant_is_asked_for_masked(world: World) -> None:
    talk = await bound(world, WANG, LI)
    said = await talk.says("查余额", "query_balance")
    assert "您要查的是哪一户" in said
    assert "尾号0018（3号楼5**室）" in said
    assert "502" not in said
    said = await talk.says("6789那个", "inform")
    assert "账户余额56.20元" in said
    assert talk.ran[-1] == "action_tell_balance"


@pytest.mark.parametrize(("pick", "told"), [("第一个", 0), ("第二个", 1), ("尾号0018", None)])
async def test_that_it_is_picked_by_place_or_ending(world: World, pick: str, told: int | None) -> None:
    talk = await bound(world, WANG, LI)
    await talk.says("查电费", "query_bill")
    titles = talk.choices
    said = await talk.says(pick, "inform")
    wanted = "尾号0018" if told is None else titles[told][:6]
    assert wanted in said


async def test_that_who_picks_none_of_them_is_offered_a_person_in_the_end(world: World) -> None:
    talk = await bound(world, WANG, LI)
    await talk.says("查电费", "query_bill")
    for _ in range(2):
        assert "您要查的是哪一户" in await talk.says("嗯那个", "inform")
    assert await talk.says("那个啊", "inform") == words("utter_account_given_up")
    assert talk.loop is None


async def test_that_another_account_than_those_can_be_proved(world: World) -> None:
    talk = await bound(world, WANG, LI)
    await talk.says("查电费", "query_bill")
    assert await talk.says("都不是，另一个", "deny") == words("utter_ask_account_number")
    await talk.says(CHEN, "inform", ("account_number", CHEN))
    assert "尾号0026" in await talk.says("2468", "inform")


async def test_that_another_question_goes_on_to_the_choice(world: World) -> None:
    talk = await bound(world, WANG, LI)
    await talk.says("查电费", "query_bill")
    said = await talk.says("花木供电营业厅几点开门", "query_hall", ("business_hall", "花木供电营业厅"))
    assert "您要查的是哪一户" in said


async def test_that_the_other_bound_account_is_at_hand(world: World) -> None:
    talk = await bound(world, WANG, LI)
    await talk.says("查电费", "query_bill")
    await talk.says("6789", "inform")
    said = await talk.says("查另一个", "query_bill")
    assert "尾号0018" in said
    assert "尾号0018" in await talk.says("第一个", "inform")


async def test_that_they_are_listed_and_forgotten_one_by_one(world: World) -> None:
    talk = await bound(world, WANG, LI)
    said = await talk.says("我绑定了哪些户号", "ask_app_help")
    assert "尾号0018（3号楼5**室）" in said
    assert "尾号6789" in said
    assert set(talk.choices) == {"解绑尾号0018", "解绑尾号6789"}
    said = await talk.says("解绑", "ask_app_help")
    assert "要去掉哪一个" in said
    said = await talk.says("解绑尾号0018", "inform")
    assert said == words("utter_binding_ended", account="0018")
    assert "尾号6789" in await talk.says("查电费", "query_bill")
    assert await talk.says("全部解绑", "inform") == words("utter_bindings_cleared")


async def test_that_what_is_bound_in_the_app_is_another_matter(world: World) -> None:
    talk = await bound(world, WANG)
    await talk.says("网上国网App怎么解绑户号", "ask_app_help")
    assert "action_bindings" not in talk.ran


async def test_that_a_new_holder_ends_it(world: World) -> None:
    talk = await bound(world, CHEN)
    world.ask_town(f"update account set holder_version = '2' where number = '{CHEN}' returning 1")
    try:
        said = await talk.says("查电费", "query_bill")
        assert said.startswith(words("utter_binding_lapsed", account="0026"))
        assert said.endswith(words("utter_ask_account_number"))
    finally:
        world.ask_town(f"update account set holder_version = '1' where number = '{CHEN}' returning 1")
