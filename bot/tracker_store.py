"""Rasa's trackers in PostgreSQL: one row a conversation, of this session what `recent.py` keeps.

One SELECT and one UPSERT a turn. A row carries a version, and a save that saw an older one is refused, so two writers
who both believed to hold the lock cannot lose a turn without a sound.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.engine.url import URL, make_url

from bot.fields import plain
from bot.recent import recent, this_session
from bot.tracker import Tracker, read_events

logger = logging.getLogger(__name__)

SCHEMA = "rasa"
_SCHEMA_LOCK = (
    0x686F746C  # an advisory lock of our own: several processes may start on an empty database at once
)


class TrackerConflict(Exception):
    """Somebody else saved this conversation since it was read."""


def split_url(address: str) -> tuple[URL, str]:
    """The URL for SQLAlchemy 1.4 with psycopg2, and the schema its `options` name (`-csearch_path=…`), else `rasa`.

    Raises:
        ValueError: not a PostgreSQL URL, or a schema that is no plain identifier.
    """
    url = make_url(address)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("the tracker store needs a postgresql:// URL")
    options = url.query.get("options", "")
    named = re.search(r"search_path=([^\s,]+)", options if isinstance(options, str) else " ".join(options))
    schema = named.group(1).strip('"') if named else SCHEMA
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise ValueError("the tracker store's schema must be a plain lower-case identifier")
    return url.set(drivername="postgresql+psycopg2"), schema


class PostgresTrackerStore(TrackerStore):
    """Table `<schema>.tracker`, made at the start where it is missing.

    Args:
        domain: whose slots a tracker has; set again once the model is loaded.
        host: PostgreSQL URL (Rasa's name for the `url` of `endpoints.yml`).
        event_broker: not served; the record of what was said is kept elsewhere.
    """

    def __init__(
        self, domain: Domain | None, host: str, event_broker: EventBroker | None = None, **kwargs: Any
    ) -> None:
        super().__init__(domain, None, **kwargs)
        url, self.schema = split_url(host)
        self.engine = sa.create_engine(
            url,
            isolation_level="AUTOCOMMIT",  # every call is one statement
            pool_pre_ping=True,  # a connection that died in the pool is renewed before use
            pool_size=4,
            max_overflow=12,
            json_serializer=lambda value: json.dumps(value, default=plain),
            connect_args={"connect_timeout": 5, "application_name": "hotline-bot"},
        )
        self.table = sa.Table(
            "tracker",
            sa.MetaData(schema=self.schema),
            sa.Column("sender_id", sa.Text, primary_key=True),
            # json, not jsonb: the latter refuses a NUL, and a resident may well send one.
            sa.Column("events", sa.JSON, nullable=False),
            sa.Column("session_started_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("version", sa.BigInteger, nullable=False),
        )
        self._make_table()
        self._select, self._upsert = _select(self.table), _upsert(self.table)

    def _make_table(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(_SCHEMA_LOCK)))
            try:
                # Asked first: a role that may not create schemas still works in one made for it.
                if not sa.inspect(connection).has_table("tracker", schema=self.schema):
                    if self.schema not in sa.inspect(connection).get_schema_names():
                        connection.execute(sa.schema.CreateSchema(self.schema))
                    self.table.create(connection)
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_SCHEMA_LOCK)))

    def init_tracker(self, sender_id: str) -> Tracker:
        """An empty tracker with the domain's slots."""
        return Tracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> Tracker:
        """An empty tracker; unlike Rasa's, nothing is written before the turn has succeeded."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return tracker

    async def retrieve(self, sender_id: str) -> Tracker | None:
        """The conversation's tracker, or `None` where there is no row."""
        row = await asyncio.to_thread(self._first, self._select, {"of": sender_id})
        if row is None:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.load(read_events(row[0]))
        tracker.version = row[1]
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write this session's events, a long one's cut to its last messages.

        Raises:
            TrackerConflict: the row is not the one the tracker was read from.
        """
        events = this_session(list(tracker.events))
        events = recent(events, lambda: self.init_tracker(tracker.sender_id))
        started = next((e for e in events if isinstance(e, SessionStarted)), events[0] if events else None)
        row = await asyncio.to_thread(
            self._first,
            self._upsert,
            {
                "of": tracker.sender_id,
                "history": [event.as_dict() for event in events],
                "started": started.timestamp if started else None,
                "seen": getattr(tracker, "version", 0),
            },
        )
        if row is None:
            raise TrackerConflict
        tracker.version = row[0]  # type: ignore[attr-defined]

    async def keys(self) -> list[str]:
        """Every conversation that has a row."""
        rows = await asyncio.to_thread(self._all, sa.select(self.table.c.sender_id))
        return [row[0] for row in rows]

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def _first(self, statement: Any, values: dict[str, Any]) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(statement, values).first()

    def _all(self, statement: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(statement).all()


def _select(table: sa.Table) -> sa.sql.Select:
    return sa.select(table.c.events, table.c.version).where(table.c.sender_id == sa.bindparam("of"))


def _upsert(table: sa.Table) -> Insert:
    """Insert or replace a row whose version is the one that was read; no row comes back where it is not."""
    new = insert(table).values(
        sender_id=sa.bindparam("of"),
        events=sa.bindparam("history", type_=sa.JSON),
        session_started_at=sa.func.coalesce(
            sa.func.to_timestamp(sa.cast(sa.bindparam("started"), sa.Float)), sa.func.now()
        ),
        updated_at=sa.func.now(),
        version=1,
    )
    return new.on_conflict_do_update(
        index_elements=[table.c.sender_id],
        set_={
            "events": new.excluded.events,
            "session_started_at": new.excluded.session_started_at,
            "updated_at": new.excluded.updated_at,
            "version": table.c.version + 1,
        },
        where=table.c.version == sa.bindparam("seen"),
    ).returning(table.c.version)
