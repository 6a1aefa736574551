"""A long session is cut, and nobody can tell: state, repeated answers, what actions look back at, and every answer."""

from __future__ import annotations

import json
import random

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

from bot.recent import KEPT, MOST, recent
from bot.tracker import Tracker, read_events
from bot.words import last_turn, report
from tests.bot.doors import running_door
from tests.bot.test_tracker_store import DOMAIN, random_events, state, store, tracker_of  # noqa: F401

pytest_plugins = ("tests.bot.doors",)
pytestmark = pytest.mark.asyncio


def empty() -> Tracker:
    return Tracker("c1", DOMAIN.slots)


def user(number: int, given_back: bool = False) -> UserUttered:
    parse = {"intent": {"name": "bill", "confidence": 0.5}, "entities": []}
    return UserUttered(f"话{number}", parse["intent"], [], parse, message_id=f"m{number}{'b' * given_back}")


def turns(dice: random.Random, count: int) -> list[list]:
    """What the turns of a session leave behind: forms, slots, pauses, messages given back to the rules, restarts."""
    made = [[ActionExecuted("action_session_start"), *random_events(dice, 0)[1:]]]
    loop = None
    for number in range(count):
        events = [user(number)]
        if dice.random() < 0.3:
            loop = None if loop else "a_form"
            events += [
                ActionExecuted("a_form"),
                ActiveLoop(loop),
                SlotSet("account", dice.choice([None, "310"])),
            ]
        elif loop:
            events += [ActionExecuted("a_form"), SlotSet("list", [number])]
        if dice.random() < 0.1:
            events += [SlotSet("count", dice.random()), ActionExecuted("action_listen"), user(number, True)]
        events += [ActionExecuted("action_a"), BotUttered(f"答{number}")]
        if dice.random() < 0.1:
            events += [ConversationPaused()]
        events += [ActionExecuted("action_listen")]
        if dice.random() < 0.1:
            events += [ConversationResumed(), SlotSet("account", "320")]
        made.append(events)
    return made


def stamped(events: list, begin: float) -> list:
    for index, event in enumerate(events):
        event.timestamp = begin + index
    return events


def without_history(tracker) -> dict:
    known = state(tracker)
    known.pop("events")
    return known


@pytest.mark.parametrize("seed", range(40))
async def test_that_after_every_turn_the_state_is_that_of_rasas_whole_history(store, rows, seed):  # noqa: F811
    dice = random.Random(seed)
    theirs, whole, begin = InMemoryTrackerStore(DOMAIN), [], 1_700_000_000.0
    for events in turns(dice, 60):
        if dice.random() < 0.02:
            events = [*random_events(dice, 0), *events]
        events = stamped(events, begin)
        begin += 100
        whole += events
        mine = await store.get_or_create_tracker("c1", append_action_listen=False)
        mine.update_with_events(events, DOMAIN)
        await store.save(mine)
    await theirs.save(tracker_of(whole))
    mine, other = await store.retrieve("c1"), await theirs.retrieve("c1")
    stock = tracker_of(read_events([event.as_dict() for event in other.events]))

    assert without_history(mine) == without_history(stock)
    assert sum(isinstance(event, UserUttered) for event in mine.events) <= MOST + 1
    assert report(*last_turn(list(mine.events))) == report(*last_turn(list(stock.events)))
    messages = [i for i, event in enumerate(stock.events) if isinstance(event, UserUttered)]
    look_back = list(stock.events)[messages[-KEPT] if len(messages) > KEPT else 0 :]
    assert [e.as_dict() for e in mine.events][-len(look_back) :] == [e.as_dict() for e in look_back]


def forward(events: list) -> list:
    """Those that take nothing back."""
    return [event for event in events if not isinstance(event, (UserUtteranceReverted, ActionReverted))]


@pytest.mark.parametrize("seed", range(60))
async def test_that_a_cut_of_anything_goes_on_as_the_whole_would(seed):
    dice = random.Random(seed)
    events = random_events(dice, 300)
    events += forward(random_events(dice, 300)) if seed % 2 else random_events(dice, 100)
    kept = recent(events, empty)
    if seed % 2:
        assert len(kept) < len(events) / 2
    mine = empty()
    mine.load(read_events([json.loads(json.dumps(event.as_dict())) for event in kept]))
    stock = tracker_of(read_events([json.loads(json.dumps(event.as_dict())) for event in events]))
    assert without_history(mine) == without_history(stock)
    for event in forward(random_events(dice, 30)):
        mine.update(event)
        stock.update(event)
    assert without_history(mine) == without_history(stock)


async def test_that_a_short_session_and_one_with_a_rewind_stay_whole():
    listen = ActionExecuted("action_listen")
    talk = [event for number in range(MOST + 1) for event in (listen, user(number))]
    assert recent(talk[: 2 * MOST], empty) == talk[: 2 * MOST]
    assert len(recent(talk, empty)) < len(talk)
    for undo in (UserUtteranceReverted(), ActionReverted()):
        assert recent([*talk, undo], empty) == [*talk, undo]
        assert len(recent([undo, *talk], empty)) < len(talk)


async def test_that_a_form_is_cut_with_the_message_that_opened_it():
    listen = ActionExecuted("action_listen")
    opening = [listen, user(0), ActionExecuted("a_form"), ActiveLoop("a_form")]
    talk = [*opening, *(e for n in range(1, MOST + 3) for e in (listen, user(n), ActionExecuted("a_form")))]
    kept = recent(talk, empty)
    assert len(kept) < len(talk)
    assert [type(event) for event in kept[:5]] == [
        UserUttered,
        ActionExecuted,
        ActiveLoop,
        ActionExecuted,
        UserUttered,
    ]
    assert (kept[0], kept[1].action_name, kept[2], kept[3]) == (opening[1], "a_form", opening[3], listen)
    mine = empty()
    mine.load(kept)
    assert mine.active_loop == tracker_of(talk).active_loop


SAYINGS = ["你好", "查电费", "3100000000018", "两步", "转人工", "心情", "不知所云"]


async def test_that_a_door_answers_a_long_talk_as_one_that_keeps_everything(
    keyword_model, database_url, rows, actions, monkeypatch
):
    dice = random.Random(7)
    talk = dice.choices(SAYINGS, [3, 3, 3, 3, 0.5, 2, 2], k=90)

    async def held(house, conversation: str) -> list:
        answers = []
        for number, text in enumerate(talk):
            status, body = await house.turn(text, conversation, f"{conversation}-{number}")
            if status == 502 and body["error"]["code"] == "paused":
                await house.post("events", {"conversation": conversation, "events": [{"event": "resume"}]})
                status, body = await house.turn(text, conversation, f"{conversation}-{number}")
            if status == 200:
                answers.append((text, body["messages"], body["intent"], body["actions"]))
                again = (await house.turn(text, conversation, f"{conversation}-{number}"))[1]
                assert (again["replayed"], again["messages"]) == (True, body["messages"])
            else:
                answers.append((text, body["error"]["code"]))
        return answers

    async with running_door(keyword_model, database_url, actions, timeout=5.0) as house:
        cut = await held(house, "cut")
        most = max(len(call["tracker"]["events"]) for call in actions.calls if "next_action" in call)
        monkeypatch.setattr("bot.recent.MOST", 10**9)
        whole = await held(house, "whole")
    assert cut == whole
    assert sum(len(answer) == 4 for answer in cut) > 60
    sizes = {name: len(json.loads(events)) for name, (events, _) in rows.all().items()}
    assert sizes["cut"] < most < sizes["whole"] / 2
