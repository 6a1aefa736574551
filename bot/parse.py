"""Understand lines: `python -m bot.parse [--model models/hotline.tar.gz] < utterances`.

stdin: an utterance a line, or a JSON object `{"text": …, "metadata": {…}}`; a line that begins with `{` but is no such
object is an utterance. stdout: a JSON result a line, and nothing else. Exit code 1: the model cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from bot import runtime


def read_line(line: str) -> tuple[str, dict[str, Any] | None]:
    """Text and metadata that a line of input stands for.

    >>> read_line('{"text": "停电了", "metadata": {"channel": "ivr"}}')
    ('停电了', {'channel': 'ivr'})
    >>> read_line("{停电了")
    ('{停电了', None)
    """
    if line.lstrip().startswith("{"):
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            return line, None
        if isinstance(given, dict) and isinstance(given.get("text"), str):
            metadata = given.get("metadata")
            if metadata is None or isinstance(metadata, dict):
                return given["text"], metadata
    return line, None


def write_result(result: dict[str, Any], out: BinaryIO) -> None:
    """One line of UTF-8 JSON, flushed."""
    line = json.dumps(result, ensure_ascii=False)
    try:
        encoded = line.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON may hold and UTF-8 may not
        encoded = json.dumps(result).encode()
    out.write(encoded + b"\n")
    out.flush()


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.parse", description="Understand the lines of stdin.")
    parser.add_argument("--model", type=Path, default=Path("models/hotline.tar.gz"), help="the model archive")
    options = parser.parse_args(arguments)
    out = sys.stdout.buffer
    # Whatever a library prints goes to stderr.
    sys.stdout = sys.stderr
    try:
        runtime.prepare(tensorflow=options.model.is_file() and runtime.needs_tensorflow(options.model))
        from bot.understanding import Understanding, UnusableModel
    except ValueError as error:
        print(f"{error}; train it again: make train", file=sys.stderr)
        return 1
    try:
        understanding = Understanding.load(options.model)
    except UnusableModel as error:
        print(error, file=sys.stderr)
        return 1
    try:
        for raw in sys.stdin.buffer:
            line = raw.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")
            text, metadata = read_line(line)
            write_result(understanding.parse(text, metadata), out)
    except BrokenPipeError:
        # The reader has left; keep the interpreter from flushing into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
