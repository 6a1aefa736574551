"""A call: what each activity of the gateway causes in the record, and what is said in answer.

The record is the only state. A message's words carry its turn, a prompt's a token made from the activity, so
a redelivered activity finds them and gets the same answer.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from connectors.ivr.activities import Activity
from connectors.ivr.answer import Answer
from connectors.ivr.channel import ACCOUNT, NAME
from connectors.ivr.inbound import caller_of, heard, keyed, of_call
from conversations import emergency, record
from conversations.disarm import clean
from conversations.models import Conversation, Message, Outbox, Turn
from conversations.ports import HandoffRequest, InboundMessage, Said
from conversations.service import TEXT_LIMIT, Conversations, Word
from kit import clock
from kit.errors import Conflict, HotlineError, NotFound
from kit.logging import get

log = get(__name__)

OPEN_SECONDS = 8.0  # the gateway gives up later than this, and a caller's patience ends about here
STUCK = timedelta(seconds=20)  # after that long "one moment please" is no longer honest
REPEATED = 3  # messages at most that are said once more into a first silence


class Calls:
    """Calls over `Conversations`. `transfer_to`: `tel:` or `sip:`, where people are."""

    def __init__(self, house: Conversations, transfer_to: str, *, open_seconds: float = OPEN_SECONDS) -> None:
        self.house, self.transfer_to, self.open_seconds = house, transfer_to, open_seconds

    async def create(self, call_id: str) -> None:
        """Begin a call; again is no other call. Raises `Conflict` for one that is over."""
        async with self.house.db.work() as session:
            conversation = await record.get_or_create_conversation(session, of_call(call_id))
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
        answer = Answer(self.transfer_to)
        deadline = time.monotonic() + self.open_seconds
        try:
            await self.find(call_id)
            for activity in activities:
                await self._do(await self.find(call_id), activity, deadline, answer)
        except NotFound:
            raise
        except Exception as error:  # the edge of a telephone line: nothing else may get through
            log.error("call_failed", error=repr(error)[:300], exc_info=error)
            self._apologise(answer)
        return answer

    def _apologise(self, answer: Answer) -> None:
        try:
            answer.say(self.house.words("utter_ivr_failed", NAME).text)
        except HotlineError as wordless:
            log.error("call_failed_wordless", error=str(wordless))
        answer.transfer("system_failure")

    async def _do(self, call: Conversation, activity: Activity, deadline: float, answer: Answer) -> None:
        event = (activity.name or "").lower() if activity.type == "event" else ""
        if event in ("hangup", "disconnect"):
            if call.ended_at is None:
                await self.house.end(call.id, str(activity.parameters.get("reason") or event))
        elif call.ended_at is not None:
            raise NotFound("this call is over", code="call_over")
        elif activity.type == "message":
            await self._message(call, heard(call.resident, activity), deadline, answer)
        elif event == "dtmf":
            await self._message(call, keyed(call.resident, activity), deadline, answer)
        elif event == "start":
            await self._start(call, activity, answer)
        elif event == "nouserinput":
            await self._silence(call, activity, answer)
        else:
            log.info("activity_ignored", type=activity.type, name=activity.name)

    async def _start(self, call: Conversation, activity: Activity, answer: Answer) -> None:
        if caller := caller_of(activity):
            async with self.house.db.work() as session:
                row = await record.lock_conversation(session, call.id)
                if (
                    row.identity == f"{NAME}:{row.resident}"
                ):  # failures to verify count per caller, not per call
                    row.identity = f"{NAME}:{caller}"
        await self.house.greet(of_call(call.resident))
        answer.add(await self.house.collect(call.id) or await self._greeted(call.id))
        answer.open_session()
        log.info("call_started", conversation=str(call.id), caller=caller)

    async def _greeted(self, call_id: uuid.UUID) -> list[Word]:
        """The first words once more, for a redelivered start; nothing once the caller has spoken."""
        rows = await self._transcript(call_id)
        if any(message.author == "resident" for message, _ in rows):
            return []
        return [Word(outbox.id, message) for message, outbox in rows if outbox and outbox.via == "callback"]

    async def _message(
        self, call: Conversation, inbound: InboundMessage, deadline: float, answer: Answer
    ) -> None:
        if await self._keep(call.id, inbound):
            answer.add(await self.house.collect(call.id))
            return
        left = max(0.0, deadline - time.monotonic())
        accepted = await self.house.receive(inbound, open_seconds=left)
        if await self.house.wait(accepted.turn_id, seconds=left):
            answer.add(await self.house.collect(call.id, turn_id=accepted.turn_id))
            return
        answer.add(await self.house.collect(call.id))
        if answer.last:
            return
        if await self._danger(accepted.turn_id):  # which waits for no turn
            await self._hand_over(
                call.id, inbound.message_id, emergency.REASON, emergency.WORDS, answer, urgent=True
            )
        elif await self._stuck(call.id):
            await self._hand_over(call.id, inbound.message_id, "bot_failed", "utter_bot_failed", answer)
        else:
            answer.say(self.house.words("utter_still_working", NAME).text)

    async def _keep(self, call_id: uuid.UUID, inbound: InboundMessage) -> bool:
        """Store what is said while people have the call; False when the bot has, or it is stored already."""
        async with self.house.db.work() as session:
            call = await record.lock_conversation(session, call_id)
            known = select(Message.id).filter_by(
                conversation_id=call_id, channel_message_id=inbound.message_id
            )
            if call.owner == "bot" or await session.scalar(known) is not None:
                return False
            await record.add_message(
                session, call, author="resident", kind=inbound.kind, text=clean(inbound.text)[:TEXT_LIMIT],
                channel_message_id=inbound.message_id,
                payload=inbound.payload | {"nbest": inbound.nbest, "confidence": inbound.confidence},
            )  # fmt: skip
            call.last_inbound_at = clock.now()
        await self.house.bell.ring("desk", str(call_id))
        return True

    async def _danger(self, message_id: uuid.UUID) -> bool:
        """Whether a message that got no answer in time may well report danger to life."""
        async with self.house.db.work() as session:
            message = await session.get_one(Message, message_id)
        return emergency.told(await emergency.understand(self.house, message, NAME))

    async def _stuck(self, call_id: uuid.UUID) -> bool:
        """True when a turn of this call has been waiting too long."""
        query = select(Turn.id).where(
            Turn.conversation_id == call_id, Turn.state == "queued", Turn.created_at < clock.now() - STUCK
        )
        async with self.house.db.work() as session:
            return await session.scalar(query.limit(1)) is not None

    async def _silence(self, call: Conversation, activity: Activity, answer: Answer) -> None:
        """First silence: the last words again; second: a short hint; third: a person, or goodbye."""
        token = str(uuid.uuid5(call.id, activity.id or str(uuid.uuid4())))
        prompted = await self._prompted(call.id, token)  # this very silence, redelivered
        if words := prompted + await self.house.collect(call.id):  # or late words
            answer.add(words)
            return
        rows = await self._transcript(call.id)
        nth = activity.value if isinstance(activity.value, int) else 1
        if call.owner != "bot":
            data = {"handoff": {"reason": "transfer_again"}}
            await self._prompt(call.id, token, "utter_ivr_transfer_again", answer, data)
        elif nth <= 1 and (last := _last_words(rows)):
            for text in last:
                answer.say(text)
        elif nth <= 2:
            await self._prompt(call.id, token, "utter_ivr_hint", answer)
        elif any(message.author == "resident" for message, _ in rows):
            await self._hand_over(call.id, token, "fallback", "utter_ivr_cannot_hear", answer)
        else:  # nobody ever spoke: a line kept open makes somebody else wait
            await self._prompt(call.id, token, "utter_ivr_goodbye", answer, {"hangup": True})

    async def _prompt(
        self, call_id: uuid.UUID, token: str, key: str, answer: Answer, data: dict[str, Any] | None = None
    ) -> None:
        """Say fixed words that no message caused; by `token` a redelivery finds them."""
        said = Said(self.house.words(key, NAME).text, data=data or {})
        async with self.house.db.work() as session:
            call = await record.lock_conversation(session, call_id)
            known = select(Message.id).filter_by(conversation_id=call_id, client_token=token)
            if await session.scalar(known) is None:
                await record.say(session, call, said, author="system", exempt=True, client_token=token)
        answer.add(await self.house.collect(call_id))

    async def _prompted(self, call_id: uuid.UUID, token: str) -> list[Word]:
        """What `_prompt` has said under this token in an earlier response."""
        query = (
            select(Outbox, Message)
            .join(Message, Message.id == Outbox.message_id)
            .where(
                Message.conversation_id == call_id, Message.client_token == token, Outbox.via == "callback"
            )
        )
        async with self.house.db.work() as session:
            return [Word(outbox.id, message) for outbox, message in (await session.execute(query)).all()]

    async def _hand_over(
        self, call_id: uuid.UUID, cause: str, reason: str, first: str, answer: Answer, *, urgent: bool = False
    ) -> None:
        """Open a ticket for this call on our own account; `cause` makes it once."""
        async with self.house.db.work() as session:
            call = await record.lock_conversation(session, call_id)
            await self.house.desk.hand_over(
                session,
                HandoffRequest(
                    conversation_id=call_id, key=f"{NAME}:{call_id}:{uuid.uuid5(call_id, cause)}:handoff",
                    epoch=call.epoch, reason=reason, intent=emergency.EMERGENCY if urgent else "", urgent=urgent,
                    say_first=[self.house.words(first, NAME)],
                ),
            )  # fmt: skip
        answer.add(await self.house.collect(call_id))

    async def _transcript(self, call_id: uuid.UUID) -> list[tuple[Message, Outbox | None]]:
        async with self.house.db.work() as session:
            return await record.transcript(session, call_id)


def _last_words(rows: Sequence[tuple[Message, Outbox | None]]) -> list[str]:
    """What was said last without a word of the caller's in between, oldest first."""
    last: list[str] = []
    for message, outbox in reversed(rows):
        if message.author == "resident" or len(last) == REPEATED:
            break
        if outbox is not None and outbox.via == "callback":
            last.append(message.text)
    return last[::-1]
