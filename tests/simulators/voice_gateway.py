"""A voice gateway without a voice: speaks AC-Bot-API (HTTP mode) to a bot, as a telephone platform does.

    async with VoiceGateway(base_url, token) as gateway:
        await gateway.create()
        heard = await gateway.start(caller="13800000000")     # list of activities
        heard = await gateway.say("家里停电了", confidence=0.8, nbest=["家里停电了", "家里听电了"])
        await gateway.hangup()

It also misbehaves as gateways do: sends an activity again (`redeliver`), comes with a wrong token
(`token="wrong"`), posts several activities at once (`post`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx

from kit import clock

Activity = dict[str, Any]


class GatewayError(Exception):
    """The bot did not answer 200. `status` is its answer, `body` what it said."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"the bot answered {status}: {body[:200]}")
        self.status, self.body = status, body


class VoiceGateway:
    """One call. `base_url` is the server, `bot_path` where the bot's door is."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        call_id: str | None = None,
        bot_path: str = "/ivr/bot",
        client: httpx.AsyncClient | None = None,
        timeout: float = 15.0,
    ) -> None:
        self.call_id = call_id or str(uuid.uuid4())
        self.bot_url = base_url.rstrip("/") + bot_path
        self.token = token
        self.urls: dict[str, str] = {}
        self.silences = 0  # in a row, as the platform counts them
        self.sent: list[Activity] = []
        self._own = client is None
        self._client = client or httpx.AsyncClient(timeout=timeout, trust_env=False)

    def __repr__(self) -> str:
        return f"VoiceGateway({self.bot_url}, call {self.call_id})"

    async def __aenter__(self) -> VoiceGateway:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection; the call itself is ended by `hangup`."""
        if self._own:
            await self._client.aclose()

    async def _call(self, method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = await self._client.request(method, url, json=body, headers=headers)
        if response.status_code != 200:
            raise GatewayError(response.status_code, response.text)
        return dict(response.json())

    async def health(self) -> dict[str, Any]:
        """What the bot says of itself."""
        return await self._call("GET", self.bot_url)

    async def create(self) -> dict[str, Any]:
        """Announce the call; keeps the addresses of the answer."""
        answer = await self._call(
            "POST", self.bot_url,
            {"conversation": self.call_id, "id": str(uuid.uuid4()), "timestamp": self._timestamp()},
        )  # fmt: skip
        base = self.bot_url + "/"
        self.urls = {
            name: urljoin(base, answer[f"{name}URL"]) for name in ("activities", "refresh", "disconnect")
        }
        return answer

    async def start(self, caller: str = "13800000000", callee: str = "95598") -> list[Activity]:
        """The call is through."""
        parameters = {"vaigConversationId": self.call_id, "caller": caller, "callee": callee}
        return await self.event("start", parameters=parameters)

    async def say(
        self, text: str, *, confidence: float | None = 0.9, nbest: Sequence[str | tuple[str, float]] = ()
    ) -> list[Activity]:
        """The recogniser made `text` of what the caller said; `nbest` comes as Google's recogniser gives it."""
        self.silences = 0
        parameters: dict[str, Any] = {"participant": "caller"}
        if confidence is not None:
            parameters["confidence"] = confidence
        if nbest:
            lines = [
                {"transcript": line}
                if isinstance(line, str)
                else {"transcript": line[0], "confidence": line[1]}
                for line in nbest
            ]
            parameters["recognitionOutput"] = {"results": [{"alternatives": lines, "isFinal": True}]}
        return await self.send({"type": "message", "text": text, "parameters": parameters})

    async def dtmf(self, value: str) -> list[Activity]:
        """Keys were pressed, collected by the platform."""
        self.silences = 0
        return await self.event("DTMF", value=value)

    async def no_input(self) -> list[Activity]:
        """The caller said nothing for a while; the platform counts how often in a row."""
        self.silences += 1
        return await self.event("noUserInput", value=self.silences)

    async def event(self, name: str, **fields: Any) -> list[Activity]:
        """Any event."""
        return await self.send({"type": "event", "name": name, **fields})

    async def send(self, activity: Activity) -> list[Activity]:
        """One activity, given an id and a time unless it has them."""
        return await self.post([activity])

    async def post(self, activities: Sequence[Activity]) -> list[Activity]:
        """Several activities in one request, in this order."""
        stamped = [
            {"id": str(uuid.uuid4()), "timestamp": self._timestamp(), "language": "zh-CN", **activity}
            for activity in activities
        ]
        self.sent = stamped
        return await self.redeliver()

    async def redeliver(self) -> list[Activity]:
        """The last request once more, as after a time-out."""
        url = self.urls.get("activities") or f"{self.bot_url}/conversation/{self.call_id}/activities"
        answer = await self._call("POST", url, {"conversation": self.call_id, "activities": self.sent})
        return list(answer.get("activities", []))

    async def refresh(self) -> dict[str, Any]:
        """The call is still there; every `expiresSeconds`."""
        url = self.urls.get("refresh") or f"{self.bot_url}/conversation/{self.call_id}/refresh"
        return await self._call("POST", url, {"conversation": self.call_id})

    async def hangup(self, reason: str = "Client Side") -> dict[str, Any]:
        """The caller hung up."""
        url = self.urls.get("disconnect") or f"{self.bot_url}/conversation/{self.call_id}/disconnect"
        return await self._call("POST", url, {"conversation": self.call_id, "reason": reason})

    @staticmethod
    def _timestamp() -> str:
        return clock.now().isoformat(timespec="milliseconds")
