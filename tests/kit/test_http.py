"""Doors: bearer tokens and a cap on bodies, whatever way the body comes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, SecretStr

from kit.errors import install_error_handlers
from kit.http import BodyLimit, require_bearer, same

LIMIT = 1000
TOKEN = SecretStr("the-inner-token")


class Note(BaseModel):
    text: str


def door() -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.add_middleware(BodyLimit, limit=LIMIT)

    @app.post("/raw")
    async def raw(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/json")
    async def read(note: Note) -> dict[str, int]:
        return {"bytes": len(note.text)}

    @app.post("/echo")
    async def echo(request: Request) -> StreamingResponse:
        return StreamingResponse(request.stream())

    @app.get("/closed", dependencies=[Depends(require_bearer(TOKEN))])
    async def closed() -> str:
        return "in"

    @app.get("/misconfigured", dependencies=[Depends(require_bearer(SecretStr("")))])
    async def misconfigured() -> str:
        return "in"

    return app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The door behind a real server: only there do bodies come in pieces."""
    server = uvicorn.Server(uvicorn.Config(door(), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as client:
        yield client


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(body), 300):
        yield body[at : at + 300]
        await asyncio.sleep(0.01)


JSON = {"content-type": "application/json"}
TOO_LARGE = {"error": {"code": "too_large", "reason": "the body is over 1000 bytes"}}


@pytest.mark.parametrize("chunked", [False, True])
async def test_that_a_body_of_the_limit_passes_and_one_byte_more_is_413(
    client: httpx.AsyncClient, chunked: bool
) -> None:
    def body(size: int) -> bytes | AsyncIterator[bytes]:
        return pieces(b"x" * size) if chunked else b"x" * size

    fits = await client.post("/raw", content=body(LIMIT))
    assert (fits.status_code, fits.json()) == (200, {"bytes": LIMIT})
    too_large = await client.post("/raw", content=body(LIMIT + 1))
    assert (too_large.status_code, too_large.json()) == (413, TOO_LARGE)


@pytest.mark.parametrize("chunked", [False, True])
async def test_that_a_large_json_body_is_413_and_not_bad_json(
    client: httpx.AsyncClient, chunked: bool
) -> None:
    document = b'{"text": "' + b"x" * LIMIT + b'"}'
    answer = await client.post("/json", content=pieces(document) if chunked else document, headers=JSON)
    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)


async def test_that_a_body_without_end_is_refused_while_it_comes(url: str) -> None:
    address = httpx.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(b"POST /raw HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n")
    writer.write(b"%x\r\n" % (LIMIT + 1) + b"x" * (LIMIT + 1) + b"\r\n")  # and never the last chunk
    await writer.drain()
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 413 ")
    writer.close()


@pytest.mark.parametrize(
    ("given", "expected", "same_"),
    [
        ("the-inner-token", "the-inner-token", True),
        ("the-inner-toke", "the-inner-token", False),
        ("THE-INNER-TOKEN", "the-inner-token", False),
        ("", "", False),
        ("", "the-inner-token", False),
        ("户号", "户号", True),
        ("户号", "the-inner-token", False),
    ],
)
def test_that_secrets_are_the_same_or_not(given: str, expected: str, same_: bool) -> None:
    assert same(given, SecretStr(expected)) is same_


@pytest.mark.parametrize(
    "header", ["Bearer the-inner-token", "bearer the-inner-token", "BEARER  the-inner-token"]
)
async def test_that_the_right_token_opens(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/closed", headers={"authorization": header})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "the-inner-token",
        "Basic the-inner-token",
        "Bearer \u00ff",
    ],
)
async def test_that_no_or_a_wrong_token_is_401(client: httpx.AsyncClient, header: str | None) -> None:
    headers = {} if header is None else {b"authorization": header.encode("latin-1")}
    answer = await client.get("/closed", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x"])
async def test_that_an_empty_secret_opens_to_nobody(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/misconfigured", headers={"authorization": header})
    assert answer.status_code == 401
