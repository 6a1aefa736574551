"""What the rows say: of the conversation (our record) and of the utility (reference service)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.e2e.running import Running

Row = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """One thing the system said, with the titles of its buttons."""

    seq: int
    text: str
    buttons: tuple[str, ...]


class Record:
    """Reads only. One connection, every call one short statement."""

    def __init__(self, running: Running) -> None:
        folder = running.home / "postgres"
        password, port = ((folder / name).read_text().strip() for name in ("password", "port"))
        self.connection = psycopg.connect(
            f"postgresql://hotline:{password}@127.0.0.1:{port}/hotline", autocommit=True, row_factory=dict_row
        )

        self.utility = httpx.Client(
            base_url=running.run["addresses"]["backends"], timeout=20,
            headers={"Authorization": f"Bearer {running.secrets['backends_token']}"},
        )  # fmt: skip

    def close(self) -> None:
        self.connection.close()
        self.utility.close()

    def computed(self, path: str, **params: Any) -> Row:
        """What the utility computes of its rows (use by month, arrears with fees, an estimate)."""
        response = self.utility.get(path, params=params)
        response.raise_for_status()
        return dict(response.json())

    def rows(self, query: str, *values: Any) -> list[Row]:
        return self.connection.execute(query, values).fetchall()

    def conversation(self, resident: str) -> Row | None:
        """The conversation of a web visit, a call or an OpenID."""
        found = self.rows("select * from conversation where resident = %s", resident)
        return found[0] if found else None

    def said(self, conversation: str, after: int = 0) -> list[Words]:
        """What the system said after that message, in order."""
        found = self.rows(
            "select seq, text, payload from message where conversation_id = %s and seq > %s "
            "and author in ('bot', 'system') order by seq",
            conversation, after,
        )  # fmt: skip
        return [
            Words(row["seq"], row["text"], tuple(b["title"] for b in row["payload"].get("buttons") or []))
            for row in found
        ]

    def waiting(self, conversation: str) -> bool:
        """Whether a turn is still under way."""
        return bool(
            self.rows("select 1 from turn where conversation_id = %s and state = 'queued'", conversation)
        )

    def on_the_way(self, conversation: str) -> bool:
        """Whether words have not reached the platform yet."""
        query = "select 1 from outbox where conversation_id = %s and state in ('ready', 'sending')"
        return bool(self.rows(query, conversation))

    def undelivered(self, conversation: str) -> str:
        """What became of words that did not reach the platform; '' if all did."""
        query = (
            "select distinct state from outbox where conversation_id = %s and state in ('failed', 'parked')"
        )
        return ", ".join(row["state"] for row in self.rows(query, conversation))

    def transcript(self, conversation: str) -> list[Row]:
        """Everything said, oldest first: author, text."""
        return self.rows(
            "select author, text from message where conversation_id = %s and kind <> 'event' order by seq",
            conversation,
        )

    def orders(self, conversation: str) -> list[Row]:
        """The orders that this conversation wrote: by the permits it was given, so anonymous ones as well."""
        return self.rows(
            "select w.* from reference.work_order w join permit p on p.key = w.key where p.conversation_id = %s "
            "order by w.created_at",
            conversation,
        )  # fmt: skip

    def tickets(self, conversation: str) -> list[Row]:
        return self.rows("select * from ticket where conversation_id = %s", conversation)

    def verified(self, conversation: str, account: str) -> bool:
        """Whether the account was proved in this conversation."""
        query = "select 1 from verification where conversation_id = %s and account_number = %s"
        return bool(self.rows(query, conversation, account))
