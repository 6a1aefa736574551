"""`python -m bot.chat`: talk to the bot in the terminal.

With a running door (`--url`, else `HOTLINE_BOT_URL`) it speaks to that one; else it loads the model here, with the
conversation kept in memory, and custom actions run where `HOTLINE_ACTIONS_URL` points. Ctrl-D ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from bot import logs, runtime
from bot.fields import CHANNELS

Turn = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def talk(turn: Turn, channel: str, details: bool) -> None:
    """Read lines, print answers, until the input ends."""
    conversation, show = f"chat-{uuid.uuid4().hex[:12]}", sys.stdin.isatty()
    while True:
        if show:
            print("> ", end="", flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            return
        body = {
            "conversation": conversation,
            "message_id": uuid.uuid4().hex,
            "text": line.rstrip("\n"),
            "epoch": 0,
        }
        answer = await turn({**body, "channel": channel})
        print("\n".join(rendered(answer, details)), flush=True)


def rendered(answer: dict[str, Any], details: bool) -> list[str]:
    """The lines of an answer: words, buttons, and on request what was understood."""
    if "error" in answer:
        return [f"! {answer['error']['code']}: {answer['error']['reason']}"]
    lines = []
    if details:
        intent, found = answer["intent"], answer["entities"]
        entities = ", ".join(f"{entity['entity']}={entity['value']}" for entity in found)
        lines.append(f"  [{intent['name']} {intent['confidence'] or 0:.2f}] {entities} {answer['actions']}")
    for message in answer["messages"]:
        lines.append(message["text"])
        lines += [f"  ({button.get('title', '')})" for button in message["buttons"]]
    return lines


async def with_door_at(url: str, token: str, channel: str, details: bool) -> int:
    """Talk to a running door."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def turn(body: dict[str, Any]) -> dict[str, Any]:
            async with client.post(url.rstrip("/") + "/turn", json=body) as response:
                return await response.json()

        try:
            await talk(turn, channel, details)
        except aiohttp.ClientConnectionError:
            logs.progress(f"the door at {url} does not answer")
            return 1
    return 0


async def with_model(model: Path, channel: str, details: bool) -> int:
    """Load the model and talk to it; nothing is kept."""
    logs.progress(f"loading {model}")
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.core.domain import Domain

    from bot.door import Door
    from bot.failure import TurnFailed
    from bot.fields import read_turn
    from bot.locks import ConversationLocks

    actions = os.environ.get("HOTLINE_ACTIONS_URL")
    token = os.environ.get("HOTLINE_INTERNAL_TOKEN", "")
    store = InMemoryTrackerStore(Domain.empty())
    door = Door.load(model, store, ConversationLocks(), actions_url=actions, token=token)

    async def turn(body: dict[str, Any]) -> dict[str, Any]:
        try:
            return await door.turn(read_turn(body))
        except TurnFailed as failed:
            return {"error": {"code": failed.code, "reason": failed.reason}}

    try:
        await talk(turn, channel, details)
    finally:
        await door.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.chat", description="Talk to the bot in the terminal."
    )
    parser.add_argument("--url", default=os.environ.get("HOTLINE_BOT_URL"), help="a running door")
    parser.add_argument("--model", type=Path, default=Path("models/hotline.tar.gz"))
    parser.add_argument("--channel", choices=CHANNELS, default="web")
    parser.add_argument("--details", action="store_true", help="also show intent, entities and actions")
    options = parser.parse_args(arguments)
    try:
        if options.url:
            token = os.environ.get("HOTLINE_INTERNAL_TOKEN", "")
            return asyncio.run(with_door_at(options.url, token, options.channel, options.details))
        runtime.prepare(tensorflow=runtime.needs_tensorflow(options.model))
        logs.configure()
        return asyncio.run(with_model(options.model, options.channel, options.details))
    except (FileNotFoundError, ValueError):
        logs.progress(f"{options.model} is no model; `make train` makes it")
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
