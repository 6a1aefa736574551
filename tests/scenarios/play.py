"""Plays a scenario and compares what comes of it with what is expected."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import yaml

from kit.settings import ROOT
from tests.e2e.running import Running
from tests.scenarios.agents import Agent
from tests.scenarios.doors import DOORS, Door, Phone
from tests.scenarios.files import Scenario, Step, is_pattern, named
from tests.scenarios.record import Record
from tests.scenarios.values import Values

PATIENCE = 180.0  # seconds for a whole scenario; a turn has 40 s of its own
SOMEBODY_ELSE = 500_000  # added to a scenario's number: another address, another telephone


class Played:
    """A scenario that is over: `dialogue` as people read it, `wrong` what did not come as expected ([] is good)."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.dialogue: list[str] = []
        self.wrong: list[str] = []

    def __str__(self) -> str:
        head = f"{named(self.scenario.file)}:{self.scenario.line}: {self.scenario.name} ({self.scenario.channel})"
        return "\n".join([head, *self.dialogue, *self.wrong])


async def play(running: Running, record: Record, agent: Agent, scenario: Scenario) -> Played:
    """Play to the end, or to the first step that goes wrong."""
    played = Played(scenario)
    numbers = [scenario.number + 1]
    if any(step.does == "other" for step in scenario.steps):
        numbers.append(scenario.number + 1 + SOMEBODY_ELSE)
    doors = [DOORS[scenario.channel](running, record, number) for number in numbers]
    try:
        async with asyncio.timeout(PATIENCE):
            opened = [await door.open() for door in doors]
            played.dialogue += [f"    hotline   {words}" for words in opened[0]]
            await _through(played, record, agent, doors)
    except Exception as error:  # whatever happens, the dialogue so far tells where
        played.wrong.append(f"  ✗ {named(scenario.file)}: {type(error).__name__}: {error}")
    finally:
        for door in doors:
            await door.close()
    return played


async def _through(played: Played, record: Record, agent: Agent, doors: list[Door]) -> None:
    """Step by step, until one goes wrong. The first door is the resident's, the second somebody else's."""
    door = doors[0]
    scenario = played.scenario
    values = Values(record, scenario.number, scenario.at)
    for step in scenario.steps:
        before = (await door.conversation())["id"]
        done = json.loads(await values.fill(json.dumps([step.value, step.hear], ensure_ascii=False), before))
        who = step.does if step.does in ("other", "agent") else "resident"
        played.dialogue.append(f"    {who:<8}  {done[0]}" + (f"  (heard: {done[1]})" if done[1] else ""))
        speaks = doors[1] if step.does == "other" else door
        speaks.cards.clear()
        if step.does == "agent":
            await agent.does(before, done[0])
            said = await door.listen()
        else:
            said = await _do(speaks, step, *done)
        conversation = await speaks.conversation()
        actions, slots = read_tracker(await record.events(conversation["id"]), step.does)
        played.dialogue += [f"    hotline   {words}" for words in said]
        played.dialogue += [f"    hotline   [card: {title}]" for title in speaks.cards]
        played.dialogue.append(f"              · {', '.join(actions) or 'no action'}")
        # numbers are those of the first resident
        own = before if step.does == "other" else conversation["id"]
        expect = json.loads(await values.fill(json.dumps(step.expect, ensure_ascii=False), own))
        facts = {
            "actions": actions, "slots": slots, "said": said, "owner": conversation["owner"],
            "ticket": await record.ticket(conversation["id"]), "orders": await record.orders(conversation["id"]),
            "cards": speaks.cards,
        }  # fmt: skip
        for key, wanted in expect.items():
            for reason in compare(key, wanted, facts, scenario.channel):
                played.wrong.append(f"  ✗ {named(scenario.file)}:{step.lines[key]}: {key}: {reason}")
        if played.wrong:
            break


async def _do(door: Door, step: Step, value: Any, hear: str) -> list[str]:
    if step.does == "again":
        return await door.again()
    if step.does == "later":
        await door.record.pass_time((await door.conversation())["id"], int(value))
        return []
    if isinstance(door, Phone) and step.does == "keys":
        return await door.keys(value)
    if isinstance(door, Phone) and step.does == "silent":
        return await door.silent()
    return await door.say(hear if hear and isinstance(door, Phone) else value)


def read_tracker(events: list[dict[str, Any]], does: str) -> tuple[list[str], dict[str, Any]]:
    """The names of what ran for the last message, in order, and the slots as they stand."""
    slots: dict[str, Any] = {}
    for event in events:
        if event["event"] == "slot":
            slots[event["name"]] = event["value"]
        elif event["event"] in ("reset_slots", "restart", "session_started"):
            slots = {}
    if does in ("silent", "later", "agent"):
        return [], slots
    said = [n for n, event in enumerate(events) if event["event"] == "user"]
    # What one message wants besides is given back to the rules as a message of the same id.
    first = next(
        (n for n in said if events[n].get("message_id") == events[said[-1]].get("message_id")), len(events)
    )
    names = [event["name"] for event in events[first:] if event["event"] == "action"]
    return [name for name in names if name not in ("action_listen", "action_session_start")], slots


def compare(key: str, wanted: Any, facts: dict[str, Any], channel: str) -> list[str]:
    """What is wrong with one expectation; [] if nothing is."""
    text = "\n".join(facts["said"])
    if key == "action":
        rest = iter(facts["actions"])
        return [] if all(one in rest for one in wanted) else [f"{wanted} did not run, but {facts['actions']}"]
    if key == "says":
        return [f"{one!r} was not said" for one in wanted if not _in(one, text)]
    if key == "says_not":
        return [f"{one!r} was said" for one in wanted if _in(one, text)]
    if key == "asks":
        last = facts["said"][-1] if facts["said"] else ""
        return [] if re.search(template(str(wanted), channel), last) else [f"the last words are not {wanted}"]
    if key == "card":
        shown = facts["cards"]
        return [] if (wanted in shown if wanted != "none" else not shown) else [f"the cards are {shown}"]
    if key == "slots":
        return _differs("slot", wanted, facts["slots"])
    if key == "ticket":
        return _record("ticket", wanted, facts["ticket"])
    if key == "order":
        return _record("order", wanted, facts["orders"][0] if facts["orders"] else None)
    if key == "orders":
        return (
            []
            if len(facts["orders"]) == wanted
            else [f"there are {len(facts['orders'])} orders, not {wanted}"]
        )
    if key == "owner":
        return (
            [] if facts["owner"] == wanted else [f"the conversation is with {facts['owner']}, not {wanted}"]
        )
    return [] if bool(facts["said"]) != wanted else ["something was said" if wanted else "nothing was said"]


def _in(wanted: str, text: str) -> bool:
    return bool(re.search(wanted[1:-1], text)) if is_pattern(wanted) else wanted in text


def _record(what: str, wanted: Any, found: dict[str, Any] | None) -> list[str]:
    if wanted == "none":
        return [f"there is one: {found}"] if found else []
    return _differs(what, wanted, found) if found else [f"there is no {what}"]


def _differs(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    wrong = []
    for name, value in wanted.items():
        held = found.get(name)
        same = set(value) <= set(held or []) if name == "marks" else held == value
        if not same:
            wrong.append(f"{what} {name} is {held!r}, not {value!r}")
    return wrong


def template(key: str, channel: str) -> str:
    """A pattern of the words of a response, whatever fills it. Raises `LookupError`."""
    variants = _responses().get(key)
    if not variants:
        raise LookupError(f"no response is named {key}")
    chosen = next((v for v in variants if v.get("channel") == channel), variants[0])
    parts = re.split(r"\{[^}]*\}", chosen["text"].strip())
    return ".+?".join(re.escape(part) for part in parts).replace(r"\ ", " ")


_CACHE: dict[str, list[dict[str, Any]]] = {}


def _responses() -> dict[str, list[dict[str, Any]]]:
    if not _CACHE:
        for file in sorted((ROOT / "data" / "responses").glob("*.yml")):
            _CACHE.update(yaml.safe_load(file.read_text("utf-8"))["responses"])
    return _CACHE
