"""The inner door for actions: subscribing, listing, ending. Private network, inner token; mounted by the program."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, SecretStr

from conversations import record
from conversations.service import Conversations
from kit.http import require_bearer
from outreach import subscriptions

Topic = Literal["outage", "arrears"]
TAIL = 4  # digits of an account that are told


class Wish(BaseModel):
    """`subject`: a place's id or an account number; `title`: as it is told back to the resident."""

    topic: Topic
    subject: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=120)


class Told(BaseModel):
    """Something a resident is told of; `bound`: outages at the address of a remembered account, `title` its last digits."""

    topic: Topic | Literal["bound"]
    subject: str
    title: str


class Wishes(BaseModel):
    wishes: list[Told]


class Subscribed(BaseModel):
    outcome: subscriptions.Outcome


class Ended(BaseModel):
    count: int


def router(house: Conversations, token: SecretStr) -> APIRouter:
    """`/inner/subscriptions/{conversation}`."""
    routes = APIRouter(prefix="/inner", dependencies=[Depends(require_bearer(token))])
    path = "/subscriptions/{conversation_id}"

    @routes.get(path)
    async def of_resident(conversation_id: uuid.UUID) -> Wishes:
        async with house.db.work() as session:
            kept = await subscriptions.of_resident(session, conversation_id)
            conversation = await record.lock_conversation(session, conversation_id)
            bound = [one.account_number for one in await subscriptions.of_bound(session, conversation)]
        told = [Told.model_validate(one, from_attributes=True) for one in kept]
        return Wishes(wishes=told + [Told(topic="bound", subject=n, title=n[-TAIL:]) for n in bound])

    @routes.post(path)
    async def subscribe(conversation_id: uuid.UUID, wish: Wish) -> Subscribed:
        async with house.db.work() as session:
            outcome = await subscriptions.subscribe(session, conversation_id, **wish.model_dump())
        return Subscribed(outcome=outcome)

    @routes.delete(path)
    async def end(conversation_id: uuid.UUID, topic: Annotated[Topic | None, Query()] = None) -> Ended:
        async with house.db.work() as session:
            return Ended(count=await subscriptions.end(session, conversation_id, topic=topic or ""))

    return routes
