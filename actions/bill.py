"""The bill and the balance of a verified account."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import FollowupAction, SlotSet

from actions import measures
from actions.account import account_in
from actions.base import HotlineAction
from actions.tariff_reading import asks_price, asks_tier
from actions.turn import Event, Turn
from backends.client import BackendError
from backends.contracts import AccountBalance, Bill
from kit import clock
from kit.logging import get

log = get(__name__)

TAIL = 4  # digits of an account number that are said
MONTHS = 24  # as far back as bills are asked for


class TellBill(HotlineAction):
    """Tells only what the record says is verified in this very conversation; else `account_form` proves it first.

    What so many kWh cost, and which tier they fall into, is no question about a bill: `action_estimate` answers it.
    """

    action_name = "action_tell_bill"

    async def act(self, turn: Turn) -> list[Event]:
        if asks_price(turn) or asks_tier(turn.text):
            return [FollowupAction("action_estimate")]
        named = account_in(turn)
        wanted = named.digits if named and named.is_account else None
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        account = standing.account_number
        if account is None or (wanted or turn.slot("account_number") or account) != account:
            return [SlotSet("asking", None), *turn.about(), FollowupAction("account_form")]
        told = await self._tell(turn, account)
        return [SlotSet("account_number", account), *turn.about(), *told]

    async def _tell(self, turn: Turn, account: str) -> list[Event]:
        """Raises `BackendError` when neither bills nor balance can be had."""
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
        parts = [self._bills, self._balance]
        for part in reversed(parts) if turn.matter == "query_balance" else parts:
            part(turn, bills, balance)
        if province := in_arrears(bills, balance):
            return await measures.tell_arrears(turn, account, province)
        return []

    @staticmethod
    def _bills(turn: Turn, bills: list[Bill] | BaseException, _: AccountBalance | BaseException) -> None:
        if isinstance(bills, BaseException):
            log.warning("bills_unavailable", error=type(bills).__name__)
            turn.say("utter_bill_unavailable")
            return
        if not bills:
            turn.say("utter_bill_none")
            return
        bill = bills[0]
        if (asked := turn.moment) and turn.matter in ("query_bill", "query_usage"):
            wanted = f"{asked:%Y-%m}"
            bill = next((b for b in bills if b.month == wanted), bill)
            if bill.month != wanted:
                turn.say("utter_bill_month_missing", month=month_of(turn, wanted))
        turn.say(
            f"utter_bill_{'overdue' if overdue(bill) else bill.status}", month=month_of(turn, bill.month), kwh=bill.kwh, amount=bill.amount,
            due=bill.due_on, paid=bill.paid_on,
        )  # fmt: skip
        if bill.merged:
            turn.say("utter_bill_merged")
        if bill.estimated:
            turn.say("utter_bill_estimated")

    @staticmethod
    def _balance(turn: Turn, _: list[Bill] | BaseException, balance: AccountBalance | BaseException) -> None:
        if isinstance(balance, BaseException):
            log.warning("balance_unavailable", error=type(balance).__name__)
            turn.say("utter_balance_unavailable")
            return
        if balance.balance < 0:
            turn.say("utter_balance_owed", amount=-balance.balance)
        else:
            turn.say(
                "utter_balance_left" if balance.balance else "utter_balance_even", amount=balance.balance
            )
        if balance.supply == "cut_for_arrears":
            turn.say("utter_supply_cut")


def overdue(bill: Bill) -> bool:
    return bill.status == "unpaid" and bill.due_on < clock.now().date()


def in_arrears(bills: list[Bill] | BaseException, balance: AccountBalance | BaseException) -> str:
    """The account's province if it owes something that should be paid by now, as far as is known; else ''."""
    if isinstance(balance, AccountBalance) and (balance.balance < 0 or balance.supply == "cut_for_arrears"):
        return balance.province
    late = [bill for bill in bills if overdue(bill)] if isinstance(bills, list) else []
    return late[0].province if late else ""


def month_of(turn: Turn, month: str) -> str:
    """`2026-05` as people say it: with its year only where that is not the present one."""
    year, number = (int(part) for part in month.split("-"))
    age = clock.now().year - year
    near = {0: "part_month", 1: "part_month_last_year", 2: "part_month_before_last"}
    key = near.get(age, "part_month_of_year")
    return turn.piece(key, month=number, year=year)
