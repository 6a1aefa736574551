"""The committed contract is the one the service fulfils."""

from __future__ import annotations

import json
import subprocess
import sys

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
