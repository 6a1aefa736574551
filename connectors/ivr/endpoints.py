"""The voice gateway's door: AC-Bot-API in HTTP mode, every call with the bearer token."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Path, Request, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from connectors.ivr.activities import (
    Acknowledged,
    ActivitiesAnswer,
    ActivitiesRequest,
    CallId,
    CallRequest,
    Created,
    DisconnectRequest,
    Health,
    RefreshRequest,
)
from connectors.ivr.calls import OPEN_SECONDS, Calls
from conversations.service import Conversations
from kit.errors import BadInput, Unavailable
from kit.http import require_bearer

PREFIX = "/ivr/bot"

InPath = Annotated[CallId, Path(alias="conversation")]


def router(
    house: Conversations, token: SecretStr, transfer_to: str, *, open_seconds: float = OPEN_SECONDS
) -> APIRouter:
    """`/ivr/bot…`. `open_seconds`: how long an answer may take before the caller is asked to wait."""
    check = require_bearer(token)

    class Guarded(APIRoute):
        """Asks for the token before the body is read, and tells a gateway honestly when the record is away."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                await check(request)
                try:
                    return await handle(request)
                except (SQLAlchemyError, OSError) as error:
                    raise Unavailable("the record does not answer") from error

            return guarded

    routes = APIRouter(prefix=PREFIX, tags=["ivr"], route_class=Guarded)
    calls = Calls(house, transfer_to, open_seconds=open_seconds)

    @routes.get("")
    async def health() -> Health:
        """Alive, and the token is right."""
        return Health()

    @routes.post("")
    async def create(request: CallRequest) -> Created:
        """A call begins; created again, it is the same call."""
        await calls.create(request.conversation)
        return Created.of(PREFIX, request.conversation)

    # `:path`, because a quoted slash in an id is a plain one by the time it is routed.
    @routes.post("/conversation/{conversation:path}/activities", response_model_exclude_none=True)
    async def activities(
        call_id: InPath, request: ActivitiesRequest, background: BackgroundTasks
    ) -> ActivitiesAnswer:
        """What happened on the line; answered with what to say and do."""
        _same_call(call_id, request)
        answer = await calls.answer(call_id, request.activities)
        background.add_task(house.confirm, answer.words)  # runs once the response has left
        return ActivitiesAnswer(conversation=call_id, activities=answer.activities)

    @routes.post("/conversation/{conversation:path}/refresh")
    async def refresh(call_id: InPath, request: RefreshRequest) -> Acknowledged:
        """The call is still there."""
        _same_call(call_id, request)
        await calls.find(call_id)
        return Acknowledged(conversation=call_id)

    @routes.post("/conversation/{conversation:path}/disconnect")
    async def disconnect(call_id: InPath, request: DisconnectRequest) -> Acknowledged:
        """The call is over; told again, it stays so."""
        _same_call(call_id, request)
        await calls.end(call_id, request.reason or request.reasonCode or "disconnect")
        return Acknowledged(conversation=call_id)

    return routes


def _same_call(call_id: str, request: RefreshRequest) -> None:
    if request.conversation not in (None, call_id):
        raise BadInput("conversation: the body names another call than the address")
