"""What every endpoint is given: the repository of the request's unit of work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from backends.reference.repository import Repository


async def repository(request: Request) -> AsyncIterator[Repository]:
    async with request.app.state.database.work() as session:
        yield Repository(session)


# What is acknowledged is on disk: the unit of work ends before the answer goes out.
Records = Annotated[Repository, Depends(repository, scope="function")]
