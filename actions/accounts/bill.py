"""The bill: its amount, what it is made of, and why it differs from others of the same account."""

from __future__ import annotations

import asyncio
from datetime import date

from rasa_sdk.events import FollowupAction

from actions import measures, question
from actions.accounts import months
from actions.accounts.balance import say_balance
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.wish import Wish
from actions.accounts.words import says
from actions.tariff_reading import asks_price, asks_tier
from actions.turn import Event, Turn
from backends.client import BackendError
from backends.contracts import AccountBalance, Bill
from kit import clock
from kit.logging import get

log = get(__name__)

MONTHS = 24  # as far back as bills are asked for


class TellBill(AccountAction):
    """The bill of the month asked about, else the latest; then the balance.

    What so many kWh cost, and which tier they fall into, is no question about a bill: `action_estimate` answers it.
    """

    action_name = "action_tell_bill"
    own = frozenset({"query_bill"})

    async def act(self, turn: Turn) -> list[Event]:
        if asks_price(turn) or asks_tier(turn.text):
            return [FollowupAction("action_estimate")]
        return await super().act(turn)

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        bills, balance = await asyncio.gather(
            self.clients.accounts.bills(account, MONTHS), self.clients.accounts.balance(account),
            return_exceptions=True,
        )  # fmt: skip
        for failure in (bills, balance):
            if isinstance(failure, BaseException) and not isinstance(failure, BackendError):
                raise failure
        if isinstance(bills, BackendError) and isinstance(balance, BackendError):
            raise bills
        turn.say("utter_account_is", account=account[-TAIL:])
        self._bills(turn, bills, wish)
        say_balance(turn, balance)
        if province := in_arrears(bills, balance):
            return await measures.tell_arrears(turn, account, province)
        return []

    @staticmethod
    def _bills(turn: Turn, bills: list[Bill] | BaseException, wish: Wish) -> None:
        if isinstance(bills, BaseException):
            log.warning("bills_unavailable", error=type(bills).__name__)
            turn.say("utter_bill_unavailable")
            return
        if not bills:
            turn.say("utter_bill_none")
            return
        asked = f"{wish.text} {turn.text}"
        compared = says(asked, "compare")  # the month that is named is then the other one
        bill = None if compared else next((b for b in bills if b.month == wish.month), None)
        if bill is None:
            if wish.month and not compared:
                turn.say("utter_bill_month_missing", month=months.name(turn, wish.month))
            bill = bills[0]
        say_bill(turn, bill)
        if question.of_own_bill(turn.text) and not bill.estimated:
            turn.say("utter_bill_read")
        why = compared or says(wish.text, "why")
        if why or turn.channel != "ivr":
            say_parts(turn, bill)
        if why:
            say_comparison(turn, bill, bills)


def overdue(bill: Bill) -> bool:
    """Whether it should be paid by now."""
    return bill.status == "unpaid" and bill.due_on < clock.now().date()


def in_arrears(bills: list[Bill] | BaseException, balance: AccountBalance | BaseException) -> str:
    """The account's province if it owes something that should be paid by now, as far as is known; else ''."""
    if isinstance(balance, AccountBalance) and (balance.balance < 0 or balance.supply == "cut_for_arrears"):
        return balance.province
    late = [bill for bill in bills if overdue(bill)] if isinstance(bills, list) else []
    return late[0].province if late else ""


def say_bill(turn: Turn, bill: Bill) -> None:
    """Amount, energy and state of one bill."""
    turn.say(
        f"utter_bill_{'overdue' if overdue(bill) else bill.status}", month=months.name(turn, bill.month), kwh=bill.kwh,
        amount=bill.amount, due=bill.due_on, paid=bill.paid_on,
    )  # fmt: skip
    if bill.merged:
        turn.say("utter_bill_merged")
    if bill.estimated:
        turn.say("utter_bill_estimated")


def say_parts(turn: Turn, bill: Bill) -> None:
    """The lines of a bill, where there is more than one."""
    if len(bill.lines) < 2:
        return
    parts = [
        turn.piece(
            "part_bill_line", kind=turn.piece(f"part_bill_kind_{line.kind}"), kwh=line.kwh, amount=line.amount
        )
        for line in bill.lines
    ]
    turn.say("utter_bill_lines", parts=turn.piece("part_list_pause").join(parts))


def say_comparison(turn: Turn, bill: Bill, bills: list[Bill]) -> None:
    """How the bill differs from the one before it and from the same month of the year before, as far as there are any."""
    at = bills.index(bill)
    before = bills[at + 1] if at + 1 < len(bills) else None
    year_ago = next((b for b in bills if b.month == months.year_before(bill.month)), None)
    compared = False
    for other in (before, year_ago):
        if other is None or other.merged or bill.merged:
            continue
        compared = True
        more, dearer = bill.kwh - other.kwh, bill.amount - other.amount
        way = "same" if not more else "more" if more > 0 else "less"
        turn.say(
            f"utter_bill_than_{way}", month=months.name(turn, other.month), kwh=abs(more),
            amount=abs(dearer), days=_days(bill.period_from, bill.period_to),
        )  # fmt: skip
    turn.say("utter_bill_doubt" if compared else "utter_bill_no_comparison")


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
