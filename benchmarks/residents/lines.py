"""The three ways in: the web chat, a voice gateway, WeChat. What was answered is read from the record."""

from __future__ import annotations

import asyncio
import random
import uuid
from abc import ABC, abstractmethod
from typing import Any

import httpx

from benchmarks.residents.record import Record, Words
from tests.e2e import running as e2e
from tests.e2e.running import Running
from tests.simulators.voice_gateway import VoiceGateway

PATIENCE = 40.0  # seconds until a turn that does not end is given up
LOOK_EVERY = 0.05


class LineError(Exception):
    """The turn did not end, or the door refused."""


class Line(ABC):
    """One resident's way in."""

    channel: str
    conversation: str = ""

    def __init__(self, running: Running, record: Record) -> None:
        self.running, self.record, self.seen = running, record, 0

    async def heard(self) -> list[Words]:
        """What is new since the last look, once the turn is over."""
        for _ in range(int(PATIENCE / LOOK_EVERY)):
            if not self.busy():
                break
            await asyncio.sleep(LOOK_EVERY)
        else:
            raise LineError("the turn did not end")
        found = self.record.said(self.conversation, self.seen)
        self.seen = max([words.seq for words in found], default=self.seen)
        return found

    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self.record.waiting(self.conversation)

    @abstractmethod
    async def open(self) -> None:
        """Until the first words were said."""

    @abstractmethod
    async def say(self, text: str, other: str = "") -> list[Words]:
        """`other`: a second reading of what was said, where the channel has readings."""

    async def keys(self, digits: str) -> list[Words]:
        """Keys pressed; where there are none, written."""
        return await self.say(digits)

    async def silence(self) -> list[Words]:
        """Nothing is said."""
        return []

    @abstractmethod
    async def close(self) -> None:
        """The resident is gone."""

    def _find(self, resident: str) -> None:
        found = self.record.conversation(resident)
        if found is None:
            raise LineError("no conversation was opened")
        self.conversation = str(found["id"])


class WebLine(Line):
    """A browser at an address of its own: the door limits what one address may write."""

    channel = "web"

    async def open(self) -> None:
        number = uuid.uuid4().int
        address = f"127.{number % 200 + 2}.{number // 256 % 250 + 1}.{number // 65536 % 250 + 1}"
        self.client = httpx.AsyncClient(
            base_url=self.running.base,
            transport=httpx.AsyncHTTPTransport(local_address=address),
            timeout=PATIENCE,
        )
        response = await self.client.post("/chat/api/visit", json={})
        response.raise_for_status()
        self._find(response.cookies["hotline_visit"].rpartition(".")[0])
        await self.heard()

    async def say(self, text: str, other: str = "") -> list[Words]:
        body = {"text": text, "client_id": uuid.uuid4().hex}
        response = await self.client.post("/chat/api/messages", json=body)
        if response.status_code != 202:
            raise LineError(f"the door answered {response.status_code}: {response.text[:200]}")
        return await self.heard()

    async def close(self) -> None:
        await self.client.post("/chat/api/end", json={})
        await self.client.aclose()


class IvrLine(Line):
    """A call: readings with a confidence, keys, silence."""

    channel = "ivr"

    def __init__(self, running: Running, record: Record, caller: str, rng: random.Random) -> None:
        super().__init__(running, record)
        self.caller, self.rng = caller, rng

    async def open(self) -> None:
        self.gateway = VoiceGateway(self.running.base, self.running.secrets["ivr_token"], timeout=PATIENCE)
        await self.gateway.create()
        await self.gateway.start(caller=self.caller)
        self._find(self.gateway.call_id)
        await self.heard()

    async def _after(self, activities: list[dict[str, Any]]) -> list[Words]:
        return await self.heard()

    async def say(self, text: str, other: str = "") -> list[Words]:
        confidence = round(self.rng.uniform(0.6, 0.95), 2)
        readings = [(text, confidence), (other, round(confidence - 0.1, 2))] if other else []
        return await self._after(await self.gateway.say(text, confidence=confidence, nbest=readings))

    async def keys(self, digits: str) -> list[Words]:
        return await self._after(await self.gateway.dtmf(digits))

    async def silence(self) -> list[Words]:
        return await self._after(await self.gateway.no_input())

    async def close(self) -> None:
        await self.gateway.hangup()
        await self.gateway.aclose()


class WeChatLine(Line):
    """Somebody with WeChat: what they write comes signed and encrypted from the simulated platform."""

    channel = "wechat"

    async def open(self) -> None:
        self.phone = e2e.Resident(self.running)

    def busy(self) -> bool:
        return super().busy() or self.record.on_the_way(self.conversation)

    async def say(self, text: str, other: str = "") -> list[Words]:
        await self.phone.say(text)
        if not self.conversation:
            self._find(self.phone.openid)
        found = await self.heard()
        if lost := self.record.undelivered(self.conversation):
            raise LineError(f"the account's words did not reach the phone: {lost}")
        return found

    async def close(self) -> None:
        """A resident stays with the account; nothing is held open."""
