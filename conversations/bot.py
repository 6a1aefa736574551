"""The client of the bot's door: `turn`, `parse`, `events`, `health`."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

import httpx
from pydantic import SecretStr

from conversations.disarm import disarm, wordless
from conversations.models import Conversation, Message
from conversations.ports import BotFailed, BotTurn, Parse, Said

TURN_SECONDS = 20.0
PARSE_SECONDS = 3.0


class BotDoor:
    """HTTP client of the door; one connection pool a process."""

    def __init__(self, url: str, token: SecretStr) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
            timeout=httpx.Timeout(TURN_SECONDS, connect=2.0),
        )

    def __repr__(self) -> str:
        return f"BotDoor({self._client.base_url})"

    async def _call(self, path: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            response = await self._client.post(path, json=body, timeout=httpx.Timeout(seconds, connect=2.0))
        except httpx.HTTPError as error:
            raise BotFailed(f"the bot's door does not answer: {type(error).__name__}") from error
        try:
            answer = response.json()
        except ValueError as error:
            raise BotFailed(f"the bot's door answered {response.status_code} without JSON") from error
        if response.status_code != 200:
            reason = answer.get("error", {}).get("reason", "") if isinstance(answer, dict) else ""
            raise BotFailed(f"{response.status_code}: {reason}")
        return dict(answer)

    @staticmethod
    def _heard(message: Message, channel: str) -> dict[str, Any]:
        nbest = [
            {**line, "text": disarm(str(line.get("text", "")))}
            for line in message.payload.get("nbest", [])
            if not wordless(str(line.get("text", "")))
        ]
        return {
            "text": disarm(message.text),
            "channel": channel,
            "nbest": nbest,
            "asr_confidence": message.payload.get("confidence"),
            "now": message.created_at.isoformat(),
        }

    async def turn(self, conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        body = self._heard(message, conversation.channel) | {
            "conversation": str(conversation.id), "message_id": str(message.id), "epoch": epoch,
            "caller": caller_of(conversation),
        }  # fmt: skip
        answer = await self._call("/turn", body, TURN_SECONDS)
        words = [
            Said(w.get("text") or "", w.get("buttons") or [], w.get("data") or {}) for w in answer["messages"]
        ]
        intent = (answer.get("intent") or {}).get("name") or ""
        return BotTurn(in_order([w for w in words if w.text]), intent, bool(answer.get("replayed")))

    async def parse(self, message: Message, channel: str) -> Parse:
        answer = await self._call("/parse", self._heard(message, channel), PARSE_SECONDS)
        intent = answer.get("intent") or {}
        ranking = {r["name"]: float(r["confidence"]) for r in answer.get("intent_ranking", [])}
        return Parse(
            intent.get("name") or "",
            float(intent.get("confidence") or 0.0),
            ranking,
            answer.get("entities", []),
        )

    async def events(self, conversation_id: uuid.UUID, events: list[dict[str, Any]]) -> None:
        await self._call("/events", {"conversation": str(conversation_id), "events": events}, PARSE_SECONDS)

    async def health(self) -> bool:
        """True once the model is loaded and its canaries were understood."""
        try:
            return (await self._client.get("/health", timeout=2.0)).status_code == 200
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()


def in_order(words: list[Said]) -> list[Said]:
    """What is read, then what there is to choose from, then what is looked at.

    Choices stand under the last words, its own first: under earlier ones they would come between words of one answer.
    """
    read, shown = [w for w in words if not w.shown], [w for w in words if w.shown]
    if not read:
        return shown
    *before, last = read
    choices = last.buttons + [button for word in before for button in word.buttons]
    return [*(replace(word, buttons=[]) for word in before), replace(last, buttons=choices), *shown]


def caller_of(conversation: Conversation) -> str:
    """The telephone number a call came from, as it is rung back: digits without the country's; '' if it is not known."""
    number = conversation.identity.removeprefix(f"{conversation.channel}:")
    if conversation.channel != "ivr" or number == conversation.resident:
        return ""
    digits = re.sub(r"^(?:\+|00)86", "", re.sub(r"[ -]", "", number))
    return digits if re.fullmatch(r"[0-9]{7,12}", digits) else ""
