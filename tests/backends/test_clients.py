"""What the clients make of a utility that misbehaves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from backends.accounts import Accounts
from backends.client import BackendDown, BackendError, BackendLied, BackendRefused, BackendTimeout
from backends.contracts import Verification
from tests.simulators.bad_utility import BadUtility

YES = {"exists": True, "matched": ["holder_name"]}
BILL = {
    "account_number": "3100000000018", "month": "2026-04", "period_from": "2026-04-01", "period_to": "2026-04-30",
    "kwh": "300", "amount": "185.10", "province": "上海", "issued_on": "2026-05-01", "due_on": "2026-05-25",
    "status": "unpaid", "lines": [{"kind": "tier1", "kwh": "300", "price": "0.617", "amount": "185.1"}],
}  # fmt: skip


@pytest_asyncio.fixture
async def utility() -> AsyncIterator[BadUtility]:
    async with BadUtility() as server:
        yield server


@pytest_asyncio.fixture
async def accounts(utility: BadUtility) -> AsyncIterator[Accounts]:
    async with Accounts(utility.url, "secret-token", budget=1.0) as client:
        yield client


async def test_that_a_right_answer_is_taken(utility: BadUtility, accounts: Accounts) -> None:
    utility.behaviours = [YES]
    assert await accounts.verify("3100000000018", holder_name="王建国") == Verification(
        exists=True, matched={"holder_name"}
    )
    assert utility.requests == ["POST /v1/accounts/verify HTTP/1.1"]


@pytest.mark.parametrize("stumble", [(500, {}), (503, {}), "reset", "cut"])
async def test_that_a_stumble_is_survived(utility: BadUtility, accounts: Accounts, stumble: Any) -> None:
    utility.behaviours = [stumble, stumble, YES]
    assert (await accounts.verify("3100000000018")).exists
    assert len(utility.requests) == 3


@pytest.mark.parametrize(
    "failure", [(500, {}), (502, {"error": {"code": "x", "reason": "y"}}), "reset", "cut"]
)
async def test_that_retries_are_bounded(utility: BadUtility, accounts: Accounts, failure: Any) -> None:
    utility.behaviours = [failure]
    with pytest.raises(BackendDown):
        await accounts.latest_bill("3100000000018")
    assert len(utility.requests) == 3


@pytest.mark.parametrize("failure", ["silent", "trickle"])
async def test_that_a_slow_utility_costs_no_more_than_the_budget(
    utility: BadUtility, accounts: Accounts, failure: str
) -> None:
    utility.behaviours = [failure]
    began = time.monotonic()
    with pytest.raises(BackendTimeout):
        await accounts.balance("3100000000018")
    assert 0.9 < time.monotonic() - began < 2.0


async def test_that_nobody_listening_is_down(accounts: Accounts) -> None:
    async with Accounts("http://127.0.0.1:1", "secret-token", budget=2.0) as nobody:
        with pytest.raises(BackendDown):
            await nobody.balance("3100000000018")


async def test_that_a_refusal_is_definite(utility: BadUtility, accounts: Accounts) -> None:
    utility.behaviours = [(404, {"error": {"code": "unknown_account", "reason": "none"}})]
    with pytest.raises(BackendRefused) as refused:
        await accounts.balance("3100000000018")
    assert (refused.value.status, refused.value.code, len(utility.requests)) == (404, "unknown_account", 1)


@pytest.mark.parametrize("answer", [(403, {"unexpected": 1}), "redirect"])
async def test_that_a_refusal_without_a_code_is_still_one(
    utility: BadUtility, accounts: Accounts, answer: Any
) -> None:
    utility.behaviours = [answer]
    with pytest.raises(BackendRefused) as refused:
        await accounts.balance("3100000000018")
    assert refused.value.code == "unspecified"


@pytest.mark.parametrize(
    "lie", ["half", "html", "huge", {"exists": "perhaps"}, {"exists": False, "matched": ["phone_last4"]}, {}]
)
async def test_that_half_a_truth_is_a_lie(utility: BadUtility, accounts: Accounts, lie: Any) -> None:
    utility.behaviours = [lie]
    with pytest.raises(BackendLied):
        await accounts.verify("3100000000018", phone_last4="6789")
    assert len(utility.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kwh": "-300"}, {"amount": "-1.00"}, {"amount": "999.00"}, {"kwh": "310"}, {"period_to": "2026-03-01"},
        {"status": "paid"}, {"month": "2026-13"}, {"account_number": "12"},
    ],
)  # fmt: skip
async def test_that_a_bill_that_contradicts_itself_is_a_lie(
    utility: BadUtility, accounts: Accounts, change: dict[str, str]
) -> None:
    utility.behaviours = [{"bills": [BILL]}, {"bills": [BILL | change]}]
    bill = await accounts.latest_bill("3100000000018")
    assert bill
    assert str(bill.amount) == "185.10"
    with pytest.raises(BackendLied):
        await accounts.latest_bill("3100000000018")


async def test_that_errors_and_names_hold_nothing_personal(utility: BadUtility, accounts: Accounts) -> None:
    utility.behaviours = [{"bills": [BILL | {"province": "王建国", "kwh": "-3"}]}, (400, {})]
    for _ in range(2):
        with pytest.raises(BackendError) as error:
            await accounts.bills("3100000000018")
        assert "3100000000018" not in str(error.value)
        assert "王建国" not in str(error.value)
    assert "secret-token" not in repr(accounts)
