"""The inner door for actions: permits, verification, bindings, pictures. Private network, inner token; mounted by the program."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import BaseModel, Field, SecretStr

from conversations import bindings, permits, record, verification
from conversations.service import Conversations
from kit.http import require_bearer

AccountNumber = Annotated[str, Field(pattern=r"^([0-9]{10}|[0-9]{13})$")]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class PermitRequest(BaseModel):
    conversation: uuid.UUID
    epoch: int
    key: Key


class VerificationState(BaseModel):
    """`account_number` is verified here, or None; `locked` names whose failures forbid another attempt."""

    account_number: str | None = None
    locked: verification.Lock | None = None


class AttemptOutcome(BaseModel):
    account_number: AccountNumber
    key: Key
    matched: bool


class Bound(BaseModel):
    account_number: AccountNumber
    holder_version: Annotated[str, Field(min_length=1, max_length=40)]


class BindingWish(Bound):
    """`wanted`: whether the resident said yes."""

    wanted: bool = True


class BindingState(BaseModel):
    """`lasting`: whether accounts can be remembered for this resident at all; `may_ask`: of the account asked about.

    Last used first.
    """

    lasting: bool
    bound: list[Bound]
    may_ask: bool = False


class BindingOutcome(BaseModel):
    outcome: bindings.Outcome


class Kept(BaseModel):
    """`picture` goes into the data of the message that shows it."""

    picture: uuid.UUID


def router(house: Conversations, token: SecretStr) -> APIRouter:
    """`/inner/permits`, `/inner/pictures`, `/inner/verifications/{conversation}`, `/inner/bindings/{conversation}`."""
    routes = APIRouter(prefix="/inner", dependencies=[Depends(require_bearer(token))])

    @routes.post("/permits", status_code=204)
    async def grant(request: PermitRequest) -> None:
        async with house.db.work() as session:
            await permits.grant(
                session, conversation_id=request.conversation, epoch=request.epoch, key=request.key
            )

    @routes.get("/verifications/{conversation_id}")
    async def state(
        conversation_id: uuid.UUID, account_number: AccountNumber | None = None
    ) -> VerificationState:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            lock = (
                await verification.locked(session, conversation, account_number) if account_number else None
            )
            return VerificationState(
                account_number=await verification.active(session, conversation_id), locked=lock
            )

    @routes.post("/verifications/{conversation_id}")
    async def attempted(conversation_id: uuid.UUID, outcome: AttemptOutcome) -> VerificationState:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            lock = await verification.locked(session, conversation, outcome.account_number)
            if lock is None:
                await verification.record(
                    session, conversation, account_number=outcome.account_number,
                    key=outcome.key, matched=outcome.matched,
                )  # fmt: skip
                lock = await verification.locked(session, conversation, outcome.account_number)
            return VerificationState(
                account_number=await verification.active(session, conversation_id), locked=lock
            )

    @routes.delete("/verifications/{conversation_id}", status_code=204)
    async def ended(conversation_id: uuid.UUID) -> None:
        async with house.db.work() as session:
            await verification.end(session, conversation_id, "cancelled")

    @routes.get("/bindings/{conversation_id}")
    async def bound(conversation_id: uuid.UUID, account_number: AccountNumber | None = None) -> BindingState:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            kept = await bindings.alive(session, conversation)
            return BindingState(
                lasting=bindings.lasting(conversation),
                bound=[Bound(account_number=b.account_number, holder_version=b.holder_version) for b in kept],
                may_ask=bool(account_number)
                and await bindings.may_ask(session, conversation, account_number or ""),
            )  # fmt: skip

    @routes.post("/bindings/{conversation_id}")
    async def bind(conversation_id: uuid.UUID, wish: BindingWish) -> BindingOutcome:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            ends = bindings.bind if wish.wanted else bindings.decline
            outcome = await ends(
                session, conversation, account_number=wish.account_number, holder_version=wish.holder_version
            )
            return BindingOutcome(outcome=outcome)

    @routes.post("/bindings/{conversation_id}/use")
    async def use(conversation_id: uuid.UUID, wanted: Bound) -> VerificationState:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            await bindings.use(session, conversation, **wanted.model_dump())
            return VerificationState(account_number=await verification.active(session, conversation_id))

    @routes.delete("/bindings/{conversation_id}", status_code=204)
    async def unbind(conversation_id: uuid.UUID, account_number: AccountNumber | None = None) -> None:
        async with house.db.work() as session:
            conversation = await record.lock_conversation(session, conversation_id)
            await bindings.unbind(session, conversation, account_number)

    @routes.post("/pictures", status_code=201)
    async def keep(
        conversation: Annotated[uuid.UUID, Form()], alt: Annotated[str, Form()], png: UploadFile
    ) -> Kept:
        return Kept(picture=await house.pictures.keep(conversation, png=await png.read(), alt=alt))

    return routes
