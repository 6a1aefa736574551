"""What the running hotline has on disk, for checking: turns, actions, slots, tickets, orders."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

TURN_SECONDS = 40.0
UNSETTLED = ("ready", "sending")


class Record:
    """Reads the record, the bot's trackers and the utility's tables with one connection."""

    def __init__(self, connection: psycopg.AsyncConnection[dict[str, Any]]) -> None:
        self.connection = connection
        self._tables: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    async def open(cls, url: str) -> Record:
        return cls(await psycopg.AsyncConnection.connect(url, autocommit=True, row_factory=dict_row))

    async def close(self) -> None:
        await self.connection.close()

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        cursor = await self.connection.execute(query, values)
        return await cursor.fetchall()

    async def table(self, query: str) -> list[dict[str, Any]]:
        """Rows that stay the same for the whole run."""
        if query not in self._tables:
            self._tables[query] = await self.rows(query)
        return self._tables[query]

    async def conversation(self, resident: str) -> dict[str, Any]:
        """The latest conversation of a resident: id, owner."""
        query = "select id::text, owner, epoch from conversation where resident = %s order by opened_at desc limit 1"
        found = await self.rows(query, resident)
        return found[0] if found else {"id": "", "owner": "bot", "epoch": 0}

    async def settled(self, conversation: str) -> str:
        """Wait until nothing of the conversation is under way; the id of its last message of the resident."""
        deadline = time.monotonic() + TURN_SECONDS
        query = """
            select (select count(*) from turn where conversation_id = %s::uuid and state = 'queued')
                 + (select count(*) from outbox where conversation_id = %s::uuid and state = any(%s)) as open,
                   (select id::text from message where conversation_id = %s::uuid and author = 'resident'
                    order by seq desc limit 1) as last
        """
        while True:
            [row] = await self.rows(query, conversation, conversation, list(UNSETTLED), conversation)
            if not row["open"]:
                return str(row["last"] or "")
            if time.monotonic() > deadline:
                raise TimeoutError(f"the turn was not over after {TURN_SECONDS:.0f} s")
            await asyncio.sleep(0.03)

    async def turn_over(self, conversation: str) -> None:
        """Wait until the bot is no more at work on what was written."""
        deadline = time.monotonic() + TURN_SECONDS
        query = "select count(*) as open from turn where conversation_id = %s::uuid and state = 'queued'"
        while (await self.rows(query, conversation))[0]["open"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the turn was not over after {TURN_SECONDS:.0f} s")
            await asyncio.sleep(0.03)

    async def events(self, conversation: str) -> list[dict[str, Any]]:
        """The bot's tracker."""
        found = await self.rows("select events from rasa.tracker where sender_id = %s", conversation)
        return list(found[0]["events"]) if found else []

    async def ticket(self, conversation: str) -> dict[str, Any] | None:
        """The conversation's latest ticket at the desk."""
        query = """
            select number, reason, intent, state, priority = 'urgent' as urgent, outcome,
                   (select answer from survey where survey.number = ticket.number) as rating from ticket
            where conversation_id::text = %s order by queued_at desc limit 1
        """
        found = await self.rows(query, conversation)
        return found[0] if found else None

    async def orders(self, conversation: str) -> list[dict[str, Any]]:
        """The conversation's orders with the utility, latest first."""
        query = """
            select number, kind, subject, scope, urgent, marks, account_number as account, state, urges
            from reference.work_order where conversation = %s order by created_at desc, number
        """
        return await self.rows(query, conversation)

    async def order(self, conversation: str) -> dict[str, Any] | None:
        """The latest of them."""
        found = await self.orders(conversation)
        return found[0] if found else None

    async def pass_time(self, conversation: str, minutes: int) -> None:
        """Move everything that this conversation has on disk so many minutes into the past: the same as waiting."""
        seconds = minutes * 60
        await self.rows(
            """
            update rasa.tracker set version = version + 1, events = (
                select json_agg(case when e ? 'timestamp'
                    then jsonb_set(e, '{timestamp}', to_jsonb((e->>'timestamp')::float8 - %s)) else e end order by n)
                from jsonb_array_elements(events::jsonb) with ordinality as t(e, n))
            where sender_id = %s returning sender_id
            """,
            seconds, conversation,
        )  # fmt: skip
        for table, columns in _TIMES.items():
            moved = ", ".join(f"{column} = {column} - make_interval(secs => %s)" for column in columns)
            where = "id" if table == "conversation" else "conversation_id"
            query = f"update {table} set {moved} where {where} = %s::uuid returning 1 as moved"
            await self.rows(query, *([seconds] * len(columns)), conversation)


_TIMES = {
    "conversation": ("opened_at", "last_inbound_at"),
    "message": ("created_at",),
    "turn": ("created_at", "finished_at"),
    "verification": ("verified_at", "last_used_at"),
}
