"""What is due to whom, from what the utility's systems say now and what was told before. Decides; sends nothing.

Nothing is remembered between two looks but what was told: whatever was missed while a system was down is due at the
next look, if it is still true then.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backends.contracts import Outage
from kit import clock
from kit.facts import Facts

PUBLIC = frozenset({"fault", "planned", "temporary", "shortage", "orderly"})
ENDED = ("cancelled", "restored")
NO_TIME = "-"
AFTERGLOW = timedelta(hours=6)  # how long it is worth telling that the power is back


@dataclass(frozen=True)
class Due:
    """One notice for one resident. `key` names the words, `values` fill them; after `good_until` it would mislead."""

    conversation_id: uuid.UUID
    topic: str
    notice_id: str
    version: str
    key: str
    values: dict[str, Any]
    good_until: datetime
    at_night: bool = False  # a mishap that has just happened; what was planned, what is over, and money wait for the morning


def quiet(facts: Facts, moment: datetime) -> bool:
    """Whether it is night: nobody is written to then, unless the power has just failed."""
    begins, ends = facts.limit("notice_quiet_from"), facts.limit("notice_quiet_to")
    return moment.astimezone(clock.SHANGHAI).hour >= begins or moment.astimezone(clock.SHANGHAI).hour < ends


def due(
    conversation_id: uuid.UUID, outages: Iterable[Outage], told: Mapping[str, Sequence[str]], now: datetime
) -> list[Due]:
    """What a resident has to be told of these outages; `told`: versions by outage, in the order of telling."""
    return [
        one
        for outage in outages
        if (one := _due(conversation_id, outage, told.get(outage.outage_id, ()), now))
    ]


def _due(conversation_id: uuid.UUID, outage: Outage, told: Sequence[str], now: datetime) -> Due | None:
    if outage.kind not in PUBLIC or outage.candidate:
        return None
    stage: str = outage.status
    if stage in ENDED:
        version = stage
        until = (
            outage.restored_at + AFTERGLOW if outage.restored_at else outage.expected_end or outage.starts_at
        )
        # Whoever was told of it is told its end; nobody else is interested.
        if not told or version in told or until <= now:
            return None
    else:
        version = times(outage)
        stage = "changed" if told else stage
        until = outage.expected_end or now + AFTERGLOW
        if (told and told[-1] == version) or until <= now:
            return None
    if outage.expected_end is None and stage not in ENDED:
        stage += "_no_time"
    values = {
        "place": outage.place.name, "buildings": outage.buildings, "kind": outage.kind, "cause": outage.cause,
        "starts": outage.starts_at, "until": outage.expected_end, "restored": outage.restored_at,
    }  # fmt: skip
    mishap = outage.kind == "fault" and outage.status == "running" and not told
    return Due(
        conversation_id, "outage", outage.outage_id, version, f"utter_notice_{stage}", values, until, at_night=mishap
    )  # fmt: skip


def times(outage: Outage) -> str:
    """An outage's version as long as it lasts: when it begins and ends."""
    ends = outage.expected_end.isoformat() if outage.expected_end else NO_TIME
    return f"{outage.starts_at.isoformat()}/{ends}"
