"""While a person is awaited or at work: the bot is silent but not deaf.

An emergency gets the safety words at once and makes the ticket urgent, whoever owns the conversation. In the queue so
does a hazard, and place in line, withdrawal and further facts are answered from fixed wording; to an agent everything
else is only shown.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import emergency, record
from conversations.models import Conversation, Message, Turn
from conversations.ports import Parse, Said
from kit import clock

if TYPE_CHECKING:
    from conversations.service import Conversations

HAZARD = "report_hazard"
SURE = 0.6  # of a wish that changes the wait itself, and of a danger that is none to life
# Words of safety, and the reason for which the ticket becomes urgent.
DANGERS = {emergency.EMERGENCY: (emergency.WORDS, emergency.REASON), HAZARD: ("utter_hazard", "hazard")}


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
        if danger := _danger(parse, conversation.owner):
            words = await _alarm(house, session, conversation, message, parse, danger)
        elif conversation.owner == "queue":
            words = [await _waiting(house, session, conversation, message, parse)]
        else:
            words = []
            await house.desk.heard(session, conversation, message, parse.entities)
        for said in words:
            await record.say(session, conversation, said, author="system", turn_id=turn_id, exempt=True)
        turn.state, turn.finished_at = "done", clock.now()
        await house.on_their_way(session, conversation, open_until=turn.open_until)
    await house.bell.ring("desk", str(turn.conversation_id))
    return True


def _danger(parse: Parse, owner: str) -> str:
    """The intent that makes the message an alarm; '' if none does. A hazard can be left to an agent who reads it."""
    if emergency.told(parse):
        return emergency.EMERGENCY
    return HAZARD if owner == "queue" and parse.intent == HAZARD and parse.confidence >= SURE else ""


async def _alarm(
    house: Conversations, session: AsyncSession, conversation: Conversation, message: Message, parse: Parse, danger: str,
) -> list[Said]:  # fmt: skip
    """Words of safety first, then the ticket, which is urgent now; the place is asked for where nobody told it."""
    key, why = DANGERS[danger]
    await house.desk.heard(session, conversation, message, parse.entities)
    ticket = await house.desk.raise_alarm(session, conversation.id, why)
    words = [house.words(key, conversation.channel)]
    if ticket is not None:
        key = "utter_ticket_raised_known" if ticket.place_known else "utter_ticket_raised"
        words.append(house.words(key, conversation.channel, number=ticket.number))
    return words


async def _waiting(
    house: Conversations, session: AsyncSession, conversation: Conversation, message: Message, parse: Parse
) -> Said:
    """What is said to somebody in the line."""
    if parse.intent == "cancel" and parse.confidence >= SURE:
        number = await house.desk.withdraw(session, conversation)
        return house.words("utter_queue_withdrawn", conversation.channel, number=number)
    await house.desk.heard(session, conversation, message, parse.entities)
    wished = parse.intent == "urge_ticket" and parse.confidence >= SURE
    hurried = wished and await house.desk.hurry(session, conversation, message)
    return house.words(
        "utter_queue_urged" if hurried else "utter_queue_waiting", conversation.channel,
        number=await house.desk.live_number(session, conversation.id),
        place=await house.desk.place_in_line(session, conversation.id) or 1,
    )  # fmt: skip
