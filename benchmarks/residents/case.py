"""One conversation as its goal sees it: the rows it caused, compared with what the resident told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import cn2an
import yaml

from benchmarks.residents.record import Record, Row
from benchmarks.residents.town import Town, Who
from kit import clock
from kit.settings import ROOT
from kit.spoken import Speaker

_NUMERALS = re.compile("[零〇幺一二两三四五六七八九十百]+")
_DIGITS = dict(zip("零〇幺一二两三四五六七八九", "0011223456789", strict=True))


@dataclass
class Case:
    """`told`: the questions that the resident answered; `right`: the entries of knowledge that answer them."""

    record: Record
    town: Town
    who: Who
    conversation: str
    channel: str
    told: frozenset[str] = frozenset()
    right: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Everything the system said."""
        return "\n".join(words.text for words in self.record.said(self.conversation))

    @property
    def speaker(self) -> Speaker:
        return Speaker(spoken=self.channel == "ivr")

    def says(self, value: object, kind: str) -> bool:
        """Whether the value was said, as this channel says such values, and not as the end of a longer one."""
        wanted = re.escape(self.speaker.render(value, kind))
        return re.search(rf"(?<![0-9.零一二两三四五六七八九十百千万]){wanted}", self.words) is not None

    @property
    def names_place(self) -> bool:
        """Whether the resident's place was named; by telephone its numbers are spoken."""

        def number(found: re.Match[str]) -> str:
            return self.speaker.render(found[0], "number")

        return re.sub(r"\d+", number, self.who.place) in self.words

    @property
    def proved(self) -> bool:
        return self.record.verified(self.conversation, self.who.account)

    def utility(self, what: str, **params: Any) -> Row:
        """What the utility computes for the resident's account."""
        return self.record.computed(f"/v1/accounts/{self.who.account}/{what}", **params)

    def ticket(self, reason: str = "") -> bool:
        rows = self.record.tickets(self.conversation)
        return len(rows) == 1 and reason in ("", rows[0]["reason"])

    def order(self, kind: str, subject: str) -> bool:
        """Whether this conversation has one order of the subject, right in all that the resident told."""
        rows = [row for row in self.record.orders(self.conversation) if row["subject"] == subject]
        return len(rows) == 1 and rows[0]["kind"] == kind and not self.differs(rows[0])

    def differs(self, row: Row) -> list[str]:
        """What in an order is not as it was told."""
        who = self.who
        expected = {
            "place": (row["place_id"], who.place_id), "account": (account_of(row, who), who.account),
            "case_account": (row["account_number"], who.account), "scope": (row["scope"], who.scope),
            "phone": (row["contact_phone"], who.phone), "new_phone": (row["contact_phone"], who.phone),
            "new_holder": (row["facts"].get("new_holder"), who.name),
        }  # fmt: skip
        wrong = [name for name, (found, wanted) in expected.items() if name in self.told and found != wanted]
        if row["contact_phone"] not in ("", who.phone) and "phone" not in wrong:
            wrong.append("phone")
        numbers = numbers_in(row["address"])
        doors = {"door": (who.building, who.room), "building": (who.building,)}
        for question, parts in doors.items():
            if question in self.told and not all(part in numbers for part in parts):
                wrong.append(question)
        return wrong

    def astray(self, wanted: Iterable[str]) -> list[str]:
        """Subjects of orders that nobody asked for."""
        known = set(wanted)
        return [
            row["subject"] for row in self.record.orders(self.conversation) if row["subject"] not in known
        ]


def account_of(row: Row, who: Who) -> str | None:
    """An order's account; a report of a fault needs none and keeps one that was told among the words."""
    kept = who.account if row["account_number"] is None and who.account in plain(row["text"]) else None
    return row["account_number"] or kept


def plain(text: str) -> str:
    """Numerals spoken one by one as figures."""
    return re.sub("[零〇幺一二两三四五六七八九]{3,}", lambda m: "".join(_DIGITS[one] for one in m[0]), text)


def numbers_in(address: str) -> list[str]:
    """The numbers of an address in order, numerals as figures: 十八号楼六零幺室 has 18 and 601."""

    def written(found: re.Match[str]) -> str:
        if re.search("[十百]", found[0]):
            return str(cn2an.cn2an(found[0].replace("幺", "一"), "smart"))
        return "".join(_DIGITS[one] for one in found[0])

    return re.findall(r"\d+", _NUMERALS.sub(written, address))


def answers(entries: tuple[str, ...], channel: str) -> list[str]:
    """What these entries of knowledge have in force today, as this channel says it."""
    today, found = clock.now().date(), []
    for name in entries:
        rows = knowledge()[name]["answers"]
        in_force = [a for a in rows if a["valid_from"] <= today <= a.get("valid_to", today)]
        found += [str(a.get("ivr") if channel == "ivr" and a.get("ivr") else a["text"]) for a in in_force]
    return found


@cache
def knowledge() -> dict[str, dict[str, Any]]:
    """Entries by id, as they stand in their files."""
    files = sorted((ROOT / "data" / "knowledge" / "answers").glob("*.yml"))
    return {
        entry["id"]: entry for file in files for entry in yaml.safe_load(file.read_text("utf-8"))["entries"]
    }
