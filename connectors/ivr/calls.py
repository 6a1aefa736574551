"""A call: what each activity of the gateway causes in the record, and what is said in answer.

The record is the only state. An activity's words carry a turn id made from the activity, so a redelivered
activity finds them and gets the same answer.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import select

from connectors.ivr.activities import Activity, OutActivity
from connectors.ivr.channel import ACCOUNT, NAME
from connectors.ivr.hearing import confidence_of, nbest
from connectors.ivr.speech import speakable
from conversations import record
from conversations.disarm import clean
from conversations.models import Conversation, Message, Turn
from conversations.ports import HandoffRequest, InboundMessage
from conversations.service import TEXT_LIMIT, Conversations, Word
from kit import clock
from kit.errors import Conflict, HotlineError, NotFound
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)

OPEN_SECONDS = 8.0  # the gateway gives up later than this, and a caller's patience ends about here
STUCK = timedelta(seconds=20)  # a turn that waits longer is somebody's business
REPEATED = 3  # messages at most that are said once more into a first silence
DIGITS = 32  # more is no number of ours
_WITHHELD = {"anonymous", "unknown", "restricted", "private", "unavailable", "withheld"}

# Asked of the gateway with the first words: keys in one piece up to #, and silences told to us, three of them.
SESSION = {
    "sendDTMF": True, "dtmfCollect": True, "dtmfCollectSubmitDigit": "#", "dtmfCollectMaxDigits": DIGITS,
    "sendEventsToBot": ["noUserInput"], "userNoInputTimeoutMS": 8000, "userNoInputRetries": 3,
    "botNoInputGiveUpTimeoutMS": 15000,
}  # fmt: skip


@lru_cache(maxsize=1)
def zero_means() -> str:
    """What a single 0 stands for (`data/lookups/ivr.yml`)."""
    return str(yaml.safe_load((ROOT / "data" / "lookups" / "ivr.yml").read_text("utf-8"))["zero_means"])


def caller_of(start: Activity) -> str:
    """The caller's number from a start event; '' if it is withheld."""
    raw = str(start.parameters.get("caller") or "").strip()
    number = raw.removeprefix("sip:").removeprefix("tel:").partition("@")[0].partition(";")[0][:64]
    return "" if number.lower() in _WITHHELD else number


@dataclass
class Answer:
    """What goes back in one response: activities in order, a transfer or a hang-up always last."""

    spoken: list[OutActivity] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)  # to be confirmed once the response has left
    last: OutActivity | None = None

    def say(self, text: str) -> None:
        if text := speakable(text):
            self.spoken.append(OutActivity(type="message", text=text))

    def transfer(self, target: str, reason: str) -> None:
        self.last = self.last or OutActivity(
            type="event", name="transfer", activityParams={"transferTarget": target, "handoverReason": reason}
        )

    @property
    def activities(self) -> list[OutActivity]:
        return [*self.spoken, *([self.last] if self.last else [])]


class Calls:
    """Calls over `Conversations`. `transfer_to`: `tel:` or `sip:`, where people are."""

    def __init__(self, house: Conversations, transfer_to: str, *, open_seconds: float = OPEN_SECONDS) -> None:
        self.house, self.transfer_to, self.open_seconds = house, transfer_to, open_seconds

    async def create(self, call_id: str) -> None:
        """Begin a call; again is no other call. Raises `Conflict` for one that is over."""
        async with self.house.db.work() as session:
            conversation = await record.get_or_create_conversation(
                session, self._inbound(call_id, "create", "")
            )
            if conversation.ended_at is not None:
                raise Conflict("this call is over; a new call has a new id", code="call_over")

    async def find(self, call_id: str) -> Conversation:
        """A call that was created. Raises `NotFound`."""
        conversation = await self.house.find(NAME, ACCOUNT, call_id)
        if conversation is None:
            raise NotFound("no such call; create it first", code="unknown_call")
        return conversation

    async def end(self, call_id: str, reason: str) -> None:
        """The caller or the gateway hung up: what was verified ends; again does nothing. Raises `NotFound`."""
        conversation = await self.find(call_id)
        if conversation.ended_at is None:
            await self.house.end(conversation.id, reason)

    async def answer(self, call_id: str, activities: Sequence[Activity]) -> Answer:
        """Do the activities in order and say what is due. Raises `NotFound`.

        Whatever else fails, the caller hears so and is given to a person: a line never goes dead.
        """
        answer = Answer()
        deadline = time.monotonic() + self.open_seconds
        try:
            await self.find(call_id)
            for activity in activities:
                await self._do(await self.find(call_id), activity, deadline, answer)
        except HotlineError as error:
            if error.status < 500:
                raise
            self._failed(answer, error)
        except Exception as error:  # the edge of a telephone line: nothing may pass
            self._failed(answer, error)
        return answer

    def _failed(self, answer: Answer, error: Exception) -> None:
        log.error("call_failed", error=repr(error)[:300], exc_info=error)
        try:
            answer.say(self.house.words("utter_ivr_failed", NAME).text)
        except HotlineError as wordless:
            log.error("call_failed_wordless", error=str(wordless))
        answer.transfer(self.transfer_to, "system_failure")

    async def _do(
        self, conversation: Conversation, activity: Activity, deadline: float, answer: Answer
    ) -> None:
        event = (activity.name or "").lower() if activity.type == "event" else ""
        if event in ("hangup", "disconnect"):
            if conversation.ended_at is None:
                await self.house.end(conversation.id, str(activity.parameters.get("reason") or event))
            return
        if conversation.ended_at is not None:
            raise NotFound("this call is over", code="call_over")
        if activity.type == "message":
            await self._message(conversation, self._heard(conversation.resident, activity), deadline, answer)
        elif event == "dtmf":
            await self._message(conversation, self._keyed(conversation.resident, activity), deadline, answer)
        elif event == "start":
            await self._start(conversation, activity, answer)
        elif event == "nouserinput":
            await self._silence(conversation, activity, answer)
        else:
            log.info("activity_ignored", type=activity.type, name=activity.name)

    @staticmethod
    def _inbound(call_id: str, message_id: str, text: str, **more: Any) -> InboundMessage:
        return InboundMessage(NAME, ACCOUNT, call_id, message_id, text, **more)

    def _heard(self, call_id: str, activity: Activity) -> InboundMessage:
        text = activity.text or ""
        output = activity.parameters.get("recognitionOutput") or activity.parameters
        confidence = confidence_of(activity.parameters.get("confidence"))
        return self._inbound(
            call_id, activity.id or str(uuid.uuid4()), text,
            nbest=nbest(text, confidence, output), confidence=confidence,
        )  # fmt: skip

    def _keyed(self, call_id: str, activity: Activity) -> InboundMessage:
        digits = "".join(
            c for c in str(activity.value if activity.value is not None else "") if c in "0123456789"
        )[:DIGITS]
        return self._inbound(
            call_id, activity.id or str(uuid.uuid4()), zero_means() if digits == "0" else digits,
            kind="dtmf", payload={"digits": digits},
        )  # fmt: skip

    async def _start(self, conversation: Conversation, activity: Activity, answer: Answer) -> None:
        if caller := caller_of(activity):
            async with self.house.db.work() as session:
                row = await record.lock_conversation(session, conversation.id)
                if (
                    row.identity == f"{NAME}:{row.resident}"
                ):  # failures to verify count per caller, not per call
                    row.identity = f"{NAME}:{caller}"
        await self.house.greet(self._inbound(conversation.resident, "start", ""))
        words = await self.house.collect(conversation.id) or await self._greeted(conversation.id)
        self._say(answer, words)
        if answer.spoken:
            answer.spoken[0].sessionParams = SESSION
        log.info("call_started", conversation=str(conversation.id), caller=caller)

    async def _greeted(self, conversation_id: uuid.UUID) -> list[Word]:
        """The first words once more, for a redelivered start; nothing once the caller has spoken."""
        async with self.house.db.work() as session:
            rows = await record.transcript(session, conversation_id)
        if any(message.author == "resident" for message, _ in rows):
            return []
        return [Word(outbox.id, message) for message, outbox in rows if outbox and outbox.via == "callback"]

    async def _message(
        self, conversation: Conversation, inbound: InboundMessage, deadline: float, answer: Answer
    ) -> None:
        if await self._keep(conversation.id, inbound):
            self._say(answer, await self.house.collect(conversation.id))
            return
        left = max(0.0, deadline - time.monotonic())
        accepted = await self.house.receive(inbound, open_seconds=left)
        if await self.house.wait(accepted.turn_id, seconds=left):
            self._say(answer, await self.house.collect(conversation.id, turn_id=accepted.turn_id))
            return
        self._say(answer, await self.house.collect(conversation.id))
        if answer.last:
            return
        if await self._stuck(conversation.id):
            await self._hand_over(conversation.id, inbound.message_id, "bot_failed", "utter_bot_failed")
            self._say(answer, await self.house.collect(conversation.id))
        else:
            answer.say(self.house.words("utter_still_working", NAME).text)

    async def _keep(self, conversation_id: uuid.UUID, inbound: InboundMessage) -> bool:
        """Store what is said while people have the call; False when the bot has, or it is stored already."""
        async with self.house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            if conversation.owner == "bot":
                return False
            known = select(Message.id).filter_by(
                conversation_id=conversation_id, channel_message_id=inbound.message_id
            )
            if await session.scalar(known) is not None:
                return False
            await record.add_message(
                session, conversation, author="resident", kind=inbound.kind, text=clean(inbound.text)[:TEXT_LIMIT],
                channel_message_id=inbound.message_id,
                payload=inbound.payload | {"nbest": inbound.nbest, "confidence": inbound.confidence},
            )  # fmt: skip
            conversation.last_inbound_at = clock.now()
        await self.house.bell.ring("desk", str(conversation_id))
        return True

    async def _stuck(self, conversation_id: uuid.UUID) -> bool:
        """Has a turn of this call waited for so long that "one moment please" is no longer honest?"""
        query = select(Turn.id).where(
            Turn.conversation_id == conversation_id, Turn.state == "queued", Turn.created_at < clock.now() - STUCK
        )  # fmt: skip
        async with self.house.db.work() as session:
            return await session.scalar(query.limit(1)) is not None

    async def _silence(self, conversation: Conversation, activity: Activity, answer: Answer) -> None:
        """First silence: the last words again; second: a short hint; third: a person, or goodbye."""
        if words := await self.house.collect(
            conversation.id, turn_id=self._turn_of(conversation.id, activity)
        ):
            self._say(answer, words)  # late words, or this very silence redelivered
            self._goodbye(answer, activity, words)
            return
        async with self.house.db.work() as session:
            rows = await record.transcript(session, conversation.id)
        nth = activity.value if isinstance(activity.value, int) else 1
        if conversation.owner != "bot":
            await self._prompt(conversation.id, activity, "utter_ivr_transfer_again", answer)
            answer.transfer(self.transfer_to, "transfer_again")
        elif nth <= 1 and (last := self._last_words(rows)):
            for message in last:
                answer.say(message.text)
        elif nth <= 2:
            await self._prompt(conversation.id, activity, "utter_ivr_hint", answer)
        elif any(message.author == "resident" for message, _ in rows):
            key = str(self._turn_of(conversation.id, activity))
            await self._hand_over(conversation.id, key, "fallback", "utter_ivr_cannot_hear")
            self._say(answer, await self.house.collect(conversation.id))
        else:  # nobody ever spoke: a line left open keeps somebody else waiting
            await self._prompt(conversation.id, activity, "utter_ivr_goodbye", answer)
