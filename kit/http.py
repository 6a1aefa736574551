"""Shared pieces of our HTTP doors: bearer tokens, a cap on request bodies, pictures."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from fastapi import Request
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response
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


def png(data: bytes) -> Response:
    """A picture for the one who asked, and for no cache that others read. It never changes."""
    headers = {
        "Cache-Control": "private, max-age=3600, immutable",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(data, media_type="image/png", headers=headers)


class BodyLimit:
    """ASGI middleware: a body over `limit` bytes is answered 413 before it is kept in memory.

    `own`: beginnings of the paths that hold a limit of their own and refuse in their own words.
    """

    def __init__(self, app: ASGIApp, *, limit: int, own: tuple[str, ...] = ()) -> None:
        self.app, self.limit, self.own = app, limit, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.own):
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        reason = f"the body is over {self.limit} bytes"
        seen = 0
        over = started = False

        async def limited() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                over = True
                raise TooLarge(reason)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if over and not started:
                return  # the application took our refusal for an unreadable body: its answer is replaced
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            if declared.isdigit() and int(declared) > self.limit:
                over = True
            else:
                await self.app(scope, limited, watched)
        except TooLarge:
            if not over:
                raise
        if over and not started:
            refusal = JSONResponse(error_body(TooLarge.code, reason), status_code=TooLarge.status)
            await refusal(scope, receive, send)
