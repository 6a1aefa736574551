"""Errors: one tree, one shape in JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from kit import errors

STATUS = {
    errors.HotlineError: (500, "error"),
    errors.BadInput: (400, "bad_input"),
    errors.Unauthorized: (401, "unauthorized"),
    errors.Forbidden: (403, "forbidden"),
    errors.NotFound: (404, "not_found"),
    errors.Conflict: (409, "conflict"),
    errors.TooLarge: (413, "too_large"),
    errors.TooMany: (429, "too_many"),
    errors.MisconfiguredError: (500, "misconfigured"),
    errors.Unavailable: (503, "unavailable"),
}


class Payment(BaseModel):
    account: str
    amount: int


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    errors.install_error_handlers(app)

    @app.get("/raise/{name}")
    async def raise_it(name: str, code: str | None = None) -> None:
        raise getattr(errors, name)("the reason", code=code)

    @app.post("/payments")
    async def pay(payment: Payment) -> None:
        raise AssertionError(payment)

    @app.get("/defect")
    async def defect() -> None:
        raise RuntimeError("account 3100000000018")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


@pytest.mark.parametrize(("kind", "expected"), STATUS.items(), ids=lambda v: getattr(v, "__name__", ""))
async def test_that_an_error_becomes_its_status_code_and_reason(
    client: httpx.AsyncClient, kind: type[errors.HotlineError], expected: tuple[int, str]
) -> None:
    answer = await client.get(f"/raise/{kind.__name__}")
    assert answer.status_code == expected[0]
    assert answer.json() == {"error": {"code": expected[1], "reason": "the reason"}}
    assert ("www-authenticate" in answer.headers) == (expected[0] == 401)


async def test_that_an_error_may_carry_a_code_of_its_own(client: httpx.AsyncClient) -> None:
    answer = await client.get("/raise/Conflict", params={"code": "stale_epoch"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "stale_epoch"
    assert errors.Conflict.code == "conflict"


async def test_that_invalid_input_is_named_by_field_and_not_quoted(client: httpx.AsyncClient) -> None:
    answer = await client.post("/payments", json={"amount": "王建国"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "bad_input"
    assert "body.account: " in error["reason"]
    assert "body.amount: " in error["reason"]
    assert "王建国" not in answer.text


async def test_that_broken_json_is_bad_input(client: httpx.AsyncClient) -> None:
    answer = await client.post("/payments", content="{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_input"


async def test_that_a_defect_is_a_plain_500_without_a_trace(client: httpx.AsyncClient) -> None:
    answer = await client.get("/defect")
    assert answer.status_code == 500
    assert answer.text == "Internal Server Error"
