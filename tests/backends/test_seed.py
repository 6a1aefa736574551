"""Loading the town: when, how fast, and that nothing is loaded twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from backends.reference import seed
from backends.reference.app import create_app
from backends.reference.database import migrate
from backends.reference.models import SCHEMA, Base
from kit.clock import SHANGHAI
from kit.db import psycopg_url
from kit.errors import MisconfiguredError
from kit.settings import Settings

NOON = datetime(2026, 5, 12, 12, 30, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def empty(new_database: Callable[[], str]) -> str:
    url = new_database()
    migrate(url)
    return url


def counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        names = ("area", "place", "account", "bill", "hall", "outage", "seed")
        rows = [connection.execute(f"select count(*) from {SCHEMA}.{name}").fetchone() for name in names]
    return {name: row[0] for name, row in zip(names, rows, strict=True) if row}


def test_that_the_town_is_loaded_once_renewed_with_the_day_and_its_outages_every_two_hours(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seed.seed(empty, NOON) == "town"
    first = counts(empty)
    assert first["account"] >= 2000
    assert first["seed"] == 1
    assert seed.seed(empty, NOON + timedelta(minutes=80)) == "nothing"
    assert seed.seed(empty, NOON + timedelta(hours=2)) == "outages"
    assert seed.seed(empty, NOON + timedelta(days=1)) == "town"
    assert {k: v for k, v in counts(empty).items() if k not in ("outage",)} == {
        k: v for k, v in first.items() if k not in ("outage",)
    }
    monkeypatch.setattr(seed, "digest", lambda: "another generator")
    assert seed.seed(empty, NOON + timedelta(days=1)) == "town"


def test_that_a_long_load_says_so(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "TELL_AFTER", 0.01)
    with seed._Progress("loading"):
        time.sleep(0.2)
    assert "loading … 0 s" in capfd.readouterr().err


def test_that_migrations_make_the_tables_the_code_expects(empty: str) -> None:
    migrate(empty)  # again: nothing to do
    engine = create_engine(psycopg_url(empty))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table_schema": SCHEMA,
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_that_a_service_without_a_database_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOTLINE_REFERENCE_DATABASE_URL", raising=False)
    app = create_app(Settings())
    with pytest.raises(MisconfiguredError, match="HOTLINE_REFERENCE_DATABASE_URL"):
        async with app.router.lifespan_context(app):
            pass
