"""A visit: a random name in a signed cookie, forgotten by the browser when it closes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from fastapi import Request, Response
from pydantic import SecretStr

from connectors.web.channel import ACCOUNT, NAME
from connectors.web.guard import address_of
from conversations.models import Conversation
from conversations.ports import InboundMessage
from conversations.service import Conversations
from kit import clock
from kit.errors import Conflict, MisconfiguredError, Unauthorized

COOKIE = "hotline_visit"
PATH = "/chat"
IDLE = timedelta(hours=2)  # a page found open on a shared computer is nobody's visit any more


class Visits:
    """Visits over `Conversations`. `secure`: the cookie travels over TLS only."""

    def __init__(self, house: Conversations, key: SecretStr, *, secure: bool) -> None:
        if not key.get_secret_value():
            raise MisconfiguredError("HOTLINE_SESSION_KEY is not set")
        self.house, self._key, self.secure = house, key.get_secret_value().encode(), secure

    def seal(self, visit: str) -> str:
        """The cookie's value."""
        # The purpose is part of what is signed: no other cookie of this key is a visit.
        mac = hmac.new(self._key, f"web-visit:{visit}".encode(), hashlib.sha256).hexdigest()
        return f"{visit}.{mac}"

    def opened(self, cookie: str) -> str | None:
        """The visit of a cookie that we sealed, else None."""
        visit = cookie.rpartition(".")[0]
        good = hmac.compare_digest(self.seal(visit).encode(), cookie.encode())
        return visit if visit and good else None

    async def find(self, request: Request) -> Conversation | None:
        """The conversation of the request's cookie, ended or not."""
        visit = self.opened(request.cookies.get(COOKIE, ""))
        return await self.house.find(NAME, ACCOUNT, visit) if visit else None

    async def current(self, request: Request) -> Conversation:
        """The open visit of a request. Raises `Unauthorized` (`no_visit`), `Conflict` (`visit_ended`)."""
        conversation = await self.find(request)
        if conversation is None:
            raise Unauthorized("no visit; begin one", code="no_visit")
        if conversation.ended_at is not None:
            raise Conflict("this visit is over", code="visit_ended")
        return conversation

    async def begin(self, request: Request, response: Response) -> bool:
        """Go on with the browser's visit, or begin one with the first words; True if it is new."""
        known = await self.find(request)
        if known is not None and known.ended_at is None:
            last = known.last_inbound_at or known.opened_at
            if known.owner != "bot" or clock.now() - last < IDLE:
                return False
            await self.house.end(known.id, "idle")
        visit = secrets.token_urlsafe(18)
        await self.house.greet(self.inbound(visit, "", "", request))
        response.set_cookie(
            COOKIE, self.seal(visit), path=PATH, httponly=True, samesite="strict", secure=self.secure
        )
        return True

    async def end(self, request: Request, response: Response) -> Conversation | None:
        """End the browser's visit, if it has one."""
        conversation = await self.find(request)
        if conversation is not None and conversation.ended_at is None:
            await self.house.end(conversation.id, "resident")
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict", secure=self.secure)
        return conversation

    def inbound(self, visit: str, message_id: str, text: str, request: Request) -> InboundMessage:
        """What is written in a visit; failures to verify count by address, because visits cost nothing."""
        return InboundMessage(NAME, ACCOUNT, visit, message_id, text, identity=address_of(request))
