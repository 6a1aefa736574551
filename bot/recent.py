"""What is kept of a session: its last messages, and before them the few events that lead to the same state.

Rasa keeps a session whole: it is read, replayed, matched against rules, sent to every action and written at each turn,
so the hundredth message of a patient resident costs many times the first. Nothing looks that far back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    ConversationPaused,
    Event,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

from bot.tracker import Tracker

KEPT = 10  # messages: actions look back at three, rules at one
MOST = 2 * KEPT  # only then is cut, so that a turn seldom pays for it


def this_session(events: list[Event]) -> list[Event]:
    """The events from the last session start on, the cut Rasa's own stores make when they read."""
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME:
            return events[index:]
    return events


def recent(events: list[Event], empty: Callable[[], Tracker]) -> list[Event]:
    """A session's events, cut before its last `KEPT` messages when there are more than `MOST`.

    Args:
        events: of one session.
        empty: makes a tracker without events, with the domain's slots.

    Returns:
        Events that give the same state. All of them where a later event takes something back: a rewind could reach
        what was cut.
    """
    messages = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(messages) <= MOST:
        return events
    cut = messages[-KEPT]
    before, after = events[:cut], events[cut:]
    if any(isinstance(event, (UserUtteranceReverted, ActionReverted)) for event in after):
        return events
    tracker = empty()
    tracker.load(before)
    return [*_in_short(before, tracker), *after]


def _in_short(before: list[Event], tracker: Tracker) -> Iterator[Event]:
    """Events that bring an empty tracker to the state of `tracker`, which has seen `before`."""
    start = before[0]
    if isinstance(start, ActionExecuted) and start.action_name == ACTION_SESSION_START_NAME:
        yield start
    if begun := _last(before, lambda event: isinstance(event, SessionStarted)):
        yield begun
    if said := _last(before, lambda event: event is tracker.latest_bot_utterance):
        yield said
    for slot in tracker.slots.values():
        if slot.has_been_set:
            yield SlotSet(slot.name, slot.value, before[-1].timestamp)
    done = _last(before, lambda event: isinstance(event, ActionExecuted))
    loop = tracker.active_loop
    if loop:
        # In the order of its beginning: the message that opened it, its action, itself.
        trigger = loop.trigger_message
        for found in (
            _last(before, lambda event: isinstance(event, UserUttered) and event.parse_data is trigger),
            _last(before, lambda event: isinstance(event, ActionExecuted) and event.action_name == loop.name),
            _last(before, lambda event: isinstance(event, ActiveLoop) and event.name == loop.name),
        ):
            if found and found is not done:
                yield found
    if done:
        yield done
    if loop and loop.rejected:
        yield ActionExecutionRejected(loop.name)
    if loop and loop.is_interrupted:
        yield LoopInterrupted(True)
    if tracker.is_paused():
        yield ConversationPaused()
    if tracker.followup_action:
        yield FollowupAction(tracker.followup_action)


def _last(events: list[Event], is_it: Callable[[Event], bool]) -> Event | None:
    return next((event for event in reversed(events) if is_it(event)), None)
