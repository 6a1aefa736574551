"""While a person is awaited or at work: the bot is silent but not deaf.

An emergency gets the safety words at once, whoever owns the conversation. In the queue, place in line,
withdrawal and further facts are answered from fixed wording; to an agent everything is only shown.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conversations import emergency, record
from conversations.models import Message, Turn
from kit import clock

if TYPE_CHECKING:
    from conversations.service import Conversations

WISH_CONFIDENCE = 0.6  # of a wish that changes the wait itself


async def attend(house: Conversations, turn_id: uuid.UUID) -> bool:
    """End the turn of a message that the bot does not answer; False if by now the bot owns the conversation again."""
    async with house.db.work() as session:
        turn = await session.get_one(Turn, turn_id)
        message = await session.get_one(Message, turn_id)
        conversation = await record.lock_conversation(session, turn.conversation_id)
        channel = conversation.channel
    parse = await emergency.understand(house, message, channel)

    async with house.db.work() as session:
        turn = await session.get_one(Turn, turn_id, with_for_update=True, populate_existing=True)
        conversation = await record.lock_conversation(session, turn.conversation_id)
        if conversation.owner == "bot":
            return False
        key: str | None = None
        values: dict[str, object] = {}
        if emergency.told(parse):
            key = emergency.WORDS
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
