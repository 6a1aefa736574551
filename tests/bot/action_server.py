"""A real action server on loopback that can be stopped, fail, hang, and die between two calls."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

TOKEN = "inner-token-of-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """An event as the action server writes it."""
    return {"event": kind, "timestamp": None, **fields}


class ActionServer:
    """A real action server on loopback whose manners a test can change.

    answers: `{"events", "responses"}` by action name. bad: by action name, or `nlg`: `500`, `hang`, `drop`,
    `dies after`. calls: the bodies it got.
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.bad: dict[str, str] = {}
        self.port = 0
        self.running = 0
        self.most_at_once = 0
        self.delay = 0.0
        self.busy = asyncio.Event()  # an action ran since the test last cleared it
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.answers: dict[str, dict[str, Any]] = {
            "action_bill": said("账单128元"),
            "action_first": said("第一步"),
            "action_second": said("第二步"),
            "action_handoff": {
                "events": [event("slot", name="ticket", value="20260101000001"), event("pause")]
            },
            "action_quiet": {},
            "action_endless": {"events": [event("followup", name="action_endless")]},
            "action_mood": {"events": [event("slot", name="mood", value="好")]},
        }

    def asked(self) -> list[str]:
        """Names of the actions that were asked for, in order."""
        return [call["next_action"] for call in self.calls if "next_action" in call]

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        app = web.Application()
        app.router.add_post("/webhook", self._webhook)
        app.router.add_post("/nlg", self._nlg)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Gone, like a killed process."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls.append(body)
        name = body["next_action"]
        misbehaved = await self._misbehave(request, name)
        if misbehaved is not None:
            return misbehaved
        self.running += 1
        self.busy.set()
        self.most_at_once = max(self.most_at_once, self.running)
        await asyncio.sleep(self.delay)
        self.running -= 1
        if name == "action_refuse":
            return web.json_response({"action_name": name, "error": "not now"}, status=400)
        answer = {"events": [], "responses": [], **self.answers.get(name, {})}
        response = web.json_response(answer)
        if self.bad.get(name) == "dies after":
            response.force_close()
            assert self._site is not None
            await self._site.stop()
        return response

    async def _nlg(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls.append(body)
        misbehaved = await self._misbehave(request, "nlg")
        if misbehaved is not None:
            return misbehaved
        if body["response"] == "utter_lost":
            return web.json_response({"text": 7})
        channel = body["channel"]["name"]
        return web.json_response({"text": f"{body['response']} {channel}", "custom": {"variant": channel}})

    async def _misbehave(self, request: web.Request, name: str) -> web.StreamResponse | None:
        if request.headers.get("Authorization") != AUTHORIZED["Authorization"]:
            return web.json_response({}, status=401)
        manner = self.bad.get(name)
        if manner == "500":
            return web.Response(status=500, text="秘密 went wrong")
        if manner == "hang":
            await asyncio.sleep(60)
        if manner == "drop":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return None


def said(text: str) -> dict[str, Any]:
    """The answer of an action that says one sentence."""
    return {"responses": [{"text": text, "buttons": [], "custom": {}}]}
