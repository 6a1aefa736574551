"""A proxy between the bot and the action server that can misbehave on purpose: answer 500, stop, cut a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response


@dataclass
class Between:
    """Passes requests on, and misbehaves.

    `broken`: everything is answered 500. `refuses`: the next call of this action is cut off before it is done;
    `loses`: it is done, but its answer is lost. `held`: actions wait for this event.
    """

    target: str
    port: int
    broken: bool = False
    refuses: str = ""
    loses: str = ""
    held: asyncio.Event | None = None
    actions: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        """The proxy as an application."""
        app = FastAPI()
        client = httpx.AsyncClient(base_url=self.target, timeout=30)

        @app.api_route("/{path:path}", methods=["GET", "POST"])
        async def relay(path: str, request: Request) -> Response:
            body = await request.body()
            if path == "webhook":
                self.actions.append((await request.json()).get("next_action", ""))
                if self.held:
                    await self.held.wait()
                if self.refuses == self.actions[-1]:
                    self.refuses = ""
                    return Response(status_code=502)
            if self.broken:
                return Response("broken on purpose", status_code=500)
            headers = {
                k: v
                for k, v in request.headers.items()
                if k.lower() in ("authorization", "content-type", "content-encoding")
            }
            answer = await client.request(request.method, "/" + path, content=body, headers=headers)
            if path == "webhook" and self.loses == self.actions[-1]:
                self.loses = ""
                return Response(status_code=502)
            return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

        return app

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Between]:
        """Listen until the block ends."""
        config = uvicorn.Config(self.app(), host="127.0.0.1", port=self.port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.02)
        try:
            yield self
        finally:
            server.should_exit = True
            await task
