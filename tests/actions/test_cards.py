"""Pages on the web as cards: once a turn, below the words, where there is a screen and while the page holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kit import clock
from tests.actions.conftest import World
from tests.actions.records import WANG, proved

PAY, HALL = "https://www.95598.cn/osgweb/index", "网上国网网页版"


@pytest.mark.parametrize("channel", ["web", "wechat"])
async def test_that_a_debt_leads_once_to_where_it_is_paid(world: World, channel: str) -> None:
    talk = await proved(world, WANG, channel)
    assert [(card["page"], card["url"]) for card in talk.cards] == [("pay", PAY)]
    await talk.says("再说一遍", "repeat")
    assert [card["page"] for card in talk.cards] == ["pay"]


async def test_that_the_telephone_shows_none_and_says_no_address(world: World) -> None:
    talk = await proved(world, WANG, "ivr")
    assert talk.cards == []
    assert "95598" not in "".join(event["text"] for event in talk.events if event["event"] == "bot")


async def test_that_an_application_leads_to_where_it_is_made_online(world: World) -> None:
    talk = world.talk()
    said = await talk.says("我想过户", "apply_name_change")
    assert [card["title"] for card in talk.cards] == [HALL]
    assert HALL not in said
    assert "网上国网App" in await talk.says("能在网上办吗", "ask_app_help")
    assert [card["title"] for card in talk.cards] == [HALL]


async def test_that_a_page_of_another_time_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = datetime(2022, 4, 6, 10, tzinfo=clock.SHANGHAI)
    monkeypatch.setattr(clock, "now", lambda: long_ago + timedelta(seconds=1))
    talk = world.talk()
    assert await talk.says("我想过户", "apply_name_change")
    assert talk.cards == []
