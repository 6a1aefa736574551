"""Giving the conversation to a person. The desk says the words and the number; this action says nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import ConversationPaused, FollowupAction, SlotSet

from actions import demands, history
from actions.base import END_OF_FORM, HotlineAction
from actions.turn import EMERGENCY, Event, Turn
from backends.desk import StaleEpoch
from kit.addresses import completed
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)

BUDGET = 8.0  # seconds, shorter than Rasa waits for an action
URGENT_REASONS = frozenset({"emergency", "hazard", "medical_device", "important_user"})
REASONS = {
    EMERGENCY: "emergency",
    "report_hazard": "hazard",
    "request_agent": "resident_asked",
    "complain": "complaint",
}
FACTS_FROM_SLOTS = ("account_number", "address")
GATHERED = ("application", "voice")  # slots whose `facts` go with the ticket


class Handoff(HotlineAction):
    """Opens the ticket, once a message, and pauses the dialogue. `say_first`: what this turn has said so far."""

    action_name = "action_handoff"

    async def act(self, turn: Turn) -> list[Event]:
        reason = self._reason(turn)
        epoch, message_id = turn.epoch, turn.message_id
        try:
            async with asyncio.timeout(BUDGET):
                ticket = await self.clients.desk.hand_over(
                    conversation=turn.conversation,
                    epoch=epoch,
                    key=f"{turn.channel}:{turn.conversation}:{message_id}:handoff",
                    turn=message_id,
                    reason=reason,
                    intent=turn.matter,
                    urgent=reason in URGENT_REASONS,
                    say_first=history.words(
                        history.of_message(turn.tracker.events, message_id) or turn.events
                    ),
                    facts=self._facts(turn),
                )
        except StaleEpoch:
            raise
        except (HotlineError, TimeoutError) as error:
            log.error("handoff_failed", reason=reason, error=type(error).__name__)
            turn.say("utter_handoff_failed")
            return [*END_OF_FORM, *turn.offer(reason), FollowupAction("action_listen")]
        log.info("handed_over", ticket=ticket.number, reason=reason, created=ticket.created)
        return [
            *END_OF_FORM, SlotSet(demands.UNFINISHED, None), SlotSet("ticket_number", ticket.number),
            ConversationPaused(),
        ]  # fmt: skip

    @staticmethod
    def _reason(turn: Turn) -> str:
        """An action of this turn may have said why; a yes carries the reason of the offer; else the intent tells."""
        said = history.slot_set(turn.events, "handoff_reason")
        if not said and turn.intent == "affirm" and turn.offered:
            said = history.slot_set(turn.earlier[0], "handoff_reason")
        return str(said or REASONS.get(turn.intent, "beyond_bot"))

    @staticmethod
    def _facts(turn: Turn) -> dict[str, Any]:
        """What was gathered, by entity name; what this message says wins, a part of an address completes it."""
        facts = {name: turn.slot(name) for name in FACTS_FROM_SLOTS if turn.slot(name)}
        facts |= history.slot_set(turn.events, "handoff_facts") or turn.slot("handoff_facts") or {}
        for slot in GATHERED:
            facts |= {
                name: value for name, value in (turn.slot(slot) or {}).get("facts", {}).items() if value
            }
        if spoken_of := history.slot_set(turn.events, "ticket_number"):
            facts["ticket_number"] = spoken_of
        for entity in turn.message.get("entities") or []:
            value = entity.get("value")
            if entity.get("entity") in ("address", "business_hall", "time"):
                value = turn.words_of(entity)  # as people read it, not as programs do
            if entity.get("entity") == "address":
                value = completed(str(facts.get("address") or ""), value)
            if entity.get("entity") and isinstance(value, str | int | float):
                facts[str(entity["entity"])] = value
        return facts
