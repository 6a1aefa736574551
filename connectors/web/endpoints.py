"""The web chat's door: the page, the visit, what is written, the stream of what was said, its pictures."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field, StringConstraints

from connectors.web.guard import address_of, json_only, same_origin
from connectors.web.page import page
from connectors.web.stream import Stream
from connectors.web.visits import Visits
from conversations.models import Message
from conversations.service import Conversations
from kit.errors import TooMany
from kit.http import png
from kit.settings import Settings

HERE = Path(__file__).parent
TEXT_LIMIT = 1000  # characters of one message
MINUTE = 60
MESSAGES = 20  # a minute and visit; three times as many an address, where families and firms share one
VISITS = 60  # pages opened a minute and address
STREAMS = 120  # connections a minute and address


class Written(BaseModel):
    """A resident's message. `client_id`, made by the page, lets a repeated send find the first."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT)]
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Stored(BaseModel):
    """Where the message stands in its conversation."""

    seq: int
    duplicate: bool


class Visit(BaseModel):
    """`new`: nothing shown before belongs to it."""

    new: bool


def router(house: Conversations, settings: Settings) -> APIRouter:
    """`/chat`, `/chat/api/…` and `/chat/pictures/…`."""
    routes = APIRouter(prefix="/chat", tags=["web"])
    visits = Visits(house, settings.session_key, secure=not settings.demo)
    writes = [Depends(same_origin), Depends(json_only)]

    async def allow(what: str, who: str, limit: int) -> None:
        if not await house.bell.allow(f"web:{what}:{who}", limit=limit, seconds=MINUTE):
            raise TooMany("too many requests; wait a minute")

    @routes.get("", include_in_schema=False)
    async def chat() -> HTMLResponse:
        return page(HERE / "templates" / "chat.html")

    @routes.post("/api/visit", dependencies=writes)
    async def begin(request: Request, response: Response) -> Visit:
        """Go on with this browser's visit, or begin one: then the first words are on their way."""
        await allow("visit", address_of(request), VISITS)
        return Visit(new=await visits.begin(request, response))

    @routes.post("/api/messages", status_code=202, dependencies=writes)
    async def write(written: Written, request: Request) -> Stored:
        """Store a message; the answer comes by the stream."""
        visit = await visits.current(request)
        await allow("address", address_of(request), 3 * MESSAGES)
        await allow("message", visit.resident, MESSAGES)
        accepted = await house.receive(
            visits.inbound(visit.resident, written.client_id, written.text, request)
        )
        async with house.db.work() as session:
            message = await session.get_one(Message, accepted.turn_id)
        await house.bell.ring(f"conversation:{accepted.conversation_id}")
        return Stored(seq=message.seq, duplicate=accepted.duplicate)

    @routes.get("/api/stream", dependencies=[Depends(same_origin)])
    async def stream(
        request: Request,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        last_event_id: Annotated[str, Header()] = "",
    ) -> StreamingResponse:
        """Server-sent events `message`, `state`, `ended`; a browser that reconnects names the last it saw."""
        visit = await visits.current(request)
        await allow("stream", address_of(request), STREAMS)
        seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else 0
        events = Stream(house, visit.id, max(after, min(seen, 2**62))).events()
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    @routes.get("/pictures/{picture}", dependencies=[Depends(same_origin)])
    async def picture(picture: uuid.UUID, request: Request) -> Response:
        """A picture shown in this visit; in another's there is none."""
        visit = await visits.current(request)
        return png(await house.pictures.get(picture, conversation_id=visit.id))

    @routes.post("/api/end", status_code=204, dependencies=writes)
    async def end(request: Request, response: Response) -> None:
        """The resident is done: what was verified ends, the cookie goes."""
        ended = await visits.end(request, response)
        if ended is not None:
            await house.bell.ring(f"conversation:{ended.id}")

    return routes


def mount_static(app: FastAPI) -> None:
    """`/chat/static`: the page's script and style."""
    app.mount("/chat/static", StaticFiles(directory=HERE / "static"), name="chat-static")
