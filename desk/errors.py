"""What can go wrong at the desk; each carries what the console needs to say it in words.

Conflict
├── Taken       somebody holds the ticket: `by` and `since`
├── Lost        the caller no longer holds it: the lease lapsed, or it was released
├── Closed      the ticket is closed
└── ReadOnly    nobody can be written to any more: a call, or a visit that ended
"""

from __future__ import annotations

from datetime import datetime

from kit.errors import Conflict


class Taken(Conflict):
    code = "ticket_taken"

    def __init__(self, by: str, since: datetime) -> None:
        super().__init__(f"taken by {by} since {since.isoformat(timespec='seconds')}")
        self.by, self.since = by, since


class Lost(Conflict):
    code = "ticket_lost"


class Closed(Conflict):
    code = "ticket_closed"


class ReadOnly(Conflict):
    code = "read_only"
