"""Applications served over real HTTP in the test's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI


def bound() -> socket.socket:
    """A listening socket at a free loopback port; its address is known before anything answers there."""
    return socket.create_server(("127.0.0.1", 0))


@contextlib.asynccontextmanager
async def serving(app: FastAPI, door: socket.socket | None = None) -> AsyncIterator[str]:
    """Serve at the socket, else at a free port; gives the address once the application has started."""
    door = door or bound()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[door]))
    try:
        while not server.started:
            assert not running.done(), running
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        door.close()
