"""What can go wrong at the desk; each carries what the console needs to say it in words.

BadInput
└── BadMeasure  a special measure that is not written as it must be: `fields`
Conflict
├── Taken       somebody holds the ticket: `by` and `since`
├── Lost        the caller no longer holds it: the lease lapsed, or it was released
├── Closed      the ticket is closed
└── ReadOnly    nobody can be written to any more: a call, or a visit that ended
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kit.errors import BadInput, Conflict


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


class BadMeasure(BadInput):
    """`fields`: those that are wrong, by the contract's names."""

    code = "bad_measure"

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = list(dict.fromkeys(fields))
        super().__init__(f"wrong or missing: {', '.join(self.fields)}")
