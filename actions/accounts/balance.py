"""What is left or owed: the balance, each unpaid bill, the late fee so far."""

from __future__ import annotations

import asyncio

from actions import measures
from actions.accounts import months
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.wish import Wish
from actions.turn import Event, Turn
from backends.client import BackendError
from backends.contracts import AccountBalance, Arrears
from kit.logging import get

log = get(__name__)

LISTED = 3  # unpaid bills that are told one by one


class TellBalance(AccountAction):
    """The balance; where money is owed, for what and since when."""

    action_name = "action_tell_balance"
    own = frozenset({"query_balance"})

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        balance, arrears = await asyncio.gather(
            self.clients.accounts.balance(account), self.clients.accounts.arrears(account), return_exceptions=True
        )  # fmt: skip
        for failure in (balance, arrears):
            if isinstance(failure, BaseException) and not isinstance(failure, BackendError):
                raise failure
        if isinstance(balance, BackendError) and isinstance(arrears, BackendError):
            raise balance
        turn.say("utter_account_is", account=account[-TAIL:])
        say_balance(turn, balance)
        if isinstance(arrears, Arrears) and arrears.total:
            say_arrears(turn, arrears)
        if isinstance(balance, AccountBalance) and balance.balance < 0:
            return await measures.tell_arrears(turn, account, balance.province)
        return []


def say_balance(turn: Turn, balance: AccountBalance | BaseException) -> None:
    """What is left or owed once the money paid in advance is used, late fees left out; that it cannot be had, if so."""
    if isinstance(balance, BaseException):
        log.warning("balance_unavailable", error=type(balance).__name__)
        turn.say("utter_balance_unavailable")
        return
    used = (
        balance.credit and balance.arrears
    )  # told, since the bills beside it say that all of them is unpaid
    if balance.balance < 0:
        key = "utter_balance_owed_after_credit" if used else "utter_balance_owed"
    elif used:
        key = "utter_balance_left_after_arrears"
    else:
        key = "utter_balance_left" if balance.balance else "utter_balance_even"
    turn.say(key, amount=abs(balance.balance), credit=balance.credit, arrears=balance.arrears)
    if balance.supply == "cut_for_arrears":
        turn.say("utter_supply_cut")


def say_arrears(turn: Turn, arrears: Arrears) -> None:
    """The unpaid bills, and what has to be paid today with the late fee."""
    listed = [
        turn.piece("part_debt", month=months.name(turn, debt.month), amount=debt.amount, due=debt.due_on)
        for debt in arrears.debts[:LISTED]
    ]
    more = len(arrears.debts) - len(listed)
    key = "utter_arrears_more" if more else "utter_arrears"
    turn.say(key, debts=turn.piece("part_list_pause").join(listed), count=len(arrears.debts))
    if arrears.late_fee:
        turn.say("utter_arrears_fee", fee=arrears.late_fee, total=arrears.total)
