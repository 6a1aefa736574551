"""The real service over real HTTP, once for all tests of this room."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr

from backends.accounts import Accounts
from backends.halls import Halls
from backends.measures import Measures
from backends.orders import Orders
from backends.outages import Outages
from backends.reference.app import create_app
from backends.tariffs import Tariffs
from kit.settings import Settings
from tests.conftest import database

TOKEN = "a-token-of-these-tests"


@pytest.fixture(scope="session")
def new_database(postgres_url: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases; all are dropped when the tests end."""
    with contextlib.ExitStack() as made:
        yield lambda: made.enter_context(database(postgres_url, "reference"))


@pytest.fixture(scope="session")
def reference_database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture(scope="session")
def reference(reference_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running reference service."""
    home: Path = tmp_path_factory.mktemp("reference")
    settings = Settings(
        home=home, reference_database_url=SecretStr(reference_database), backends_token=SecretStr(TOKEN)
    )
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the reference service did not start"
        assert time.monotonic() < deadline, "the reference service took over 30 s"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest_asyncio.fixture(scope="session")
async def outages(reference: str) -> AsyncIterator[Outages]:
    async with Outages(reference, TOKEN) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def accounts(reference: str) -> AsyncIterator[Accounts]:
    async with Accounts(reference, TOKEN) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def halls(reference: str) -> AsyncIterator[Halls]:
    async with Halls(reference, TOKEN) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def measures(reference: str) -> AsyncIterator[Measures]:
    async with Measures(reference, TOKEN) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def orders(reference: str) -> AsyncIterator[Orders]:
    async with Orders(reference, TOKEN) as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def tariffs(reference: str) -> AsyncIterator[Tariffs]:
    async with Tariffs(reference, TOKEN) as client:
        yield client
