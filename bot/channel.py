"""The one door into Rasa over HTTP, on a private network: `turn`, `parse`, `events`, `health`.

    call          body                                                                         200
    POST /turn    conversation message_id text channel epoch [nbest asr_confidence now caller] message_id replayed messages
                                                                                               intent entities actions elapsed_ms
    POST /parse   text [channel nbest asr_confidence now]                                      text intent intent_ranking entities
    POST /events  conversation events                                                          count
    GET  /health  –                                                                            status model model_id canary

Each call shows `Authorization: Bearer $HOTLINE_INTERNAL_TOKEN`. An error is `{"error": {"code", "reason"}}`: 400 (with
`field`), 401, 404, 405, 413, 502 (a failed turn, codes in `failure.py`; nothing was stored), 503 (still loading).
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.failure import TurnFailed
from bot.fields import BadField, plain, read_body, read_id, read_said, read_turn

if TYPE_CHECKING:
    from bot.door import Door

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024


class Channel:
    """The HTTP application; it answers 503 until `door` is set.

    Args:
        token: what callers must show; never empty.
    """

    def __init__(self, token: str) -> None:
        if not token:
            raise ValueError("the door needs a token")
        self._expected = f"Bearer {token}".encode()
        self.door: Door | None = None

    def application(self) -> web.Application:
        """The routes; every one behind the token."""
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY)
        app.router.add_post("/turn", self._turn)
        app.router.add_post("/parse", self._parse)
        app.router.add_post("/events", self._events)
        app.router.add_get("/health", self._health, allow_head=False)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._expected):
            return error(401, "unauthorized", "the inner token is missing or wrong")
        if (request.content_length or 0) > MAX_BODY:
            return error(413, "too_large", f"a body has at most {MAX_BODY} bytes")
        try:
            return await handler(request)
        except BadField as problem:
            return error(400, "bad_request", str(problem), field=problem.name)
        except web.HTTPRequestEntityTooLarge:
            return error(413, "too_large", f"a body has at most {MAX_BODY} bytes")
        except web.HTTPException as problem:
            return error(problem.status, problem.reason.lower().replace(" ", "_"), problem.reason)
        except Exception as problem:
            failed = _as_failure(problem)
            logger.warning("%s failed: %s (%s)", request.path, failed["code"], failed["reason"])
            return error(502, **failed)

    def _ready(self) -> Door:
        if self.door is None:
            raise web.HTTPServiceUnavailable(reason="Loading")
        return self.door

    async def _turn(self, request: web.Request) -> web.Response:
        door = self._ready()
        return answer(await door.turn(read_turn(read_body(await request.read()))))

    async def _parse(self, request: web.Request) -> web.Response:
        door = self._ready()
        return answer(door.parse(read_said(read_body(await request.read()))))

    async def _events(self, request: web.Request) -> web.Response:
        door = self._ready()
        body = read_body(await request.read())
        return answer({"count": await door.events(read_id(body, "conversation"), body.get("events"))})

    async def _health(self, request: web.Request) -> web.Response:
        return answer(self._ready().health())


def answer(body: dict[str, Any], status: int = 200) -> web.Response:
    """A JSON response; ASCII escapes carry whatever a resident's text holds, half a character included."""
    return web.Response(
        status=status, body=json.dumps(body, default=plain).encode(), content_type="application/json"
    )


def error(status: int, code: str, reason: str, **more: Any) -> web.Response:
    """An error response."""
    return answer({"error": {"code": code, "reason": reason, **more}}, status)


def _as_failure(problem: Exception) -> dict[str, str]:
    if isinstance(problem, TurnFailed):
        return {"code": problem.code, "reason": problem.reason}
    return {"code": "exception", "reason": type(problem).__name__}
