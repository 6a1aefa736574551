"""The reference service as an application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException

from backends import contracts
from backends.reference import seed
from backends.reference.database import migrate
from backends.reference.endpoints import accounts, halls, measures, orders, outages, records, tariffs
from backends.reference.measure_files import MeasureFiles
from kit.db import Database
from kit.errors import MisconfiguredError, Unavailable, error_body, install_error_handlers
from kit.http import BodyLimit, require_bearer
from kit.logging import get
from kit.settings import Settings

log = get(__name__)
BODY_LIMIT = 16 * 1024  # bytes; the largest bodies are an order and a measure
CODES = {404: "not_found", 405: "method_not_allowed"}
DESCRIPTION = """What the hotline asks of a utility's systems. Energy is in kWh, money in yuan as decimal
strings, times are ISO 8601 with an offset. Every call carries a bearer token. An answer that contradicts
itself (an outage that ends before it begins, lines that do not add up to their bill, a balance that is not
credit minus arrears) is treated as no answer."""


def create_app(settings: Settings) -> FastAPI:
    """The application; its start migrates the database and loads the town, which then stays current."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if settings.reference_database_url is None:
            raise MisconfiguredError(
                "HOTLINE_REFERENCE_DATABASE_URL is not set: the reference service needs a database"
            )
        url = settings.reference_database_url.get_secret_value()
        await asyncio.to_thread(migrate, url)
        log.info("town_ready", loaded=await asyncio.to_thread(seed.seed, url))
        app.state.database = Database(url)
        app.state.province = settings.province
        files = MeasureFiles(url)
        await asyncio.to_thread(files.refresh)
        renewals = [asyncio.create_task(seed.keep_current(url)), asyncio.create_task(files.watch())]
        try:
            yield
        finally:
            for renewal in renewals:
                renewal.cancel()
            await app.state.database.close()

    app = FastAPI(
        title="Utility systems of the 95598 hotline assistant", version="1.0.0", description=DESCRIPTION,
        lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None,
    )  # fmt: skip
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    install_error_handlers(app)
    _install_more_handlers(app)
    guards = [Depends(require_bearer(settings.backends_token)), Depends(HTTPBearer(auto_error=False))]
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"model": contracts.ErrorBody, "description": text}
        for status, text in ((400, "Bad input"), (401, "Missing or wrong bearer token"), (404, "Unknown"))
    }
    for module in (outages, accounts, records, halls, measures, orders, tariffs):
        app.include_router(module.router, dependencies=guards, responses=refusals)

    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """Alive; needs no token."""
        return {"status": "ok"}

    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def openapi(app: FastAPI) -> dict[str, Any]:
    """The contract as a document: without FastAPI's own 422, which is answered as 400 here."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    for path in document["paths"].values():
        for operation in path.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    return document


def _install_more_handlers(app: FastAPI) -> None:
    async def plain(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "error")
        return JSONResponse(error_body(code, str(error.detail)), error.status_code, error.headers)

    async def unstorable(_: Request, __: Exception) -> JSONResponse:
        # What no column can hold, a NUL character above all, is no row either.
        return JSONResponse(error_body("bad_input", "a value that cannot be looked up"), 400)

    async def database(_: Request, error: Exception) -> JSONResponse:
        log.error("database_failed", error=type(error).__name__)
        return JSONResponse(error_body(Unavailable.code, "the database does not answer"), Unavailable.status)

    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(DataError, unstorable)
    app.add_exception_handler(SQLAlchemyError, database)
