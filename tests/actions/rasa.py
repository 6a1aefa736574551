"""Rasa's side of the action protocol, as far as rules and forms go: payloads, events, the order of calls.

Which action answers an intent is read from `data/rules`; what understanding found is said by the test.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx
import yaml

from conversations.ports import InboundMessage
from conversations.service import Conversations
from kit.settings import ROOT
from tests.actions.servers import INNER

Event = dict[str, Any]
FORMS = tuple(yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["forms"])
CONFIDENCE = 0.95
MOST_ACTIONS = 10


@lru_cache(maxsize=1)
def rules() -> dict[str, list[str]]:
    """The actions of each intent."""
    found: dict[str, list[str]] = {}
    for file in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]:
            first, *steps = rule["steps"]
            for one in first.get("or", [first]):
                found[one["intent"]] = [step["action"] for step in steps]
    return found


def entity(name: str, text: str, words: str, **more: Any) -> dict[str, Any]:
    start = text.index(words)
    return {"entity": name, "start": start, "end": start + len(words), "value": words, **more}


@dataclass
class Talk:
    """One conversation: its record, and its tracker as Rasa keeps it."""

    house: Conversations
    http: httpx.AsyncClient
    channel: str = "web"
    caller: str = ""
    resident: str = field(default_factory=lambda: uuid.uuid4().hex)
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    events: list[Event] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    loop_rejected: bool = False
    paused: bool = False
    given_back: bool = False
    followup: str | None = None
    epoch: int = 0
    message: dict[str, Any] = field(default_factory=dict)
    turn_id: str = ""
    ran: list[str] = field(default_factory=list)
    clock: itertools.count[int] = field(default_factory=itertools.count)

    async def hear(self, text: str) -> str:
        """The message enters the record, as a connector does it; its id."""
        accepted = await self.house.receive(
            InboundMessage(self.channel, "account", self.resident, uuid.uuid4().hex, text)
        )
        self.id, self.turn_id = accepted.conversation_id, str(accepted.turn_id)
        conversation = await self.house.find(self.channel, "account", self.resident)
        assert conversation is not None
        self.epoch = conversation.epoch
        return self.turn_id

    async def says(
        self, text: str, intent: str, *entities: tuple[str, str], confidence: float = CONFIDENCE,
        ranking: dict[str, float] | None = None, now: dict[str, Any] | None = None,
        demands: dict[str, str] | None = None,
    ) -> str:  # fmt: skip
        """A message and the assistant's words in answer, joined; '' for silence. `demands`: by intent its part of the text."""
        await self.hear(text)
        found = [entity(name, text, words, **(now or {})) for name, words in entities]
        parts = [
            {"intent": i, "confidence": 0.9, "start": text.index(p), "end": text.index(p) + len(p)}
            for i, p in (demands or {}).items()
        ]
        return await self.again(text, intent, found, confidence=confidence, ranking=ranking, demands=parts)

    async def again(
        self, text: str, intent: str, entities: list[dict[str, Any]], *, confidence: float = CONFIDENCE,
        ranking: dict[str, float] | None = None, demands: list[dict[str, Any]] | None = None,
    ) -> str:  # fmt: skip
        """The turn of the message last heard."""
        shares = {intent: confidence} | (ranking or {})
        self.message = {
            "text": text, "intent": {"name": intent, "confidence": confidence}, "entities": entities,
            "intent_ranking": [{"name": n, "confidence": c} for n, c in sorted(shares.items(), key=lambda s: -s[1])],
            "demands": demands or [], "message_id": self.turn_id,
            "metadata": {
                "channel": self.channel, "asr": {"confidence": None, "nbest": []}, "now": None,
                "epoch": self.epoch, "message_id": self.turn_id, "caller": self.caller,
            },
        }  # fmt: skip
        self._add(
            {"event": "user", "parse_data": self.message, "input_channel": self.channel, **self.message}
        )
        begin = len(self.events)
        self.ran = []
        await self._predict(await self._planned())
        self._add({"event": "action", "name": "action_listen"})
        said = [e for e in self.events[begin:] if e["event"] == "bot"]
        shown = [(e.get("data") or {}).get("custom") or {} for e in said]
        self.cards = [custom["card"] for custom in shown if "card" in custom]
        return "\n".join(e["text"] for e, custom in zip(said, shown, strict=True) if "card" not in custom)

    @property
    def choices(self) -> list[str]:
        """The buttons under what was said last."""
        said = [e.get("data") or {} for e in reversed(self.events) if e["event"] == "bot"]
        last = next(data for data in said if not data.get("custom"))
        return [button["title"] for button in last.get("buttons") or []]

    async def _planned(self) -> list[str]:
        """What the rules make of the message, once it is known how well it was understood."""
        await self._call("action_validate_slot_mappings")
        understood = self.slots.get("understood")
        return list(rules()[self.message["intent"]["name"]]) if understood else ["action_hotline_fallback"]

    async def _predict(self, planned: list[str]) -> None:
        """Rasa's loop: a follow-up first, then the open form, then the rule, then the form once more.

        A rule leads back to a form that gave the message away; from a follow-up no rule does.
        """
        latest, led = "action_listen", True
        for _ in range(MOST_ACTIONS):
            if self.paused:
                return
            if self.followup is not None:
                name, self.followup = self.followup, None
                planned, led = [], False
            elif self.loop and not self.loop_rejected and latest != self.loop:
                name = self.loop
            elif self.loop and not self.loop_rejected:
                return
            elif planned:
                name = planned.pop(0)
            elif self.loop:
                assert led, f"no rule leads from {latest} back to {self.loop}"
                name = self.loop
            else:
                return
            if name == "action_listen":
                return
            self.ran.append(name)
            if name == self.loop:
                self.loop_rejected = False
            if name in FORMS:
                await self._form(name)
            elif name.startswith("utter_"):
                await self._utter(name)
            else:
                await self._act(name)
            latest = name if not self.loop_rejected else latest
            if self.given_back:
                self.given_back, latest, led = False, "action_listen", True
                planned = await self._planned()
        raise AssertionError(f"no end in sight: {self.ran}")

    async def _act(self, name: str) -> None:
        answer = await self._call(name)
        assert answer["events"] or answer["responses"], f"{name} left no event"

    async def _form(self, name: str) -> None:
        opening: list[Event] = []
        if self.loop != name:
            opening = [{"event": "active_loop", "name": name}]
            for event in opening:
                self._add(event)
        asked = {"event": "slot", "name": "requested_slot", "value": self.slots.get("requested_slot")}
        answer = await self._call(f"validate_{name}", [asked, {"event": "action", "name": name}])
        assert answer["events"], f"{name} left no event"
        if any(e["event"] == "action_execution_rejected" for e in answer["events"]):
            return
        self.loop_rejected = False  # as Rasa has it once the form has run
        told = [e["name"] for e in answer["events"] if e["event"] == "slot" and e["name"] != "requested_slot"]
        assert told, "Rasa takes an answer without a slot for a refusal"
        asks = [e["value"] for e in answer["events"] if e.get("name") == "requested_slot"]
        assert asks, "a form says what it asks for"
        if asks[-1] is None:
            self._add({"event": "active_loop", "name": None})

    async def _utter(self, name: str) -> None:
        body = {
            "response": name, "id": None, "arguments": {}, "tracker": self.tracker(), "channel": {"name": self.channel},
        }  # fmt: skip
        answer = await self.http.post("/nlg", json=body)
        answer.raise_for_status()
        said = answer.json()
        self._add(bot(said["text"], said["buttons"], utter_action=name))

    def tracker(self, *more: Event) -> dict[str, Any]:
        """`tracker.current_state()` of Rasa 3.6 with all its events."""
        return {
            "sender_id": str(self.id), "slots": dict(self.slots), "latest_message": self.message,
            "latest_event_time": 0.0, "followup_action": None, "paused": self.paused,
            "events": [*self.events, *more], "latest_input_channel": self.channel,
            "active_loop": {"name": self.loop} if self.loop else {},
            "latest_action": {"action_name": "action_listen"}, "latest_action_name": "action_listen",
        }  # fmt: skip

    async def _call(self, name: str, before: list[Event] | None = None) -> dict[str, Any]:
        call = {
            "next_action": name, "sender_id": str(self.id), "tracker": self.tracker(*(before or [])), "version": "3.6.21",
        }  # fmt: skip
        response = await self.http.post("/webhook", json=call)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        if not name.startswith(("validate_", "action_validate")):
            self._add({"event": "action", "name": name})
        elif before and not any(e["event"] == "action_execution_rejected" for e in answer["events"]):
            self._add(before[-1])
        for said in answer["responses"]:
            self._add(bot(said["text"], said["buttons"], said["custom"]))
        for event in answer["events"]:
            self._add(event)
        return answer

    def _add(self, event: Event) -> None:
        self.events.append({"timestamp": float(next(self.clock)), **event})
        match event["event"]:
            case "user" if (
                event["parse_data"] is not self.message
            ):  # an action gave a message back to the rules
                self.message, self.given_back = event["parse_data"], True
            case "slot":
                self.slots[event["name"]] = event["value"]
            case "active_loop":
                self.loop, self.loop_rejected = event["name"], False
            case "action_execution_rejected":
                self.loop_rejected = True
            case "followup":
                self.followup = event["name"]
            case "pause":
                self.paused = True
            case "action":
                self.followup = None


def bot(
    text: str, buttons: list[dict[str, str]], custom: dict[str, Any] | None = None, **metadata: Any
) -> Event:
    data = {"elements": None, "quick_replies": None, "buttons": buttons or None, "attachment": None}
    return {
        "event": "bot", "text": text, "data": {**data, "image": None, "custom": custom or None}, "metadata": metadata,
    }  # fmt: skip


def client(url: str, token: str = INNER) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=15)
