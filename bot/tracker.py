"""A conversation's state, rebuilt and copied in linear time.

Rasa's own tracker applies its events one by one, five to eight times a message, and every rewind among them replays
everything before it, so a message costs more with every turn. Here a load replays the past once, up to the last
rewind, and a copy copies the state instead of replaying at all. The resulting state is the same as Rasa's.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import ActionReverted, Event, UserUtteranceReverted
from rasa.shared.core.trackers import DialogueStateTracker


@functools.cache
def _event_class(name: str) -> type[Event] | None:
    """Class of an event's type name; Rasa walks its class tree for every event of every load.

    Raises:
        ValueError: no event has this name.
    """
    return Event.resolve_by_type(name)


def read_events(dicts: Iterable[dict[str, Any]]) -> list[Event]:
    """Events from their dictionaries (`Event.as_dict`).

    Raises:
        ValueError: one names no event Rasa knows, or lacks what its event needs; the message is its place.
    """
    events: list[Event] = []
    for index, one in enumerate(dicts):
        try:
            kind = _event_class(one["event"])
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"events[{index}].event") from error
        try:
            event = kind._from_parameters(one) if kind else None
        except Exception as error:
            raise ValueError(f"events[{index}]") from error
        if event is None:
            raise ValueError(f"events[{index}].event")
        events.append(event)
    return events


class Tracker(DialogueStateTracker):
    """Rasa's tracker with the row's version and a copy that does not replay.

    `version` is that of the row it was read from (0: no row yet); the store refuses to write over a newer one.
    """

    version: int = 0

    def load(self, events: list[Event]) -> None:
        """Bring an empty tracker to the state after `events`."""
        undone = max(
            (i for i, e in enumerate(events) if isinstance(e, (UserUtteranceReverted, ActionReverted))),
            default=-1,
        )
        # A rewind's own effect is a reset and a replay of everything so far: what came before the last one
        # needs no application of its own.
        self.events.extend(events[: undone + 1])
        if undone >= 0:
            self._reset()
            self.replay_events()
        for event in events[undone + 1 :]:
            self.events.append(event)
            event.apply_to(self)

    def init_copy(self) -> Tracker:
        """An empty tracker of the same conversation and slots."""
        return Tracker(
            self.sender_id, self.slots.values(), self._max_event_history, is_rule_tracker=self.is_rule_tracker
        )

    def copy(self) -> Tracker:
        """The same state in an object of its own; events are shared, as in Rasa's copy."""
        twin = self.init_copy()
        twin.events.extend(self.events)
        twin._paused = self._paused
        twin.followup_action = self.followup_action
        twin.latest_action = dict(self.latest_action or {})
        twin.latest_message = self.latest_message
        twin.latest_bot_utterance = self.latest_bot_utterance
        twin.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        for name, slot in self.slots.items():
            twin.slots[name] = copy.copy(slot)
        return twin
