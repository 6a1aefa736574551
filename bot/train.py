"""Train the model if it is stale: `python -m bot.train [--force] [--out models/hotline.tar.gz]`.

Exit codes: 0 trained or up to date, 1 a source is missing or broken (file, line, reason on stderr), 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.freshness import Sources, is_fresh, record, understands

if TYPE_CHECKING:
    from bot.progress import Progress


class BrokenSources(Exception):
    """Training cannot start or failed; each line of the text is for the operator."""


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.train", description="Train the assistant if it is stale."
    )
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    parser.add_argument("--out", type=Path, default=Path("models/hotline.tar.gz"), help="the model archive")
    parser.add_argument("--config", default="config.yml", help="the profile")
    parser.add_argument("--domain", default="domain.yml", help="the domain")
    options = parser.parse_args(arguments)
    if not options.out.name.endswith(".tar.gz"):
        parser.error("--out must end with .tar.gz")
    sources = Sources.of(Path.cwd(), options.config, options.domain)
    if not options.force and is_fresh(options.out, sources):
        print(f"{options.out} is up to date", file=sys.stderr)
        return 0
    try:
        seconds = train(sources, options.out, whole=options.force)
    except BrokenSources as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.out} trained in {seconds:.0f} s", file=sys.stderr)
    return 0


def train(sources: Sources, out: Path, *, whole: bool = False) -> float:
    """Check the sources, train, and put archive and record in place; returns the seconds it took.

    Where only rules or domain changed, the understanding of the model that is there is kept, unless `whole`.

    Raises:
        BrokenSources: a source is missing or broken, or Rasa refuses the data.
    """
    from bot import runtime

    started = time.monotonic()
    # What is recorded is what was read: a file saved while the training runs makes the model stale.
    fingerprint, understanding = sources.fingerprint(), sources.fingerprint(understanding=True)
    kept = out if not whole and understands(out, sources) else None
    _check(sources)
    os.environ["LOG_LEVEL"] = "ERROR"  # Rasa's own progress bars look at it
    # All cores: nothing else waits for this process, unlike for one that answers.
    runtime.prepare(level=logging.ERROR, threads=os.cpu_count() or 1)
    from bot.progress import Progress

    with Progress() as progress, tempfile.TemporaryDirectory(prefix="hotline-train-") as folder:
        progress.step("starting Rasa")
        archive = _train(sources, Path(folder), progress, kept)
        out.parent.mkdir(parents=True, exist_ok=True)
        # Into place in one step: a door that starts meanwhile finds the old model or the new one.
        beside = out.with_name(f".{out.name}.new")
        shutil.copyfile(archive, beside)
        beside.replace(out)
    seconds = time.monotonic() - started
    record(out, fingerprint, understanding, seconds)
    return seconds


def _check(sources: Sources) -> None:
    from bot.training_data import check, domain_names

    missing = [str(path) for path in (sources.config, sources.domain) if not path.is_file()]
    if missing:
        raise BrokenSources("\n".join(f"{path}: missing" for path in missing))
    files = sources.training_files()
    if not files:
        raise BrokenSources(f"{sources.root}: no training data below data/nlu, data/rules or data/stories")
    try:
        intents, entities = domain_names(sources.domain)
    except ValueError as error:
        raise BrokenSources(str(error)) from error
    problems = check(files, intents, entities)
    if problems:
        raise BrokenSources("\n".join(str(problem) for problem in problems))


def _train(sources: Sources, folder: Path, progress: Progress, kept: Path | None) -> Path:
    from bot.training import TrainingFailed, train_model

    progress.step("reading data")
    archive = folder / "hotline.tar.gz"
    said = StringIO()  # Rasa prints to stdout, which is for results; what it says matters when it gives up
    try:
        with redirect_stdout(said):
            train_model(sources.config, sources.domain, sources.training_files(), archive, kept)
    except TrainingFailed as error:
        raise BrokenSources(
            "\n".join(filter(None, (said.getvalue().strip(), f"training failed: {error}")))
        ) from error
    return archive


if __name__ == "__main__":
    sys.exit(main())
