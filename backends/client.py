"""The base of every client: time limits, bounded retries, typed errors.

BackendError                          the utility could not be asked, or its answer cannot be used
├── BackendDown                       no connection, or an answer of 5xx
├── BackendTimeout                    no answer within the time we can wait
├── BackendRefused(status, code)      a definite no: 4xx, e.g. (404, "unknown_account")
└── BackendLied                       an answer that is no valid JSON, contradicts itself or the contract

No message of these errors holds what was asked or answered: both may be personal.
"""

from __future__ import annotations

import asyncio
import random
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from backends.contracts import ErrorBody
from kit.errors import HotlineError
from kit.logging import get

log = get(__name__)
Model = TypeVar("Model", bound=BaseModel)

TIMEOUT = httpx.Timeout(3.0, connect=1.0)  # seconds: a resident waits five at most on WeChat
BUDGET = 5.0  # seconds for a call with all its retries
RETRIES = 2
LARGEST = 2**20  # bytes of an answer


class BackendError(HotlineError):
    """The utility could not be asked, or its answer cannot be used."""

    status, code = 502, "backend_error"


class BackendDown(BackendError):
    code = "backend_down"


class BackendTimeout(BackendError):
    status, code = 504, "backend_timeout"


class BackendRefused(BackendError):
    """`status` and `code` are the other side's."""

    def __init__(self, what: str, status: int, code: str) -> None:
        super().__init__(f"{what}: refused with {status} {code}", code=code)
        self.status = status


class BackendLied(BackendError):
    code = "backend_lied"


class Backend:
    """One system behind HTTP and a bearer token.

    | call | retried |
    |---|---|
    | `get(what, path, model, params)` | at most twice |
    | `post(what, path, model, json)` | only with `idempotent=True` |
    | `delete(what, path, model)` | at most twice |

    `what` names the call in logs and errors, since paths may hold account numbers.
    """

    def __init__(
        self, base_url: str, token: SecretStr | str, *,
        transport: httpx.AsyncBaseTransport | None = None, budget: float = BUDGET,
    ) -> None:  # fmt: skip
        secret = token.get_secret_value() if isinstance(token, SecretStr) else token
        self._url, self._budget = base_url, budget
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"), timeout=TIMEOUT, transport=transport, trust_env=False,
            headers={"Authorization": f"Bearer {secret}", "Accept": "application/json"},
            limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30),
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.aclose()

    async def get(
        self, what: str, path: str, model: type[Model], params: dict[str, Any] | None = None
    ) -> Model:
        """GET and validate; parameters that are None or blank are left out."""
        kept = {key: value for key, value in (params or {}).items() if value not in (None, "")}
        return await self._call(what, model, RETRIES, "GET", path, params=kept)

    async def post(
        self, what: str, path: str, model: type[Model], json: dict[str, Any], *,
        idempotent: bool = False, headers: dict[str, str] | None = None,
    ) -> Model:  # fmt: skip
        """POST and validate; retried only when the other side takes the same request twice as one."""
        return await self._call(
            what, model, RETRIES if idempotent else 0, "POST", path, json=json, headers=headers
        )

    async def delete(self, what: str, path: str, model: type[Model]) -> Model:
        """DELETE and validate; the other side takes the same request twice as one."""
        return await self._call(what, model, RETRIES, "DELETE", path)

    async def _call(
        self, what: str, model: type[Model], retries: int, method: str, path: str, **options: Any
    ) -> Model:
        failure: BackendError = BackendTimeout(f"{what}: no answer within {self._budget:g} s")
        try:
            async with asyncio.timeout(self._budget):
                for attempt in range(retries + 1):
                    if attempt:
                        # Jitter, so that the callers of a system that stumbled do not come back in step.
                        await asyncio.sleep(random.uniform(0.5, 1.0) * 0.1 * 2**attempt)  # noqa: S311
                    try:
                        return await self._once(what, model, method, path, **options)
                    except (BackendDown, BackendTimeout) as error:
                        failure = error
                        log.warning("backend_failed", what=what, attempt=attempt + 1, code=error.code)
        except TimeoutError:
            log.warning("backend_budget_spent", what=what, budget=self._budget)
        raise failure

    async def _once(self, what: str, model: type[Model], method: str, path: str, **options: Any) -> Model:
        body = bytearray()
        try:
            async with self._http.stream(method, path, **options) as answer:
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        raise BackendLied(f"{what}: the answer is over {LARGEST} bytes")
        except httpx.ConnectTimeout as error:
            raise BackendDown(f"{what}: no connection in time") from error
        except httpx.TimeoutException as error:
            raise BackendTimeout(f"{what}: {type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise BackendLied(f"{what}: the answer's encoding is broken") from error
        except httpx.TransportError as error:
            raise BackendDown(f"{what}: {type(error).__name__}") from error
        if answer.status_code >= 500:
            raise BackendDown(f"{what}: answered {answer.status_code}")
        if answer.status_code >= 300:
            raise BackendRefused(what, answer.status_code, _code(bytes(body)))
        try:
            return model.model_validate_json(bytes(body))
        except ValidationError as error:
            # Names of fields and kinds of error only: the values may be personal.
            found = ", ".join(
                sorted({f"{'.'.join(map(str, e['loc'])) or 'body'}:{e['type']}" for e in error.errors()})
            )
            log.error("backend_lied", what=what, found=found)
            raise BackendLied(f"{what}: {found}") from None


def _code(body: bytes) -> str:
    try:
        return ErrorBody.model_validate_json(body).error.code
    except ValidationError:
        return "unspecified"
