"""While a person is awaited or at work: the bot is silent but not deaf.

An emergency gets the safety words at once, whoever owns the conversation. In the queue, place in line,
withdrawal and further facts are answered from fixed wording; to an agent everything is only shown.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conversations import record
from conversations.disarm import speaks
from conversations.models import Message, Turn
from conversations.ports import BotFailed, Parse
from kit import clock
from kit.logging import get

if TYPE_CHECKING:
    from conversations.service import Conversations

log = get(__name__)

EMERGENCY = "report_emergency"
EMERGENCY_CONFIDENCE = 0.3  # recall first: a needless warning costs a line, a missed one may cost a life
WISH_CONFIDENCE = 0.6  # of a wish that changes the wait itself


async def attend(house: Conversations, turn_id: uuid.UUID) -> bool:
    """End the turn of a message that the bot does not answer; False if by now the bot owns the conversation again."""
    async with house.db.work() as session:
        turn = await session.get_one(Turn, turn_id)
        message = await session.get_one(Message, turn_id)
        conversation = await record.lock_conversation(session, turn.conversation_id)
        channel = conversation.channel
    parse = await _understand(house, message, channel)

    async with house.db.work() as session:
        turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
        conversation = await record.lock_conversation(session, turn.conversation_id)
        if conversation.owner == "bot":
            return False
        emergency = parse.ranking.get(EMERGENCY, 0.0) >= EMERGENCY_CONFIDENCE or parse.intent == EMERGENCY
        key: str | None = None
        values: dict[str, object] = {}
        if emergency:
            key = "utter_emergency"
            await house.desk.heard(session, conversation, message, parse.entities)
            await house.desk.raise_alarm(session, conversation.id, "emergency words")
        elif conversation.owner == "queue":
            if parse.intent == "cancel" and parse.confidence >= WISH_CONFIDENCE:
                key = "utter_queue_withdrawn"
                values = {"number": await house.desk.withdraw(session, conversation)}
            else:
                await house.desk.heard(session, conversation, message, parse.entities)
                wished = parse.intent == "urge_ticket" and parse.confidence >= WISH_CONFIDENCE
                hurried = wished and await house.desk.hurry(session, conversation, message)
                key = "utter_queue_urged" if hurried else "utter_queue_waiting"
                values = {
                    "number": await house.desk.live_number(session, conversation.id),
                    "place": await house.desk.place_in_line(session, conversation.id) or 1,
                }
        else:
            await house.desk.heard(session, conversation, message, parse.entities)
        if key:
            said = house.words(key, channel, **values)
            await record.say(session, conversation, said, author="system", turn_id=turn_id, exempt=True)
        turn.state, turn.finished_at = "done", clock.now()
        await house.on_their_way(session, conversation, open_until=turn.open_until)
    await house.bell.ring("desk", str(turn.conversation_id))
    return True


async def _understand(house: Conversations, message: Message, channel: str) -> Parse:
    """What the resident means; nothing, if the bot does not answer: people read it anyway."""
    if not speaks(message):
        return Parse("", 0.0)
    try:
        return await house.bot.parse(message, channel)
    except BotFailed as failure:
        log.warning("parse_failed", message=str(message.id), reason=str(failure))
        return Parse("", 0.0)
