"""Measures out of files: `data/knowledge/measures/*.yml` hold `measures: [measure, …]`, fields as in `MeasureRequest`.

A changed file counts within seconds. A broken one is logged with file, entry and reason, and what it held last stays.
An entry that is taken out is forgotten: to end a measure, give it an end. What was withdrawn stays withdrawn.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from backends.contracts import MeasureRequest
from backends.reference.measure_rows import columns_of
from kit.errors import BadInput
from kit.logging import get
from kit.settings import ROOT

log = get(__name__)
FOLDER = ROOT / "data" / "knowledge" / "measures"
LARGEST = 256 * 1024  # bytes of a file
LOOK_EVERY = 2.0  # seconds
LOCK = 9559802  # several services at once write one after the other


def read(file: Path) -> list[MeasureRequest]:
    """The measures of a file. Raises `BadInput` that names the file, the entry and the reason."""
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file.name}: over {LARGEST} bytes; split it")
        content = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{file.name}: cannot be read: {' '.join(str(error).split())}") from error
    entries = content.get("measures") if isinstance(content, dict) and set(content) == {"measures"} else None
    if not isinstance(entries, list):
        raise BadInput(
            f"{file.name}: must hold one key, `measures`, with a list; see docs/measure-template.yml"
        )
    found = [_entry(file, place, entry) for place, entry in enumerate(entries, 1)]
    ids = [measure.measure_id for measure in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise BadInput(f"{file.name}: {', '.join(twice)}: this measure_id stands here twice")
    return found


def _entry(file: Path, place: int, entry: Any) -> MeasureRequest:
    name = entry.get("measure_id") if isinstance(entry, dict) else None
    where = f"{file.name}: entry {place} ({name or 'no measure_id'})"
    try:
        return MeasureRequest.model_validate(entry)
    except ValidationError as error:
        raise BadInput(f"{where}: {reasons(error)}") from None


def reasons(error: ValidationError) -> str:
    """`field: what is wrong; …`."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False)
    )


class MeasureFiles:
    """Keeps the table's measures of origin `file` as the files of a folder say."""

    def __init__(self, url: str, folder: Path = FOLDER) -> None:
        self.url, self.folder = url, folder
        self._seen: dict[str, tuple[int, int]] = {}  # by file, of the state last dealt with

    def refresh(self) -> bool:
        """Bring the table up to the files; False when there was nothing to do. Raises `psycopg.Error`."""
        try:
            files = {file.name: file for file in sorted(self.folder.iterdir()) if file.suffix == ".yml"}
            stats = {name: file.stat() for name, file in files.items()}
        except OSError as error:  # gone between listing and looking, or not mounted: what is known stays
            log.warning("measure_files_unreadable", error=type(error).__name__)
            return False
        now = {name: (stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()}
        if now == self._seen:
            return False
        good: dict[str, list[MeasureRequest]] = {}
        for name, file in files.items():
            try:
                good[name] = read(file)
            except BadInput as error:
                if now[name] != self._seen.get(name):
                    log.error("measure_file_broken", reason=error.reason)
        self._write(good, list(files))
        self._seen = now
        return True

    def _write(self, good: dict[str, list[MeasureRequest]], files: list[str]) -> None:
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
            forget = "delete from reference.measure where file <> '' and withdrawn_on is null and "
            connection.execute(forget + "file <> all(%s)", (files,))
            for name, measures in good.items():
                ids = [measure.measure_id for measure in measures]
                connection.execute(forget + "file = %s and measure_id <> all(%s)", (name, ids))
            for name, measures in good.items():
                try:
                    with connection.transaction():
                        for measure in measures:
                            _upsert(connection, name, measure, files)
                except BadInput as error:
                    log.error("measure_file_broken", reason=error.reason)

    async def watch(self) -> None:
        """Look again and again; a failure is logged and tried again."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                if await asyncio.to_thread(self.refresh):
                    log.info("measures_renewed")
            except psycopg.Error as error:
                log.warning("measures_not_renewed", error=type(error).__name__)


def _upsert(
    connection: psycopg.Connection[Any], file: str, measure: MeasureRequest, there: list[str]
) -> None:
    """`there`: the files there are. Raises `BadInput` when the id belongs to an operator or another of them."""
    columns = columns_of(measure, file)
    values = {n: Jsonb(v) if isinstance(v, list | dict) else v for n, v in columns.items()}
    names = list(map(sql.Identifier, values))
    statement = sql.SQL(
        "insert into reference.measure as kept ({names}) values ({values}) on conflict (measure_id)"
        " do update set {changes} where kept.file = excluded.file"
        " or (kept.file <> '' and kept.file <> all(%(there)s))"
    )
    changes = [sql.SQL("{0} = excluded.{0}").format(name) for name in names]
    comma = sql.SQL(", ")
    done = connection.execute(
        statement.format(
            names=comma.join(names),
            values=comma.join(map(sql.Placeholder, values)),
            changes=comma.join(changes),
        ),
        values | {"there": there},
    )
    if not done.rowcount:
        raise BadInput(f"{file}: {measure.measure_id}: this measure_id is an operator's or another file's")
