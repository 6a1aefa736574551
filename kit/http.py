"""Shared pieces of our HTTP doors: bearer tokens and a cap on request bodies."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from fastapi import Request
from pydantic import SecretStr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import TooLarge, Unauthorized, error_body


def bearer(request: Request) -> str:
    """The bearer token of a request, '' if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def same(given: str, expected: SecretStr) -> bool:
    """Constant-time comparison; an empty expected secret never matches."""
    secret = expected.get_secret_value()
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def require_bearer(expected: SecretStr) -> Callable[[Request], Awaitable[None]]:
    """A FastAPI dependency that refuses with 401 all but `expected`."""

    async def check(request: Request) -> None:
        if not same(bearer(request), expected):
            raise Unauthorized("missing or wrong bearer token")

    return check


class BodyLimit:
    """ASGI middleware: a body over `limit` bytes is answered 413 before it is kept in memory."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        seen = 0
        started = False

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                raise TooLarge(f"the body is over {self.limit} bytes")
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            if declared.isdigit() and int(declared) > self.limit:
                raise TooLarge(f"the body is over {self.limit} bytes")
            await self.app(scope, limited, watched)
        except TooLarge as error:
            if not started:
                await JSONResponse(error_body(error.code, error.reason), status_code=413)(
                    scope, receive, send
                )
