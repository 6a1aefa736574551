"""Residents at the hotline's three true doors. Each says something and returns what was said to them since."""

from __future__ import annotations

import json
import uuid
from abc import ABC, abstractmethod
from typing import Any

import httpx

from tests.e2e.running import Resident, Running
from tests.scenarios.record import Record
from tests.simulators.voice_gateway import VoiceGateway


class Door(ABC):
    """One resident. `resident` is the name under which the record knows them; `cards` the titles of those shown since."""

    resident: str

    def __init__(self, running: Running, record: Record, number: int) -> None:
        self.running, self.record, self.number = running, record, number
        self.cards: list[str] = []

    @abstractmethod
    async def open(self) -> list[str]:
        """Come; returns the first words."""

    @abstractmethod
    async def say(self, text: str) -> list[str]:
        """Say something; returns the words in answer."""

    @abstractmethod
    async def listen(self) -> list[str]:
        """What was said to them since, without a word of theirs."""

    @abstractmethod
    async def again(self) -> list[str]:
        """The last message is delivered once more."""

    @abstractmethod
    async def close(self) -> None:
        """Go."""

    async def conversation(self) -> dict[str, Any]:
        return await self.record.conversation(self.resident)


class Web(Door):
    """A visitor of `/chat`, at an address of their own."""

    async def open(self) -> list[str]:
        address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        self.client = httpx.AsyncClient(
            base_url=self.running.base, timeout=40, headers={"X-Forwarded-For": address}, trust_env=False
        )
        self.seen = 0
        answer = await self.client.post("/chat/api/visit", json={})
        answer.raise_for_status()
        self.resident = self.client.cookies["hotline_visit"].rpartition(".")[0]
        return await self._words()

    async def say(self, text: str) -> list[str]:
        self.last = {"text": text, "client_id": uuid.uuid4().hex}
        return await self.again()

    async def again(self) -> list[str]:
        answer = await self.client.post("/chat/api/messages", json=self.last)
        answer.raise_for_status()
        return await self._words()

    async def listen(self) -> list[str]:
        return await self._words()

    async def _words(self) -> list[str]:
        """What the page's stream shows after what it has seen, once the bot is done."""
        await self.record.turn_over((await self.conversation())["id"])
        said, event = [], ""
        async with self.client.stream("GET", "/chat/api/stream", params={"after": self.seen}) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    self.seen = int(line[4:])
                elif line.startswith("event: "):
                    event = line[7:]
                elif line.startswith("data: ") and event == "message":
                    shown = json.loads(line[6:])
                    if card := shown.get("card"):
                        self.cards.append(card["title"])
                    elif shown["author"] != "resident":
                        said.append(_with_buttons(shown))
                elif line.startswith("data: ") and event in ("state", "ended"):
                    break  # told after everything that there is
        return said

    async def close(self) -> None:
        await self.client.aclose()


class WeChat(Door):
    """Somebody with WeChat, through the simulated platform's signed callbacks."""

    async def open(self) -> list[str]:
        self.phone = Resident(self.running)
        self.resident = self.phone.openid
        return []

    async def say(self, text: str) -> list[str]:
        self.last = (text, uuid.uuid4().int >> 66)
        return await self.again()

    async def again(self) -> list[str]:
        text, number = self.last
        await self.phone.say(text, message_id=number)
        return await self.listen()

    async def listen(self) -> list[str]:
        await self.record.settled((await self.conversation())["id"])
        fresh = [line for line in await self.phone.lines() if line["number"] > self.phone.seen]
        self.phone.seen = max([line["number"] for line in fresh], default=self.phone.seen)
        self.cards += [line["card"]["title"] for line in fresh if line["card"]]
        return [line["text"] for line in fresh if line["who"] != "me" and not line["card"]]

    async def close(self) -> None:
        """A resident's WeChat stays with the account; nothing is held open."""


class Phone(Door):
    """A caller with a number of their own, through the voice gateway's protocol."""

    async def open(self) -> list[str]:
        self.gateway = VoiceGateway(self.running.base, self.running.secrets["ivr_token"], timeout=40.0)
        self.resident = self.gateway.call_id
        await self.gateway.create()
        return _spoken(await self.gateway.start(caller=f"138{self.number:08d}"))

    async def say(self, text: str) -> list[str]:
        return await self._wait(_spoken(await self.gateway.say(text)))

    async def keys(self, digits: str) -> list[str]:
        return await self._wait(_spoken(await self.gateway.dtmf(digits)))

    async def silent(self) -> list[str]:
        return _spoken(await self.gateway.no_input())

    async def listen(self) -> list[str]:
        return []  # a caller hears answers only

    async def again(self) -> list[str]:
        return _spoken(await self.gateway.redeliver())

    async def _wait(self, said: list[str]) -> list[str]:
        await self.record.turn_over((await self.conversation())["id"])
        return said

    async def close(self) -> None:
        await self.gateway.aclose()


DOORS: dict[str, type[Door]] = {"web": Web, "wechat": WeChat, "ivr": Phone}


def _with_buttons(shown: dict[str, Any]) -> str:
    titles = "".join(f" [{button['title']}]" for button in shown.get("buttons", []))
    return str(shown["text"]) + titles


def _spoken(activities: list[dict[str, Any]]) -> list[str]:
    return [activity["text"] for activity in activities if activity["type"] == "message"]
