"""What was paid: whether it arrived, when, by which way."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from rasa_sdk.events import SlotSet

from actions.accounts import months
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.wish import Wish
from actions.accounts.words import way_of
from actions.turn import Event, Turn
from backends.contracts import Payment

BACK = 13  # months that are looked through
LISTED = {"ivr": 1}
LISTED_ON_SCREEN = 3
OFFER = "report_case"


class TellPayments(AccountAction):
    """The payments meant by day, amount or way, else the latest; one that is not there is looked into, if wished."""

    action_name = "action_tell_payments"
    own = frozenset({"query_payment_record"})

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        known = await self.clients.accounts.payments(account, BACK)
        turn.say("utter_account_is", account=account[-TAIL:])
        if not known:
            turn.say("utter_payment_none")
            return []
        meant = fitting(known, wish)
        if meant is None:
            say_payments(turn, known[: LISTED.get(turn.channel, LISTED_ON_SCREEN)])
            return []
        if meant:
            say_payments(turn, meant[: LISTED.get(turn.channel, LISTED_ON_SCREEN)])
            return []
        turn.say("utter_payment_not_found")
        say_payments(turn, known[:1])
        turn.say("utter_payment_check_offer")
        return [SlotSet("offer", OFFER)]


def fitting(payments: list[Payment], wish: Wish) -> list[Payment] | None:
    """Those that the wish describes, newest first; None if it describes none."""
    amount, days, way = amount_of(wish), wish.days, way_of(wish.text)
    if amount is None and days is None and not way:
        return None
    return [
        payment
        for payment in payments
        if (amount is None or payment.amount == amount)
        and (days is None or days[0] <= payment.paid_at.date() <= days[1])
        and (not way or payment.way == way)
    ]


def amount_of(wish: Wish) -> Decimal | None:
    """The amount of money it names, in yuan."""
    try:
        return Decimal(wish.amount) if wish.amount else None
    except InvalidOperation:  # 一两百: no amount to look for
        return None


def say_payments(turn: Turn, payments: list[Payment]) -> None:
    """One sentence a payment."""
    for payment in payments:
        settles = [months.name(turn, month) for month in payment.months]
        purpose = (
            turn.piece("part_paid_for", months=turn.piece("part_list_and").join(settles)) if settles else ""
        )
        turn.say(
            f"utter_payment_{payment.status}", day=payment.paid_at, amount=payment.amount,
            way=turn.piece(f"part_way_{payment.way}"), purpose=purpose or turn.piece("part_paid_ahead"),
            reason=turn.spoken(payment.reason) or turn.piece("part_reason_unknown"),
        )  # fmt: skip
