"""A utility that misbehaves: a bare TCP server, since a proper framework would not send such answers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Self

Behaviour = str | dict[str, Any] | tuple[int, dict[str, Any]]


@dataclass
class BadUtility:
    """Answers request after request as `behaviours` say; the last one stays.

    | behaviour | what the client meets |
    |---|---|
    | a dict | 200 with it as JSON |
    | `(status, dict)` | that status with it as JSON |
    | `"silent"` | the request is taken, nothing comes back |
    | `"trickle"` | an endless answer, a byte now and then |
    | `"half"` | 200 with half a JSON document |
    | `"cut"` | the connection closes in the middle of the announced body |
    | `"reset"` | the connection closes before any answer |
    | `"html"` | 200 with a maintenance page |
    | `"huge"` | more than anybody could have asked for |
    | `"redirect"` | 302 to another host |
    """

    behaviours: list[Behaviour] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; True if the connection stays."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        for line in head.splitlines():
            if line.lower().startswith("content-length:"):
                await reader.readexactly(int(line.split(":")[1]))
        behaviour = self.behaviours[min(len(self.requests), len(self.behaviours) - 1)]
        self.requests.append(head.splitlines()[0])
        status, body, extra = 200, b"", ""
        match behaviour:
            case "silent":
                await asyncio.sleep(3600)
            case "trickle":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            case "reset":
                return False
            case "cut":
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"exists": tr')
                await writer.drain()
                return False
            case "half":
                body = b'{"exists": true, "matched": ["holder_na'
            case "html":
                body = "<html>系统维护中</html>".encode()
            case "huge":
                body = b'{"exists": true, "padding": "' + b"x" * 3_000_000 + b'"}'
            case "redirect":
                status, extra = 302, "Location: http://127.0.0.1:1/elsewhere\r\n"
            case (code, answer):
                status, body = code, json.dumps(answer).encode()
            case answer:
                body = json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} Told\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)
        await writer.drain()
        return True
