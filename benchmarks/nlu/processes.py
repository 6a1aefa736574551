"""Training and answering in processes of their own, seen from the one that measures."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.nlu.pipelines import ROOT, Pipeline
from benchmarks.nlu.sets import Fold, as_yaml, domain

Row = dict[str, Any]
LAST_WORDS = 2000


class Failed(Exception):
    """Training or answering came to nothing; the text is the end of what the process said."""


class Answering:
    """A process that has loaded a model; `loaded` is what it said of that: `load_seconds`, `load_cpu_seconds`, `resident_mb`."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        self._process, self._said = process, said
        self.loaded = self._line()

    def parse(self, text: str, metadata: Row | None = None) -> Row:
        """One message: `ms`, `cpu_ms`, `intent`, `confidence`, `ranking`, `entities`."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"text": text, "metadata": metadata}) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Row:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise Failed(self._said.read_text("utf-8", "replace")[-LAST_WORDS:])
        return json.loads(line)


def _worker(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.nlu.worker", *arguments]


def train(pipeline: Pipeline, fold: Fold, model: Path) -> tuple[float | None, float]:
    """Train on the fold's training half; the seconds from the start of the process to its end, and the processor's.

    The former are `None` where somebody suspended the process meanwhile.

    Raises:
        Failed: Rasa or a component refuses.
    """
    model.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hotline-compare-") as name:
        folder = Path(name)
        config, known, data = folder / "config.yml", folder / "domain.yml", folder / "data.yml"
        config.write_text(json.dumps(pipeline.config), "utf-8")
        known.write_text(domain([*fold.training, *fold.asked]), "utf-8")
        data.write_text(as_yaml(fold.training), "utf-8")
        made, said = folder / "model.tar.gz", folder / "training.log"
        began, worked = time.monotonic(), _processor()
        with said.open("w") as log:
            process = subprocess.Popen(
                _worker("train", str(config), str(known), str(data), str(made)), cwd=ROOT, stdout=log, stderr=log
            )  # fmt: skip
            through = ran_through(process)
        seconds, processor = time.monotonic() - began, _processor() - worked
        if process.returncode:
            raise Failed(said.read_text("utf-8", "replace")[-LAST_WORDS:])
        shutil.move(made, model)
    return seconds if through else None, processor


def ran_through(process: subprocess.Popen[Any], every: float = 0.5) -> bool:
    """Wait for the end of a process; whether it was never seen suspended. Ended with this one if that is interrupted."""
    through = True
    try:
        while True:
            try:
                process.wait(every)
            except subprocess.TimeoutExpired:
                state = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
                through = through and state != "T"
            else:
                return through
    finally:
        process.kill()


def _processor() -> float:
    """Processor seconds of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def answering(model: Path, *, agent: bool) -> Iterator[Answering]:
    """A process that answers with the model, ended afterwards; through Rasa's agent or component by component."""
    with tempfile.TemporaryDirectory(prefix="hotline-compare-") as name:
        said = Path(name) / "answering.log"
        with said.open("w") as log, subprocess.Popen(
            _worker("answer", str(model), *(["--agent"] if agent else [])),
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8",
        ) as process:  # fmt: skip
            try:
                yield Answering(process, said)
            finally:
                process.kill()
