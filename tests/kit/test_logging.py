"""Logs: personal data is masked whatever the caller passes, in other libraries' records too."""

from __future__ import annotations

import io
import json
import logging as stdlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from kit import logging

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def restored() -> Iterator[None]:
    """Logging as it was, after the test."""
    root = stdlib.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def written(restored: None, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to standard error."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.fixture
def lines(written: io.StringIO) -> Lines:
    """The JSON lines written so far."""
    logging.configure(json=True)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("plain", "masked"),
    [
        ("户号3100000000018欠费", "户号***********18欠费"),
        ("13800006789", "*********89"),
        ("1234567", "*****67"),
        ("１３８００００６７８９", "*********８９"),
        ("123456", "123456"),
        ("2026-07-31 18:30", "2026-07-31 18:30"),
        ("tel:13800006789;13911112222", "tel:*********89;*********22"),
        (
            "turn 12345678-1234-4123-8123-123456789012 ended",
            "turn 12345678-1234-4123-8123-123456789012 ended",
        ),
        ("x12345678-1234-4123-8123-1234567890123", "x******78-1234-4123-8123-***********23"),
    ],
)
def test_that_long_digit_runs_keep_their_last_two(plain: str, masked: str) -> None:
    assert logging.mask(plain) == masked


@pytest.mark.parametrize(
    ("plain", "shortened"), [("oABCDEFG", "oABC…"), ("oABC", "…"), ("", "…"), ("oABCD", "oABC…")]
)
def test_that_an_identifier_is_shortened(plain: str, shortened: str) -> None:
    assert logging.short(plain) == shortened


def test_that_personal_fields_are_hidden(lines: Lines) -> None:
    logging.get("test.fields").info(
        "heard", text="我要查电费", token="t0ken", Authorization="Bearer x", holder_name="王建国", nbest=[1],
        resident="oABCDEFGHIJ", identity="wechat:oABC", account="3100000000018", seconds=0.25, retries=3, ok=True,
        nothing=None,
    )  # fmt: skip
    (line,) = lines()
    del line["timestamp"]
    assert line == {
        "event": "heard", "level": "info", "text": "***", "token": "***", "Authorization": "***", "nbest": "***",
        "holder_name": "***", "resident": "oABC…", "identity": "wech…", "account": "***********18",
        "seconds": 0.25, "retries": 3, "ok": True, "nothing": None,
    }  # fmt: skip


def test_that_what_lies_deeper_is_hidden_too(lines: Lines) -> None:
    logging.get("test.deeper").info(
        "deep", payload={"text": "王建国", "parts": [{"caller": "13800006789"}, "13800006789"]},
        raw="户号3100000000018".encode(), error=ValueError("3100000000018"), phones=("13800006789",),
    )  # fmt: skip
    (line,) = lines()
    assert line["payload"] == {"text": "***", "parts": [{"caller": "1380…"}, "*********89"]}
    assert line["raw"] == "<19 bytes>"
    assert line["error"] == "***********18"
    assert line["phones"] == ["*********89"]


def test_that_records_of_other_libraries_are_masked(lines: Lines) -> None:
    stdlib.getLogger("foreign").warning("call from %s failed", "13800006789")
    stdlib.getLogger("foreign").error("gone", exc_info=ConnectionError("sip:13800006789@pbx"))
    called, gone = lines()
    assert called["event"] == "call from *********89 failed"
    assert called["level"] == "warning"
    assert "ConnectionError: sip:*********89@pbx" in gone["exception"]


@pytest.mark.parametrize("json_lines", [True, False])
@pytest.mark.usefixtures("restored")
def test_that_a_trace_is_masked_and_shows_no_local_variable(
    capsys: pytest.CaptureFixture[str], json_lines: bool
) -> None:
    logging.configure(json=json_lines)

    def fail(holder: str) -> None:
        raise RuntimeError(f"account {'31000000000' + '18'} of {len(holder)} characters")

    try:
        fail("王" + "建国")
    except RuntimeError:
        logging.get(f"test.trace.{json_lines}").exception("turn_failed")
    trace = capsys.readouterr().err
    assert "RuntimeError: account ***********18 of 3 characters" in trace
    assert "3100000000018" not in trace
    assert "王建国" not in trace


def test_that_bound_context_is_masked(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(resident="oABCDEFGHIJ", call="13800006789"):
        logging.get("test.context").info("bound")
    (line,) = lines()
    assert (line["resident"], line["call"]) == ("oABC…", "*********89")


def test_that_talkative_libraries_are_quiet(lines: Lines) -> None:
    for name in ("httpx", "uvicorn.access", "procrastinate", "sqlalchemy.engine"):
        stdlib.getLogger(name).info("GET /wechat/wx?openid=oABC")
    stdlib.getLogger("foreign").debug("detail")
    assert lines() == []
