"""Who the residents are: drawn from the reference service's own rows, so that what they say of themselves is true."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from benchmarks.residents.record import Record, Row
from kit import clock

PHONES = "1540000"  # a range no operator was ever given
NAMES = ("周立新", "孙桂兰", "吴海燕", "郑国庆", "何春梅", "高志远", "罗玉珍", "梁建平")
FIRMS = ("海悦食品有限公司", "顺达五金加工厂", "晨光便利店")


@dataclass(frozen=True)
class Who:
    """A resident's own facts."""

    account: str
    holder: str
    last4: str
    building: str
    room: str
    place_id: str
    place: str
    kind: str
    district: str
    full: str
    phone: str
    name: str
    company: str
    hall: str
    kwh: int
    scope: str

    @property
    def surname(self) -> str:
        return self.name[0]

    def facts(self) -> dict[str, Any]:
        """By the names that `words.yml` uses."""
        return asdict(self) | {"surname": self.surname}


class Town:
    """Draws residents; what is needed is a condition on the account's row."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.accounts = record.rows(
            "select a.*, p.name as place, p.kind, p.district, p.city, p.road, p.street, p.number as on_road "
            "from reference.account a join reference.place p using (place_id) where customer = 'resident' "
            "order by a.number"
        )
        # A name that stands for one place only: whoever gives district and name must be found.
        seen: dict[tuple[str, str], int] = {}
        for row in record.rows("select district, name from reference.place"):
            seen[row["district"], row["name"]] = seen.get((row["district"], row["name"]), 0) + 1
        self.accounts = [row for row in self.accounts if seen[row["district"], row["place"]] == 1]
        self.halls = record.rows("select * from reference.hall order by hall_id")
        cores = [hall["core"] for hall in self.halls]
        self.halls = [hall for hall in self.halls if cores.count(hall["core"]) == 1]

    def draw(self, rng: random.Random, need: str) -> Who:
        """`need`: '' anybody with power and no arrears' cut, `cut`, `dark` (an outage runs there), `calm` (none does)."""
        row = rng.choice(self._fitting(need))
        own = "" if row["place"] == row["road"] + row["on_road"] else row["place"]
        city = "" if row["city"] == row["province"] else row["city"]
        return Who(
            row["number"], row["holder_name"], row["phone_last4"], row["building"], row["room"], row["place_id"],
            row["place"], row["kind"], row["district"],
            f"{row['province']}{city}{row['district']}{row['street']}{row['road']}{row['on_road']}{own}",
            f"{PHONES}{rng.randrange(10**4):04d}", rng.choice(NAMES), rng.choice(FIRMS),
            rng.choice(self.halls)["core"], rng.randrange(80, 600), rng.choice(("household", "building", "estate")),
        )  # fmt: skip

    def _fitting(self, need: str) -> list[Row]:
        if need == "cut":
            return [row for row in self.accounts if row["supply"] != "connected"]
        connected = [row for row in self.accounts if row["supply"] == "connected"]
        if not need:
            return connected
        dark = {row["place_id"] for row in self.running_outages()}
        touched = {row["place_id"] for row in self.record.rows("select place_id from reference.outage")}
        if need == "dark":
            return [row for row in connected if row["place_id"] in dark]
        return [row for row in connected if row["place_id"] not in touched]

    def running_outages(self) -> list[Row]:
        """Of a whole place, now; those of one account are nobody else's."""
        now: datetime = clock.now()
        return self.record.rows(
            "select * from reference.outage where kind <> 'arrears' and starts_at <= %s and restored_at is null "
            "and cancelled_at is null and expected_end > %s and buildings = '[]'",
            now, now,
        )  # fmt: skip

    def bills(self, account: str) -> list[Row]:
        """Newest first."""
        return self.record.rows(
            "select * from reference.bill where account_number = %s order by month desc", account
        )

    def owed(self, account: str) -> Decimal:
        """Unpaid bills less credit; negative is money left."""
        [row] = self.record.rows("select credit from reference.account where number = %s", account)
        unpaid = sum((b["amount"] for b in self.bills(account) if b["paid_on"] is None), Decimal(0))
        return Decimal(unpaid) - Decimal(row["credit"])
