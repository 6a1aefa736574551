"""Into Rasa and back: a turn, a parse, events from outside. No HTTP here; `channel.py` speaks that."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.core.channels.channel import UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from sqlalchemy.exc import SQLAlchemyError

from bot.failure import TurnFailed
from bot.fields import BadField, Said, TurnRequest
from bot.locks import ConversationLocks
from bot.processor import HotlineProcessor, Line
from bot.remote import Endpoint, RemoteWords
from bot.tracker import read_events
from bot.tracker_store import TrackerConflict
from bot.words import OUTSIDE, last_turn, report

logger = logging.getLogger(__name__)

CANARIES = Path(__file__).with_name("canaries.yml")
CANARY_SHARE = 0.75  # of the canaries that the model must understand
TURN_SECONDS = 40.0  # shorter than the lock's lifetime
# Events that reach outside the conversation: into a file, into a scheduler.
REFUSED_EVENTS = frozenset({"export", "reminder", "cancel_reminder"})


class DeafModel(Exception):
    """The model loaded but does not understand plain sentences."""


@dataclasses.dataclass(frozen=True)
class Canary:
    """How the canaries went: sentences asked, understood as expected, and the slowest parse in ms."""

    asked: int
    right: int
    slowest_ms: float


class Door:
    """One loaded model with its stores and endpoints.

    door = Door.load("models/hotline.tar.gz", store, ConversationLocks(), actions_url="http://…", token="…")
    answer = await door.turn(request)      # raises TurnFailed, and then nothing was stored
    await door.close()
    """

    def __init__(
        self, processor: HotlineProcessor, locks: ConversationLocks, endpoints: list[Endpoint]
    ) -> None:
        self.processor = processor
        self.locks = locks
        self._endpoints = endpoints
        self.canary = Canary(0, 0, 0.0)

    @classmethod
    def load(
        cls,
        model: str | Path,
        store: TrackerStore,
        locks: ConversationLocks,
        *,
        actions_url: str | None = None,
        token: str = "",
        timeout: float = 10.0,
        turn_seconds: float = TURN_SECONDS,
        canaries: Path = CANARIES,
    ) -> Door:
        """Load the model and let it parse the canaries. Blocking, seconds.

        Without `actions_url` no custom action can run and words come from the domain.

        Raises:
            DeafModel: too few canaries were understood.
        """
        endpoints: list[Endpoint] = []
        action = words = None
        if actions_url:
            action = Endpoint("action", actions_url.rstrip("/") + "/webhook", token, timeout)
            words = Endpoint("nlg", actions_url.rstrip("/") + "/nlg", token, timeout)
            endpoints = [action, words]
        processor = HotlineProcessor(
            model_path=model,
            tracker_store=store,
            lock_store=locks,
            generator=RemoteWords(words) if words else NaturalLanguageGenerator.create(None, Domain.empty()),
            action_endpoint=action,
        )
        if not words:
            processor.nlg = NaturalLanguageGenerator.create(None, processor.domain)
        door = cls(processor, locks, endpoints)
        door.turn_seconds = turn_seconds
        door.canary = door._listen(canaries)
        return door

    turn_seconds: float = TURN_SECONDS

    def _listen(self, path: Path) -> Canary:
        sentences: Mapping[str, str] = rasa.shared.utils.io.read_yaml_file(path)
        known = {
            intent: text for intent, text in sentences.items() if intent in self.processor.domain.intents
        }
        right, slowest, missed = 0, 0.0, []
        for intent, text in (known or sentences).items():
            begin = time.monotonic()
            found = self.parse(Said(text, None))["intent"]["name"]
            slowest = max(slowest, time.monotonic() - begin)
            right += found == intent
            if found != intent:
                missed.append(f"{intent} as {found}")
        if right < CANARY_SHARE * len(known):
            raise DeafModel(", ".join(missed))
        return Canary(len(known), right, round(slowest * 1000, 1))

    async def turn(self, request: TurnRequest) -> dict[str, Any]:
        """Answer a message, or repeat the answer if this message was the conversation's last.

        Raises:
            TurnFailed: the stored conversation is as it was before.
        """
        begin = time.monotonic()
        async with self.locks.lock(request.conversation):
            tracker = await _stored(self.processor.get_tracker(request.conversation))
            done = last_turn(list(tracker.events))
            replayed = done is not None and done[0].message_id == request.message_id
            if not replayed:
                message = self._message(
                    request.said, request.conversation, request.message_id, request.metadata()
                )
                try:
                    await asyncio.wait_for(self.processor.answer(message, tracker), self.turn_seconds)
                except asyncio.TimeoutError:
                    raise TurnFailed("turn_timeout", f"not done within {self.turn_seconds:g} s") from None
                await _stored(self.processor.save_tracker(tracker))
                done = last_turn(list(tracker.events))
        if done is None:
            raise TurnFailed("exception", "the message left no trace")
        return {
            "message_id": request.message_id,
            "replayed": replayed,
            **report(*done),
            "elapsed_ms": round((time.monotonic() - begin) * 1000, 1),
        }

    def parse(self, said: Said) -> dict[str, Any]:
        """What the text means; no conversation is read or written."""
        found = self.processor.parse(self._message(said, "parse", "parse", said.metadata()))
        intent = found["intent"] or {}
        return {
            "text": said.text,
            "intent": {"name": intent.get("name"), "confidence": intent.get("confidence", 0.0)},
            "intent_ranking": found.get("intent_ranking", []),
            "entities": found.get("entities", []),
        }

    async def events(self, conversation: str, dicts: Any) -> int:
        """Append events to a conversation; returns how many were appended.

        Raises:
            BadField: an event is unknown, incomplete or refused; nothing was changed.
            TurnFailed: the store failed.
        """
        events = self._read(dicts)
        async with self.locks.lock(conversation):
            tracker = await _stored(self.processor.get_tracker(conversation))
            tracker.update_with_events(events, self.processor.domain)
            await _stored(self.processor.save_tracker(tracker))
        return len(events)

    def _read(self, dicts: Any) -> list[Event]:
        if not isinstance(dicts, list) or not dicts:
            raise BadField("events", "must be a list of at least one event")
        for index, one in enumerate(dicts):
            if isinstance(one, dict) and one.get("event") in REFUSED_EVENTS:
                raise BadField(f"events[{index}].event", "is not accepted here")
        try:
            events = read_events(dicts)
        except ValueError as error:
            raise BadField(str(error), "is no event this bot knows") from None
        slots = {slot.name for slot in self.processor.domain.slots}
        for index, event in enumerate(events):
            if isinstance(event, SlotSet) and event.key not in slots:
                raise BadField(f"events[{index}].name", "is no slot of this bot")
            event.metadata = {**event.metadata, OUTSIDE: True}
        return events

    def health(self) -> dict[str, Any]:
        """Which model is loaded and how the canaries went."""
        return {
            "status": "ready",
            "model": self.processor.model_filename,
            "model_id": self.processor.model_metadata.model_id,
            "canary": dataclasses.asdict(self.canary),
        }

    async def close(self) -> None:
        """Give connections back."""
        for endpoint in self._endpoints:
            await endpoint.close()
        await self.locks.close()
        close: Callable[[], None] | None = getattr(self.processor.tracker_store, "close", None)
        if close:
            close()

    @staticmethod
    def _message(said: Said, conversation: str, message_id: str, metadata: dict[str, Any]) -> UserMessage:
        channel = said.channel or "web"
        message = UserMessage(
            said.text,
            output_channel=Line(channel),
            sender_id=conversation,
            input_channel=channel,
            message_id=message_id,
            metadata=metadata,
        )
        message.text = said.text  # Rasa strips it, and every span would point elsewhere
        return message


async def _stored(work: Any) -> Any:
    """Await a call of the tracker store; its errors end the turn."""
    try:
        return await work
    except TrackerConflict:
        raise TurnFailed("conflict", "the conversation was saved by somebody else meanwhile") from None
    except (SQLAlchemyError, OSError, ValueError, TypeError) as error:
        logger.error("the tracker store failed: %s", type(error).__name__)
        raise TurnFailed("storage", type(error).__name__) from error
