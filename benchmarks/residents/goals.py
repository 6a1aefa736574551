"""What residents want, and the rows that say whether they got it. The bot's claim alone never counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache

import yaml

from benchmarks.residents.questions import was_said
from benchmarks.residents.record import Record, Row
from benchmarks.residents.town import Town, Who
from kit import clock
from kit.settings import ROOT
from kit.spoken import Speaker


@dataclass
class Case:
    """One conversation as its goal sees it. `told`: the scope that was told, '' if nobody asked."""

    record: Record
    town: Town
    who: Who
    conversation: str
    channel: str
    told_scope: str = ""

    @property
    def words(self) -> str:
        """Everything the system said."""
        return "\n".join(words.text for words in self.record.said(self.conversation))

    @property
    def speaker(self) -> Speaker:
        return Speaker(spoken=self.channel == "ivr")

    def says(self, value: object, kind: str) -> bool:
        """Whether the value was said, as this channel says such values."""
        return self.speaker.render(value, kind) in self.words

    @property
    def proved(self) -> bool:
        return self.record.verified(self.conversation, self.who.account)

    def orders(self, kind: str, subject: str = "") -> list[Row]:
        """This conversation's orders, right in kind, and in subject if one is given."""
        found = self.record.orders(self.conversation)
        return [row for row in found if row["kind"] == kind and subject in ("", row["subject"])]

    def order(self, kind: str, subject: str = "", **columns: object) -> bool:
        """Whether exactly one order is right in everything named."""
        rows = self.orders(kind, subject)
        return len(rows) == 1 and all(rows[0][name] == value for name, value in columns.items())

    def placed(self, kind: str, subject: str) -> bool:
        """An order for the resident's own place, and with the reach that was told."""
        reach = {"scope": self.told_scope} if self.told_scope else {}
        return self.order(kind, subject, place_id=self.who.place_id, **reach)

    def ticket(self, *, urgent: bool = False) -> bool:
        rows = self.record.tickets(self.conversation)
        return bool(rows) and (not urgent or rows[0]["priority"] == "urgent")


@dataclass(frozen=True)
class Goal:
    """`intent`: whose held-out utterances open it; `needs` as `Town.draw` takes; `first`: a goal to be reached before."""

    name: str
    intent: str
    weight: float
    reached: Callable[[Case], bool]
    needs: str = ""
    by_person: bool = False  # a ticket belongs to it
    without: frozenset[str] = frozenset()  # openings with these entities would mean something else
    first: str = ""
    own: str = ""  # openings of `words.yml` instead


_TIMES = frozenset({"time", "amount", "energy"})
_FIGURES = frozenset({"amount", "energy"})
GOALS: dict[str, Goal] = {}


def goal(
    name: str, intent: str, weight: float, *, needs: str = "", by_person: bool = False, without: frozenset[str] = frozenset(),
    first: str = "", own: str = "",
) -> Callable[[Callable[[Case], bool]], Callable[[Case], bool]]:  # fmt: skip
    """Registers a goal by its check."""

    def register(check: Callable[[Case], bool]) -> Callable[[Case], bool]:
        GOALS[name] = Goal(name, intent, weight, check, needs, by_person, without, first, own)
        return check

    return register


@goal("bill told", "query_bill", 12, without=_FIGURES)
def _bill(case: Case) -> bool:
    bills = case.town.bills(case.who.account)
    return case.proved and bool(bills) and case.says(bills[0]["amount"], "yuan")


@goal("balance told", "query_balance", 8, without=_FIGURES)
def _balance(case: Case) -> bool:
    return case.proved and case.says(abs(case.town.owed(case.who.account)), "yuan")


@goal("usage told", "query_usage", 5, without=_FIGURES)
def _usage(case: Case) -> bool:
    bills = case.town.bills(case.who.account)
    whole = was_said("utter_usage_year", case.words) or case.says(bills[0]["kwh"], "kwh")
    return case.proved and whole


@goal("payments told", "query_payment_record", 4, without=_TIMES)
def _payments(case: Case) -> bool:
    paid = [bill for bill in case.town.bills(case.who.account) if bill["paid_on"]]
    return case.proved and any(case.says(bill["amount"], "yuan") for bill in paid)


@goal("outage told", "query_outage", 8, needs="dark", without=frozenset({"time"}))
def _outage(case: Case) -> bool:
    running = [row for row in case.town.running_outages() if row["place_id"] == case.who.place_id]
    return any(row["cause"] in case.words and case.says(row["expected_end"], "time") for row in running)


@goal("outage denied", "query_outage", 3, needs="calm", without=frozenset({"time"}))
def _no_outage(case: Case) -> bool:
    return was_said("utter_outage_none", case.words) or was_said("utter_outage_none_planned", case.words)


@goal("fault order", "report_outage", 12, needs="calm")
def _fault(case: Case) -> bool:
    return case.placed("fault", "report_outage")


@goal("voltage order", "report_voltage", 3, needs="calm")
def _voltage(case: Case) -> bool:
    return case.placed("fault", "report_voltage")


@goal("frequent outages order", "report_frequent_outage", 2, needs="calm")
def _frequent(case: Case) -> bool:
    return any(row["place_id"] == case.who.place_id for row in case.record.orders(case.conversation))


@goal("meter fault order", "report_meter_fault", 3, needs="calm")
def _meter(case: Case) -> bool:
    return any(row["subject"] == "report_meter_fault" and row["place_id"] == case.who.place_id for row in case.record.orders(case.conversation))


@goal("noise order", "report_noise", 1, needs="calm")
def _noise(case: Case) -> bool:
    return any(row["subject"] == "report_noise" and row["place_id"] == case.who.place_id for row in case.record.orders(case.conversation))


@goal("compensation order", "claim_compensation", 2, needs="calm")
def _claim(case: Case) -> bool:
    return case.order("compensation", place_id=case.who.place_id)


@goal("relocation order", "request_relocation", 1, needs="calm")
def _relocation(case: Case) -> bool:
    return any(row["subject"] == "request_relocation" and row["place_id"] == case.who.place_id for row in case.record.orders(case.conversation))


@goal("emergency: words and person", "report_emergency", 3, by_person=True)
def _emergency(case: Case) -> bool:
    return case.ticket(urgent=True) and was_said("utter_emergency", case.words)


@goal("hazard: order and person", "report_hazard", 2, by_person=True)
def _hazard(case: Case) -> bool:
    return case.ticket() and bool(case.orders("hazard"))


@goal("a person", "request_agent", 4, by_person=True)
def _person(case: Case) -> bool:
    return case.ticket()


@goal("hall's hours told", "query_hall", 4, without=frozenset({"time", "address"}))
def _hall(case: Case) -> bool:
    hall = next(row for row in case.town.halls if row["core"] == case.who.hall)
    if hall["status"] == "closed":
        return was_said("utter_hall_closed", case.words)
    spans = hall["week"][clock.now().weekday()]
    if not spans:
        return was_said("utter_hall_day_off", case.words)
    return all(_hour(case, moment) in case.words for span in spans for moment in span.split("-"))


def _hour(case: Case, moment: str) -> str:
    today = datetime.combine(clock.now().date(), time.fromisoformat(moment), clock.SHANGHAI)
    return case.speaker.render(today, "time").removeprefix(case.speaker.render(today, "day"))


@goal("grid manager told", "query_grid_manager", 2)
def _manager(case: Case) -> bool:
    [row] = case.record.rows(
        "select manager_name from reference.area join reference.place using (area_id) where place_id = %s",
        case.who.place_id,
    )
    return row["manager_name"] in case.words


@goal("power back after arrears", "request_reconnection", 2, needs="cut", without=_FIGURES)
def _reconnection(case: Case) -> bool:
    if not case.proved:
        return False
    owed = case.town.owed(case.who.account)
    if owed > 0:
        return was_said("utter_reconnect_owing", case.words)
    return bool(case.record.rows("select 1 from reference.work_order where kind = 'reconnection' and account_number = %s", case.who.account))


@goal("contact changed", "update_contact", 3)
def _contact(case: Case) -> bool:
    return case.proved and case.order("contact_change", account_number=case.who.account)


@goal("bill disputed", "dispute_bill", 3)
def _dispute(case: Case) -> bool:
    return any(row["subject"] == "dispute_bill" and row["account_number"] == case.who.account for row in case.record.orders(case.conversation))


@goal("payment looked into", "report_payment_problem", 3)
def _payment(case: Case) -> bool:
    found = case.orders("inquiry", "report_payment_problem")
    return any(row["account_number"] in (None, case.who.account) for row in found)


def _application(subject: str, kind: str = "application") -> Callable[[Case], bool]:
    return lambda case: bool(case.orders(kind, subject))


for _subject, _weight, _kind in (
    ("apply_ev_charger", 3, "application"), ("apply_new_connection", 3, "application"), ("apply_name_change", 3, "application"),
    ("apply_account_closure", 1, "application"), ("apply_meter_test", 2, "meter"), ("apply_site_visit", 2, "site_visit"),
    ("apply_capacity_change", 1, "application"),
):  # fmt: skip
    goal(f"{_subject} order", _subject, _weight)(_application(_subject, _kind))


@goal("complaint order", "complain", 4)
def _complaint(case: Case) -> bool:
    return case.order("complaint", "complain") or case.order("opinion", "complain")


@goal("suggestion order", "suggest", 1)
def _suggestion(case: Case) -> bool:
    return case.order("opinion", "suggest")


@goal("praise order", "praise", 1)
def _praise(case: Case) -> bool:
    return case.order("praise", "praise")


@goal("theft order", "report_theft", 1)
def _theft(case: Case) -> bool:
    return case.order("theft", "report_theft")


@goal("progress told", "query_ticket", 3, needs="calm", first="fault order", without=frozenset({"ticket_number"}))
def _progress(case: Case) -> bool:
    return any(was_said(f"utter_order_{row['state']}", case.words) for row in case.record.orders(case.conversation))


@goal("order urged", "urge_ticket", 3, needs="calm", first="fault order", without=frozenset({"ticket_number"}))
def _urged(case: Case) -> bool:
    return any(row["urges"] >= 1 for row in case.record.orders(case.conversation))


def _knowledge(intent: str) -> Callable[[Case], bool]:
    """An answer in force, of an entry for this intent, was said word for word."""
    return lambda case: any(text in case.words for text in _answers(intent, case.channel))


@cache
def _answers(intent: str, channel: str) -> list[str]:
    """What knowledge has in force today for an intent, as this channel says it."""
    today, found = clock.now().date(), []
    for file in sorted((ROOT / "data" / "knowledge" / "answers").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8"))["entries"]:
            if intent in entry["intents"]:
                rows = [a for a in entry["answers"] if a["valid_from"] <= today <= a.get("valid_to", today)]
                found += [str(a.get("ivr") if channel == "ivr" and a.get("ivr") else a["text"]) for a in rows]
    return found


for _subject, _weight, _kind in (
    ("ask_invoice", 2, ""), ("ask_payment_method", 2, ""), ("ask_safety_advice", 1, ""), ("ask_app_help", 2, ""),
    ("ask_arrears_rule", 1, ""),
):  # fmt: skip
    goal(f"{_subject} answered", _subject, _weight)(_knowledge(_subject))
