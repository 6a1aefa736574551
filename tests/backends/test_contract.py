"""The committed contract is the one the service fulfils."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from backends import contracts
from backends.reference.__main__ import document
from kit.settings import ROOT

COMMITTED = ROOT / "backends" / "openapi.json"


def test_that_the_committed_contract_is_what_the_service_generates() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document(), (
        "the contract changed: run `python -m backends.reference openapi > backends/openapi.json`"
    )


def test_that_the_command_prints_the_contract() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backends.reference", "openapi"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_that_every_call_but_the_health_check_names_its_token_and_its_errors() -> None:
    paths = json.loads(document())["paths"]
    assert "/healthz" in paths
    for path, operations in paths.items():
        for operation in operations.values():
            assert ("security" in operation) == (path != "/healthz"), path
            assert "HTTPValidationError" not in str(operation["responses"])  # answered as 400
            if path != "/healthz":
                assert {"200", "400", "401"} <= set(operation["responses"])


PLACE = {
    "place_id": "P1", "name": "牡丹路60弄", "address": "上海市牡丹路60弄", "province": "上海市", "city": "上海市", "district": "浦东新区",
    "street": "花木街道", "kind": "estate", "transformer_area": "T1",
}  # fmt: skip
OUTAGE = {
    "outage_id": "O1", "kind": "fault", "status": "running", "place": PLACE, "cause": "故障",
    "starts_at": "2026-05-12T10:00:00+08:00", "expected_end": "2026-05-12T12:00:00+08:00",
    "published_at": "2026-05-12T10:10:00+08:00",
}  # fmt: skip


def test_that_a_consistent_outage_is_taken() -> None:
    assert contracts.Outage.model_validate(OUTAGE).expected_end


@pytest.mark.parametrize(
    "lie",
    [
        {"expected_end": "2026-05-12T09:00:00+08:00"},
        {"starts_at": "2026-05-12T10:00:00"},
        {"status": "restored"},
        {"status": "cancelled"},
        {"restored_at": "2026-05-12T11:00:00+08:00"},
        {"status": "restored", "restored_at": "2026-05-12T09:00:00+08:00"},
        {"kind": "magic"},
    ],
)
def test_that_an_outage_that_contradicts_itself_is_refused(lie: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        contracts.Outage.model_validate(OUTAGE | lie)


USAGE: dict[str, Any] = {
    "account_number": "3100000000018", "by": "day", "first": "2026-05-01", "last": "2026-05-03", "kwh": "9",
    "rows": [
        {"starts": "2026-05-01", "ends": "2026-05-01", "kwh": "4"},
        {"starts": "2026-05-02", "ends": "2026-05-02", "kwh": "5"},
    ],
    "read_until": "2026-05-02",
}  # fmt: skip
PAYMENT: dict[str, Any] = {
    "payment_id": "1", "paid_at": "2026-05-12T10:00:00+08:00", "amount": "100", "way": "app", "status": "credited",
    "credited_on": "2026-05-12",
}  # fmt: skip
DEBT = {"month": "2026-04", "amount": "200", "due_on": "2026-05-02", "days_late": 10, "late_fee": "2"}
ARREARS: dict[str, Any] = {
    "account_number": "3100000000018", "debts": [DEBT], "principal": "200", "late_fee": "2", "total": "202",
    "as_of": "2026-05-12T10:00:00+08:00",
}  # fmt: skip
PROFILE = {
    "account_number": "3100000000018", "province": "上海市", "tariff": "tier", "prepaid": False, "supply": "connected",
    "contact_phone": "*******6789", "door": "3号楼5**室", "holder_version": "1",
}  # fmt: skip


def test_that_consistent_books_are_taken() -> None:
    assert contracts.Usage.model_validate(USAGE).kwh == 9
    assert contracts.Payments.model_validate({"payments": [PAYMENT]}).payments
    assert contracts.Arrears.model_validate(ARREARS).total == 202
    assert contracts.AccountProfile.model_validate(PROFILE).customer == "resident"


def row(starts: str, ends: str, kwh: str = "4") -> dict[str, str]:
    return {"starts": f"2026-05-{starts}", "ends": f"2026-05-{ends}", "kwh": kwh}


LIES: list[tuple[type[contracts.Contract], dict[str, Any]]] = [
    (contracts.Usage, USAGE | {"kwh": "10"}),
    (contracts.Usage, USAGE | {"last": "2026-04-30"}),
    (contracts.Usage, USAGE | {"read_until": "2026-05-01"}),
    (contracts.Usage, USAGE | {"read_until": None}),
    (contracts.Usage, USAGE | {"rows": [row("01", "01"), row("03", "03", "5")]}),
    (contracts.Usage, USAGE | {"rows": [row("01", "01"), row("01", "01", "5")]}),
    (contracts.Usage, USAGE | {"rows": [row("01", "02", "9")]}),
    (contracts.Usage, USAGE | {"rows": [row("04", "04", "9")], "read_until": "2026-05-04"}),
    (contracts.Usage, USAGE | {"rows": [row("01", "01", "-9")], "kwh": "-9"}),
    (contracts.Payment, PAYMENT | {"status": "pending"}),
    (contracts.Payment, PAYMENT | {"credited_on": None}),
    (contracts.Payment, PAYMENT | {"credited_on": "2026-05-11"}),
    (contracts.Payment, PAYMENT | {"amount": "0"}),
    (contracts.Payments, {"payments": [PAYMENT, PAYMENT]}),
    (contracts.Payments, {"payments": [PAYMENT, PAYMENT | {"payment_id": "2", "paid_at": "2026-05-13T10:00:00+08:00",
                                                           "credited_on": "2026-05-13"}]}),
    (contracts.Debt, DEBT | {"days_late": 0}),
    (contracts.Arrears, ARREARS | {"total": "200"}),
    (contracts.Arrears, ARREARS | {"principal": "100", "total": "102"}),
    (contracts.Arrears, ARREARS | {"as_of": "2026-05-13T10:00:00+08:00"}),
    (contracts.AccountProfile, PROFILE | {"contact_phone": "13800006789"}),
    (contracts.AccountProfile, PROFILE | {"supply_since": "2026-05-01"}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "lie"), LIES)
def test_that_books_that_contradict_themselves_are_refused(
    model: type[contracts.Contract], lie: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(lie)
