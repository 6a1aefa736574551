"""Orders that the accounts of demonstrations have from before: written at the first loading, never again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from backends.contracts import Place
from backends.reference import clocks
from backends.reference.town import Town
from backends.reference.town.geography import UNASSIGNED
from backends.reference.town.rows import AccountRow
from backends.reference.town.sources import chance, read

INSERT = """
insert into reference.work_order (number, key, request, kind, subject, text, place_id, place, address, account_number,
  contact_name, contact_phone, scope, urgent, marks, facts, channel, conversation, state, created_at, contact_by, answer_by, urges)
values (%(number)s, %(key)s, '', %(kind)s, %(subject)s, %(text)s, %(place_id)s, %(place)s, %(address)s, %(account)s,
  %(name)s, %(phone)s, %(scope)s, false, '[]', '{}', '', '', %(state)s, %(made)s, %(contact_by)s, %(answer_by)s, 0)
on conflict do nothing returning number
"""
EVENT = "insert into reference.work_order_event (number, act, at, state, text) values (%s, %s, %s, %s, '')"


def load(connection: psycopg.Connection[Any], town: Town, now: datetime) -> None:
    """Within the caller's transaction; what is there already stays as it is."""
    accounts = {account.number: account for account in town.accounts}
    for index, fixed in enumerate(read("orders")["fixed"], 1):
        made = now - timedelta(hours=fixed["hours_ago"])
        account = accounts[fixed["account"]]
        place = _place(town, account)
        due = clocks.due(fixed["kind"], place, "", made)
        values = {
            "number": f"{made:%Y%m%d}{chance('order', str(index)).randrange(10**6):06}",
            "key": f"demonstration:{index}", "kind": fixed["kind"], "subject": fixed["subject"],
            "text": fixed["text"], "place_id": place.place_id, "place": Jsonb(place.model_dump(mode="json")),
            "address": f"{place.address}{account.building}-{account.room}", "account": account.number,
            "name": account.holder_name, "phone": f"{UNASSIGNED}0000{account.phone_last4}",
            "scope": fixed.get("scope"), "state": fixed["events"][-1]["state"], "made": made, **asdict(due),
        }  # fmt: skip
        if connection.execute(INSERT, values).fetchone() is None:
            continue
        for event in fixed["events"]:
            act = "created" if event["state"] == "received" else "moved"
            at = now - timedelta(hours=event["hours_ago"])
            connection.execute(EVENT, (values["number"], act, at, event["state"]))


def _place(town: Town, account: AccountRow) -> Place:
    row = next(place for place in town.places if place.place_id == account.place_id)
    area = next(area for area in town.areas if area.area_id == row.area_id)
    city = "" if row.city == row.province else row.city
    own = "" if row.name == row.road + row.number else row.name
    return Place(
        place_id=row.place_id, name=row.name, province=row.province, city=row.city, district=row.district,
        address=f"{row.province}{city}{row.district}{row.street}{row.road}{row.number}{own}",
        street=row.street, road=row.road, kind=row.kind, transformer_area=area.name,  # type: ignore[arg-type]
    )  # fmt: skip
