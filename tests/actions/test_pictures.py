"""Pictures from an action to the record: kept by the inner door, said as a message of their own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import HotlineAction
from actions.clients import Clients
from actions.turn import Event, Turn
from kit.errors import HotlineError
from tests.actions.conftest import World
from tests.actions.rasa import Talk, bot
from tests.actions.servers import settings_of
from tests.pictures import png

ALT = "1至6月用电量：6月最多"


class Chart(HotlineAction):
    """Says, shows, and says twice more; on the telephone the chart in words."""

    action_name = "action_chart"

    async def act(self, turn: Turn) -> list[Event]:
        turn.say("utter_greet")
        if turn.screen:
            kept = await self.clients.desk.keep_picture(conversation=turn.conversation, png=png(), alt=ALT)
            turn.show(kept, ALT)
        turn.say("utter_thank")
        turn.choose("utter_outage_which", ["电费", "停电"])
        return []


async def said(world: World, talk: Talk) -> list[dict[str, Any]]:
    """What the chart's action says in this conversation."""
    await talk.hear("用电量")
    clients = Clients.build(settings_of(backends_url=world.reference, inner_url=world.inner))
    dispatcher = CollectingDispatcher()
    message = {"text": "用电量", "metadata": {"channel": talk.channel}}
    tracker = Tracker(str(talk.id), {}, message, [], False, None, {}, None)
    await Chart(clients).run(dispatcher, tracker, {})
    await clients.aclose()
    return dispatcher.messages


@pytest.mark.parametrize("channel", ["web", "wechat"])
async def test_that_a_picture_is_kept_and_shown_below_the_words(world: World, channel: str) -> None:
    talk = world.talk(channel)
    words, picture = await said(world, talk)
    assert (picture["text"], picture["buttons"]) == (ALT, [])
    kept = uuid.UUID(picture["custom"]["picture"])
    assert await world.house.pictures.get(kept, conversation_id=talk.id) == png()
    assert words["custom"] == {}
    assert "\n" in words["text"]
    assert [button["title"] for button in words["buttons"]][-2:] == ["电费", "停电"]


async def test_that_nothing_is_shown_on_the_telephone(world: World) -> None:
    [words] = await said(world, world.talk("ivr"))
    assert words["custom"] == {}
    assert ALT not in words["text"]


async def test_that_a_refused_picture_is_an_error(world: World) -> None:
    talk = world.talk()
    await talk.hear("用电量")
    clients = Clients.build(settings_of(backends_url=world.reference, inner_url=world.inner))
    with pytest.raises(HotlineError, match="400"):
        await clients.desk.keep_picture(conversation=str(talk.id), png=b"no picture", alt=ALT)
    await clients.aclose()


@pytest.mark.parametrize(("channel", "shown"), [("web", [{"picture": "p1"}]), ("ivr", [])])
async def test_that_what_is_repeated_shows_its_picture_again(
    world: World, channel: str, shown: list[dict[str, str]]
) -> None:
    talk = world.talk(channel)
    await talk.says("你好", "greet")
    for event in (bot("before", []), bot(ALT, [], {"picture": "p1"})):
        talk._add(event)
    begin = len(talk.events)
    assert "before" in await talk.says("再说一遍", "repeat")
    told = [event["data"]["custom"] for event in talk.events[begin:] if event["event"] == "bot"]
    assert [custom for custom in told if custom] == shown


async def test_that_a_handoff_takes_the_turns_picture_along(world: World) -> None:
    from actions import history

    events = [bot("before", []), bot(ALT, [], {"picture": "p1"})]
    assert [words["data"] for words in history.words(events)] == [{}, {"picture": "p1"}]
