"""Rasa's message processor for a hotline: a turn succeeds as a whole or leaves nothing behind.

What differs from Rasa's: text is never a command; an action that raised ends the turn instead of being logged; a
turn must say something or say why not; the tracker is written once, at the end; no message or slot is logged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection, action_for_name_or_text
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import (
    ACTION_EXTRACT_SLOTS,
    ACTION_LISTEN_NAME,
    ACTION_REVERT_FALLBACK_EVENTS_NAME,
    ACTION_UNLIKELY_INTENT_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.failure import TurnFailed, TurnRecord, turn_record
from bot.model import load_model
from bot.words import is_said

# Actions of Rasa that change nothing by nature.
_EVENTLESS = frozenset({ACTION_LISTEN_NAME, ACTION_UNLIKELY_INTENT_NAME, ACTION_REVERT_FALLBACK_EVENTS_NAME})
# Book-keeping of the dialogue engine: says nothing about why the resident hears nothing.
_BOOKKEEPING = (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    UserUttered,
    UserUtteranceReverted,
)


def explains_silence(event: Event) -> bool:
    """Whether an action's event says why nothing was said: a pause, a slot; not the engine's own book-keeping."""
    if isinstance(event, SlotSet):
        return event.key != REQUESTED_SLOT
    return not isinstance(event, _BOOKKEEPING)


class Line(OutputChannel):
    """The output channel of a turn: carries the channel's name to the words; what is said is read off the tracker."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def name(self) -> str:  # type: ignore[override]
        """`wechat`, `ivr` or `web`."""
        return self._channel


class HotlineProcessor(MessageProcessor):
    """Runs one turn or one parse on a loaded model."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, on_circuit_break=_break_circuit, **kwargs)
        if not self.model_metadata.core_target:
            raise ValueError("the model was trained without dialogue")
        self.tracker_store.domain = self.domain

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        return Path(model_path).name, *load_model(Path(model_path))

    async def answer(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        """Take the message's turn on `tracker`; storing it is the caller's.

        Raises:
            TurnFailed: the tracker is half done and must be thrown away.
        """
        record = TurnRecord()
        token = turn_record.set(record)
        try:
            await self._update_tracker_session(tracker, message.output_channel, message.metadata)
            if tracker.is_paused():
                raise TurnFailed("paused", "the conversation is paused; a resume event wakes it")
            record.explained = False
            await self._handle_message_with_tracker(message, tracker)
            start = len(tracker.events)
            await self.run_action_extract_slots(message.output_channel, tracker)
            await self._run_prediction_loop(message.output_channel, tracker)
            if record.rejected:
                raise TurnFailed("action_error", "the action server refused and no action took notice")
            said = any(is_said(event) for event in list(tracker.events)[start:])
            if not said and not record.explained:
                raise TurnFailed("silent", "nothing was said and no event says why")
            if tracker.latest_action_name != ACTION_LISTEN_NAME:
                # A pause ends Rasa's loop before it listens, and after a resume no rule would match any more.
                tracker.update(ActionExecuted(ACTION_LISTEN_NAME), self.domain)
        except TurnFailed:
            raise
        except Exception as error:
            record.check()
            raise TurnFailed("exception", type(error).__name__) from error
        finally:
            turn_record.reset(token)

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill slots from the message; an error that Rasa would only log ends the turn."""
        action = action_for_name_or_text(ACTION_EXTRACT_SLOTS, self.domain, self.action_endpoint)
        events = await action.run(output_channel, self.nlg, tracker, self.domain)
        _record().check()
        tracker.update_with_events(events, self.domain)
        return tracker

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        name, record = action.name(), _record()
        if name != ACTION_LISTEN_NAME:
            record.actions += 1
        if record.actions > self.max_number_of_predictions + 1:  # one more: the session's start
            _break_circuit()
        # The policy's events are discarded with the copy when the action is rejected.
        temporary = tracker.copy()
        temporary.update_with_events(prediction.events, self.domain)
        try:
            events = await action.run(output_channel, nlg, temporary, self.domain) or []
        except ActionExecutionRejection:
            record.rejected = 0
            tracker.update(ActionExecutionRejected(name, prediction.policy_name, prediction.max_confidence))
            return self.should_predict_another_action(name)
        except Exception as error:
            record.check()
            raise TurnFailed("action_exception", f"{name}: {type(error).__name__}") from error
        record.check()
        if not events and name not in _EVENTLESS:
            raise TurnFailed("no_event", f"{name} left no event")
        record.explained = record.explained or any(explains_silence(event) for event in events)

        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        if any(isinstance(event, UserUttered) for event in events):
            await self.run_action_extract_slots(output_channel, tracker)
        return self.should_predict_another_action(name)

    def parse(self, message: UserMessage, tracker: DialogueStateTracker | None = None) -> dict[str, Any]:
        """Intent, ranking and entities of the message; the text stays as it was written."""
        tracker = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        found = self._parse_message_with_graph(message, tracker)
        self._update_full_retrieval_intent(found)
        found["text"] = message.text
        return found

    async def parse_message(
        self,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        """Rasa's name for `parse`."""
        return self.parse(message, tracker)

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Nothing: slots are what a resident told us."""


def _break_circuit(*_: Any) -> None:
    raise TurnFailed("action_limit", "more actions in one turn than allowed")


def _record() -> TurnRecord:
    record = turn_record.get()
    if record is None:
        raise RuntimeError("an action runs inside a turn only")
    return record
