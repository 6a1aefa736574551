"""The exception tree of the modern environment.

HotlineError                     anything of ours; carries its HTTP status and a stable code
├── BadInput            400      the caller's data is wrong; the message names the field
├── Unauthorized        401      no or a wrong secret
├── Forbidden           403      authenticated, but not allowed (also: a bad signature)
├── NotFound            404
├── Conflict            409      somebody was faster, or the caller's epoch is stale
├── TooLarge            413
├── TooMany             429      a rate limit
├── MisconfiguredError  500      a setting is missing or contradictory; the message names it
└── Unavailable         503      a part we need does not answer
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class HotlineError(Exception):
    """Base of all our errors. `code` is stable and safe to show; `str(error)` is English for the engineer."""

    status = 500
    code = "error"

    def __init__(self, reason: str, *, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        if code:
            self.code = code


class BadInput(HotlineError):
    status, code = 400, "bad_input"


class Unauthorized(HotlineError):
    status, code = 401, "unauthorized"


class Forbidden(HotlineError):
    status, code = 403, "forbidden"


class NotFound(HotlineError):
    status, code = 404, "not_found"


class Conflict(HotlineError):
    status, code = 409, "conflict"


class TooLarge(HotlineError):
    status, code = 413, "too_large"


class TooMany(HotlineError):
    status, code = 429, "too_many"


class MisconfiguredError(HotlineError):
    status, code = 500, "misconfigured"


class Unavailable(HotlineError):
    status, code = 503, "unavailable"


def error_body(code: str, reason: str) -> dict[str, dict[str, str]]:
    """The one shape of an error in JSON: `{"error": {"code", "reason"}}`."""
    return {"error": {"code": code, "reason": reason}}


def install_error_handlers(app: FastAPI) -> None:
    """Answer our errors, and invalid request bodies, in the one shape; everything else stays a plain 500."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HotlineError)
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return JSONResponse(error_body(error.code, error.reason), status_code=error.status, headers=headers)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        # Only names and reasons: the input itself may hold personal data.
        reason = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        return JSONResponse(error_body("bad_input", reason), status_code=400)

    app.add_exception_handler(HotlineError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
