"""Values of the demo town that no file can know: a scenario names them, and gets a household of its own.

`{account.number}` in a scenario is the column `number` of one row of the query `account`.
"""

from __future__ import annotations

import re
from typing import Any

from tests.scenarios.record import Record

_HOUSEHOLD = """
    select a.number, a.holder_name as name, a.phone_last4, a.room, a.building, p.name as place, p.district,
           right(a.number, 4) as tail
    from reference.account a join reference.place p using (place_id)
    where a.customer = 'resident' and a.room <> '' and p.kind <> 'village' and a.supply = 'connected'
      and not a.prepaid and a.number not in ('3100000000018', '3200456789', '3100000000026', '3100000000034')
"""
_QUIET = """
    select p.name, p.district, p.city, p.district || p.street || p.name as full, p.place_id, p.road || p.number as door
    from reference.place p where p.place_id not in (select place_id from reference.outage)
      and (select count(*) from reference.place o where o.name = p.name) = 1 and p.kind = 'estate'
      and p.name not like '%%弄' and p.name not in ('锦绣苑', '阳光花园', '苍梧绿园')
"""
QUERIES = {
    "account": _HOUSEHOLD + "and a.province = '上海市' order by a.number",
    # Where no outage is: whoever has this one remembered gets no notice in the middle of a scenario.
    "calm": _HOUSEHOLD
    + "and a.province = '上海市' and a.place_id not in (select place_id from reference.outage) order by a.number",
    "second": _HOUSEHOLD + "and a.province = '上海市' order by a.number desc",
    "jiangsu": _HOUSEHOLD + "and a.province = '江苏省' order by a.number",
    "owing": _HOUSEHOLD
    + "and (select count(*) from reference.bill b where b.account_number = a.number and b.paid_on is null) = 1 "
    "order by a.number",
    "estate": _QUIET + "order by p.place_id",
    "other_estate": _QUIET + "order by p.place_id desc",
    "village": _QUIET.replace("'estate'", "'village'") + "order by p.place_id",
}
ESTATES = frozenset({"estate", "other_estate", "village"})
_NAME = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


class Values:
    """The values of one scenario. `number` chooses its rows, `at` its estates; orders and tickets are those of its
    conversation.
    """

    def __init__(self, record: Record, number: int, at: int) -> None:
        self.record, self.number, self.at = record, number, at

    async def fill(self, text: str, conversation: str) -> str:
        """The text with its names replaced. Raises `LookupError` naming what does not exist."""
        for name, column in dict.fromkeys(_NAME.findall(text)):
            value = await self._value(name, column, conversation)
            text = text.replace("{" + name + (f".{column}" if column else "") + "}", value)
        return text

    async def _value(self, name: str, column: str, conversation: str) -> str:
        if name in ("order", "ticket"):
            found = await (self.record.order if name == "order" else self.record.ticket)(conversation)
            row: dict[str, Any] = found or {}
        elif name in QUERIES:
            rows = await self.record.table(QUERIES[name])
            place = self.at if name in ESTATES else self.number
            row = rows[place % len(rows)] if rows else {}
        else:
            raise LookupError(
                f"no value is named {{{name}}}; there are {', '.join([*QUERIES, 'order', 'ticket'])}"
            )
        key = column or ("number" if name in ("order", "ticket") else "name")
        if key not in row:
            raise LookupError(f"{{{name}.{key}}} has no value; {name} has {', '.join(row) or 'no row'}")
        return str(row[key])
