"""What residents want, and the rows that say whether they got it. The bot's claim alone never counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from benchmarks.residents.case import Case, answers
from benchmarks.residents.questions import was_said
from kit import clock

Check = Callable[[Case], bool]


@dataclass(frozen=True)
class Goal:
    """`intent`: whose held-out utterances open it; `needs` as `Town.draw` takes; `without`: openings with these entities
    would mean something else; `first`: a goal to be reached before; `own`: other openings."""

    name: str
    intent: str
    weight: float
    reached: Check
    needs: str = ""
    without: frozenset[str] = frozenset()
    first: str = ""
    own: str = ""


HOME = "上海"  # whose prices are told to those who say nothing of where they are
FIGURES = frozenset({"amount", "energy"})
TIMES = FIGURES | {"time"}
TICKET = frozenset({"ticket_number"})
GOALS: dict[str, Goal] = {}


def goal(
    name: str, intent: str, weight: float, *, needs: str = "", without: frozenset[str] = frozenset(), first: str = "", own: str = ""
) -> Callable[[Check], Check]:  # fmt: skip
    """Registers a goal by its check."""

    def register(check: Check) -> Check:
        GOALS[name] = Goal(name, intent, weight, check, needs, without, first, own)
        return check

    return register


@goal("bill told", "query_bill", 12, without=FIGURES)
def _bill(case: Case) -> bool:
    bills = case.town.bills(case.who.account)
    return case.proved and bool(bills) and case.says(bills[0]["amount"], "yuan")


@goal("balance told", "query_balance", 8, without=FIGURES)
def _balance(case: Case) -> bool:
    return case.proved and case.says(abs(case.town.owed(case.who.account)), "yuan")


@goal("usage told", "query_usage", 5, without=FIGURES)
def _usage(case: Case) -> bool:
    if not case.proved:
        return False
    today = clock.now().date()
    year = today.replace(month=1, day=1)
    used = case.utility("usage", first=f"{year}", last=f"{today}", by="month")
    before = [row["kwh"] for row in used["rows"] if date.fromisoformat(row["starts"]).month < today.month][
        -1:
    ]
    return any(case.says(Decimal(kwh), "kwh") for kwh in (*before, used["kwh"]))


@goal("payments told", "query_payment_record", 4, without=TIMES)
def _payments(case: Case) -> bool:
    if not case.proved:
        return False
    paid = case.utility("payments", months=13)["payments"]
    return case.says(paid[0]["amount"], "yuan") if paid else was_said("utter_payment_none", case.words)


@goal("power back after arrears", "request_reconnection", 2, needs="cut", without=FIGURES)
def _reconnection(case: Case) -> bool:
    if not case.proved:
        return False
    owed = Decimal(case.utility("arrears")["total"])
    if owed:
        return was_said("utter_reconnect_owing", case.words) and case.says(owed, "yuan")
    query = "select 1 from reference.work_order where kind = 'reconnection' and account_number = %s"
    return bool(case.record.rows(query, case.who.account))


@goal("contact changed", "update_contact", 3)
def _contact(case: Case) -> bool:
    return case.proved and case.order("contact_change", "update_contact")


@goal("outage told", "query_outage", 8, needs="dark", without=frozenset({"time"}))
def _outage(case: Case) -> bool:
    running = [row for row in case.town.running_outages() if row["place_id"] == case.who.place_id]
    return any(row["cause"] in case.words and case.says(row["expected_end"], "time") for row in running)


@goal("outage denied", "query_outage", 3, needs="calm", without=frozenset({"time"}))
def _no_outage(case: Case) -> bool:
    denied = was_said("utter_outage_none", case.words) or was_said("utter_outage_none_planned", case.words)
    return denied and case.names_place


@goal("hall's hours told", "query_hall", 4, without=frozenset({"time", "address"}))
def _hall(case: Case) -> bool:
    hall = next(row for row in case.town.halls if row["core"] == case.who.hall)
    if hall["core"] not in case.words:
        return False
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
    query = "select manager_name from reference.area join reference.place using (area_id) where place_id = %s"
    [row] = case.record.rows(query, case.who.place_id)
    return row["manager_name"] in case.words


@goal("emergency: words and person", "report_emergency", 3)
def _emergency(case: Case) -> bool:
    return case.ticket("emergency") and was_said("utter_emergency", case.words)


@goal("hazard: order and person", "report_hazard", 2)
def _hazard(case: Case) -> bool:
    orders = case.record.orders(case.conversation)
    return case.ticket("hazard") and any(row["kind"] == "hazard" for row in orders)


@goal("a person", "request_agent", 4)
def _person(case: Case) -> bool:
    return case.ticket()


@goal("progress told", "query_ticket", 3, needs="calm", first="report_outage order", without=TICKET)
def _progress(case: Case) -> bool:
    orders = case.record.orders(case.conversation)
    return bool(orders) and was_said(f"utter_order_{orders[0]['state']}", case.words)


@goal("order urged", "urge_ticket", 3, needs="calm", first="report_outage order", without=TICKET)
def _urged(case: Case) -> bool:
    return any(row["urges"] >= 1 for row in case.record.orders(case.conversation))


@goal("estimate told", "ask_tariff", 2, own="estimate")
def _estimate(case: Case) -> bool:
    asked = {"province": HOME, "kwh": str(case.who.kwh), "day": f"{clock.now():%Y-%m-%d}"}
    told = Decimal(case.record.computed("/v1/tariffs/residential", **asked)["total"])
    return case.says(told, "yuan") and was_said("utter_estimate_basis", case.words)


@goal("question answered", "", 10, own="questions")
def _question(case: Case) -> bool:
    return any(_plain(text) in _plain(case.words) for text in answers(case.right, case.channel))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@goal("theft: order, or a person for the accused", "report_theft", 1)
def _theft(case: Case) -> bool:
    return case.order("theft", "report_theft") or case.ticket("accused")


def _ordered(kind: str, subject: str) -> Check:
    return lambda case: case.order(kind, subject)


for _subject, _kind, _weight, _needs in (
    ("report_outage", "fault", 12, "calm"), ("report_voltage", "fault", 3, "calm"), ("report_frequent_outage", "opinion", 2, "calm"),
    ("report_meter_fault", "meter", 3, "calm"), ("report_noise", "opinion", 1, "calm"), ("claim_compensation", "compensation", 2, "calm"),
    ("request_relocation", "application", 1, "calm"), ("dispute_bill", "meter", 3, ""), ("report_payment_problem", "inquiry", 3, ""),
    ("apply_ev_charger", "application", 3, ""), ("apply_new_connection", "application", 3, ""), ("apply_name_change", "application", 3, ""),
    ("apply_account_closure", "application", 1, ""), ("apply_capacity_change", "application", 1, ""), ("apply_meter_test", "meter", 2, ""),
    ("apply_site_visit", "site_visit", 2, ""), ("complain", "complaint", 4, ""), ("suggest", "opinion", 1, ""), ("praise", "praise", 1, ""),
):  # fmt: skip
    goal(f"{_subject} order", _subject, _weight, needs=_needs)(_ordered(_kind, _subject))
