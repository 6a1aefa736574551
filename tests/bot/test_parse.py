"""`python -m bot.parse`: one line in, one JSON result out, nothing else."""

import json
import os
import shlex
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from bot.parse import read_line
from tests.bot.conftest import ROOT, run

KEYS = {"text", "intent", "intent_ranking", "entities"}


@pytest.fixture(scope="module")
def program(tiny_project):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.parse"], cwd=tiny_project, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    ask(process, "")  # loading takes its time
    yield process
    out, error = process.communicate(timeout=30)
    assert (out, error, process.returncode) == (b"", b"", 0)


def ask(program, line):
    """Send one line and read one: the answer must come before the next question."""
    program.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
    program.stdin.flush()
    return json.loads(program.stdout.readline())


LINES = [
    "牡丹路60弄停电了，什么时候来电",
    "",
    "   ",
    "😡😡😡",
    "{停电",
    '{"utterance": "停电"}',
    '{"text": 5}',
    '{"text": "停电", "metadata": 5}',
    "[1, 2]",
    "/restart",
    '/greet{"a": "b"}',
    "\x00\x1b[31m",
    "轉人工",
    "电" * 100_000,
    "[" * 5000,
    "{" * 100_000,
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_that_every_line_has_one_result(program, tiny_project, line):
    started = time.monotonic()
    result = ask(program, line)
    assert time.monotonic() - started < 2
    assert set(result) == KEYS
    assert result["text"] == line
    assert result["intent"] == result["intent_ranking"][0]
    assert 0 < result["intent"]["confidence"] <= 1
    assert sum(rank["confidence"] for rank in result["intent_ranking"]) == pytest.approx(1)
    for entity in result["entities"]:
        assert 0 <= entity["start"] < entity["end"] <= len(line)
        assert isinstance(entity["value"], str)
        assert entity["extractor"]


def test_that_a_megabyte_is_answered_in_time(program):
    started = time.monotonic()
    assert len(ask(program, "查电费" * 350_000)["text"]) == 1_050_000
    assert time.monotonic() - started < 5


def test_that_an_object_brings_text_and_reference(program):
    line = json.dumps(
        {"text": "查上个月的电费", "metadata": {"channel": "ivr", "now": "2022-04-05T12:00:00+08:00"}}
    )
    result = ask(program, line)
    assert result["text"] == "查上个月的电费"
    (entity,) = result["entities"]
    assert (entity["entity"], entity["start"], entity["end"]) == ("time", 1, 4)
    assert (entity["from"], entity["to"]) == ("2022-03-01T00:00:00+08:00", "2022-04-01T00:00:00+08:00")


def test_that_broken_bytes_and_half_characters_are_answered(program):
    assert ask(program, b"\xff\xfe\xe5\x81\n")["text"] == "\ufffd\ufffd\ufffd"
    assert ask(program, '{"text": "\\ud83d停电"}')["text"] == "\ud83d停电"
    assert ask(program, "停电了\r")["text"] == "停电了"


def test_that_a_rule_wins_over_what_is_learnt(program):
    result = ask(program, "我叫王建国，户号3100 0000 00018，手机幺三八零零一三八零零零")
    found = {(entity["entity"], entity["value"], entity["extractor"]) for entity in result["entities"]}
    assert {
        ("account_number", "3100000000018", "NumberRules"),
        ("phone_number", "13800138000", "NumberRules"),
    } <= found
    spans = sorted((entity["start"], entity["end"]) for entity in result["entities"])
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_that_the_last_line_needs_no_newline(tiny_project):
    result = run("bot.parse", cwd=tiny_project, stdin="停电了\n转人工".encode())
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["停电了", "转人工"]


def test_that_a_missing_or_broken_model_is_said(tmp_path):
    result = run("bot.parse", cwd=tmp_path, stdin=b"x\n")
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"models/hotline.tar.gz" in result.stderr
    assert b"make train" in result.stderr
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    result = run("bot.parse", "--model", "broken.tar.gz", cwd=tmp_path, stdin=b"x\n")
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"broken.tar.gz" in result.stderr
    assert b"Traceback" not in result.stderr


def test_that_a_reader_who_leaves_is_no_error(tiny_project):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f"yes 停电了 | {shlex.quote(sys.executable)} -m bot.parse | head -1"
    result = subprocess.run(
        ["bash", "-c", command], cwd=tiny_project, env=environment, capture_output=True, timeout=60
    )
    assert json.loads(result.stdout)["text"] == "停电了"
    assert result.stderr == b""


def test_that_neither_tensorflow_nor_sklearn_is_imported(tiny_model):
    code = (
        "import sys; from pathlib import Path; from bot import runtime; runtime.prepare(tensorflow=False)\n"
        "from bot.understanding import Understanding; Understanding.load(Path(sys.argv[1])).parse('停电了')\n"
        "print([name for name in ('tensorflow', 'skops', 'sklearn') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tiny_model)], cwd=ROOT, capture_output=True, timeout=60
    )
    assert result.stdout == b"[]\n", result.stderr


@pytest.mark.parametrize(
    ("line", "text", "metadata"),
    [
        ("停电", "停电", None),
        ('{"text": "停电"}', "停电", None),
        ('  {"text": "停电", "metadata": {"now": "x"}}', "停电", {"now": "x"}),
        ('{"text": "停电", "metadata": null, "more": 1}', "停电", None),
        ('{"text": null}', '{"text": null}', None),
        ('{"text": "停电"', '{"text": "停电"', None),
        ("{}", "{}", None),
    ],
)
def test_that_lines_are_read_as_promised(line, text, metadata):
    assert read_line(line) == (text, metadata)
