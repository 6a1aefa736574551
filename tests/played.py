"""The rooms on the other side of a conversation's ports, played for the tests of the rooms on this side."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from conversations import record
from conversations.models import Conversation, Message, Turn
from conversations.ports import HandoffRequest, HandoffResult, RaisedTicket, Said

TICKET = "20260101123456"


class OneTicketDesk:
    """The desk: one ticket, whoever asks; remembers what it was asked and told."""

    def __init__(self) -> None:
        self.requests: list[HandoffRequest] = []
        self.heard_texts: list[str] = []
        self.alarms: list[str] = []

    async def hand_over(self, session: AsyncSession, request: HandoffRequest) -> HandoffResult:
        conversation = await record.lock_conversation(session, request.conversation_id)
        for said in request.say_first:
            await record.say(
                session, conversation, said, author="system", turn_id=request.turn_id, exempt=True
            )
        await record.change_owner(session, conversation, "queue")
        ticket = Said(f"ticket {TICKET}")
        await record.say(session, conversation, ticket, author="system", turn_id=request.turn_id, exempt=True)
        if request.turn_id:
            (await session.get_one(Turn, request.turn_id)).ticket_number = TICKET
        self.requests.append(request)
        return HandoffResult(TICKET, created=True)

    async def hurry(self, session: AsyncSession, conversation: Conversation, message: Message) -> bool:
        return False

    def rates(self, text: str) -> bool:
        return False

    async def rated(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> list[Said] | None:
        return None

    async def ask_content(self, session: AsyncSession, conversation_id: uuid.UUID, number: str) -> bool:
        return False

    async def place_in_line(self, session: AsyncSession, conversation_id: uuid.UUID) -> int | None:
        return 2

    async def live_number(self, session: AsyncSession, conversation_id: uuid.UUID) -> str | None:
        return TICKET

    async def withdraw(self, session: AsyncSession, conversation: Conversation) -> str | None:
        await record.change_owner(session, conversation, "bot")
        return TICKET

    async def heard(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        entities: list[dict[str, Any]],
    ) -> None:
        self.heard_texts.append(message.text)

    async def raise_alarm(
        self, session: AsyncSession, conversation_id: uuid.UUID, why: str
    ) -> RaisedTicket | None:
        self.alarms.append(why)
        return RaisedTicket(TICKET, place_known=False)

    async def settled(self, session: AsyncSession, conversation_id: uuid.UUID) -> list[dict[str, Any]]:
        return [{"event": "resume"}]

    async def sweep(self) -> None:
        return None
