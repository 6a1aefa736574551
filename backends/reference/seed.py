"""Loads the town by COPY: all when day or generator changed, its outages when their two hours are over.

It is one transaction, so that readers see the old town or the new one. When nothing changed it ends at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from backends.reference.models import SCHEMA, Base
from backends.reference.town import generate, orders
from backends.reference.town.outages import block_of
from backends.reference.town.outages import generate as generate_outages
from backends.reference.town.rows import Row
from backends.reference.town.sources import digest
from kit import clock
from kit.logging import get

log = get(__name__)
LOCK = 9559801  # one process seeds, others wait and find it done
TELL_AFTER = 2.0  # seconds
CHECK_EVERY = 20.0  # seconds
TOWN = ("area", "place", "account", "bill", "hall")


def seed(url: str, now: datetime | None = None) -> str:
    """Bring the tables up to `now`; says what was done: `nothing`, `outages` or `town`."""
    moment = now or clock.now()
    day, block = moment.date(), block_of(moment)
    with psycopg.connect(url, connect_timeout=5, options="-c timezone=Asia/Shanghai") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        kept = connection.execute("select digest, day, block from reference.seed").fetchone()
        wanted = (digest(), day, block)
        if kept == wanted:
            return "nothing"
        done = "outages" if kept and kept[:2] == wanted[:2] else "town"
        with _Progress("loading the demo town"):
            town = generate(day)
            connection.execute("delete from reference.outage")
            if done == "town":
                for name in reversed(TOWN):
                    connection.execute(sql.SQL("delete from {}").format(sql.Identifier(SCHEMA, name)))
                loads: tuple[Sequence[Row], ...] = (
                    town.areas, town.places, town.accounts, town.bills, town.halls,
                )  # fmt: skip
                for name, rows in zip(TOWN, loads, strict=True):
                    _copy(connection, name, rows)
                orders.load(connection, town, moment)
            _copy(connection, "outage", generate_outages(town, block))
            connection.execute("delete from reference.seed")
            connection.execute("insert into reference.seed (digest, day, block) values (%s, %s, %s)", wanted)
    if done == "town":
        _analyse(url)
    return done


async def keep_current(url: str) -> None:
    """Seed again whenever the present has moved on; a failure is logged and tried again."""
    while True:
        await asyncio.sleep(CHECK_EVERY)
        try:
            if (done := await asyncio.to_thread(seed, url)) != "nothing":
                log.info("town_renewed", what=done)
        except psycopg.Error as error:
            log.warning("town_not_renewed", error=type(error).__name__)


def _copy(connection: psycopg.Connection[Any], table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    names = [field.name for field in fields(rows[0])]
    columns = Base.metadata.tables[f"{SCHEMA}.{table}"].columns
    if set(names) != set(columns.keys()):
        raise TypeError(f"rows of {table} and its columns differ: {set(names) ^ set(columns.keys())}")
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(SCHEMA, table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            values = (getattr(row, name) for name in names)
            copy.write_row([json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for v in values])


def _analyse(url: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        for name in (*TOWN, "outage"):
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(SCHEMA, name)))


class _Progress:
    """Says on stderr that it is at work, once that takes longer than people like to wait without a word."""

    def __init__(self, what: str) -> None:
        self._what, self._done = what, threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _tell(self) -> None:
        wait = TELL_AFTER
        while not self._done.wait(wait):
            sys.stderr.write(f"{self._what} … {time.monotonic() - self._began:.0f} s\n")
            wait = 1.0
