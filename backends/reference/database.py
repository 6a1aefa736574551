"""Migrations of the reference service, applied at its start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from kit.db import psycopg_url

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration without a file of its own."""
    config = Config()
    # A percent sign would be read as interpolation, e.g. in a password or a socket's folder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = psycopg_url(url)
    return config


def migrate(url: str) -> None:
    """Bring the schema to its newest version; several processes at once are fine."""
    command.upgrade(configuration(url), "head")
