"""Power back after a cut for arrears: what is still owed, that it is on its way, or an order to restore it."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import FollowupAction, SlotSet

from actions.accounts.balance import say_arrears
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.payments import say_payments
from actions.accounts.wish import Wish
from actions.accounts.write import open_order
from actions.turn import Event, Turn
from backends.contracts import OrderKind, OrderRequest

KIND: OrderKind = "reconnection"


class Reconnect(AccountAction):
    """Checks what an agent would: is it cut at all, is anything owed, is a payment under way, is it being done."""

    action_name = "action_reconnect"
    own = frozenset({"request_reconnection"})

    async def tell(self, turn: Turn, account: str, wish: Wish) -> list[Event]:
        accounts = self.clients.accounts
        profile, arrears, payments = await asyncio.gather(
            accounts.profile(account), accounts.arrears(account), accounts.payments(account, 2)
        )
        turn.say("utter_account_is", account=account[-TAIL:])
        if profile.supply == "connected":
            turn.say("utter_reconnect_not_cut")
            return [SlotSet("matter", "report_outage"), FollowupAction("action_report_fault")]
        if profile.supply != "cut_for_arrears":
            turn.say("utter_reconnect_person")
            return turn.offer("not_cut_for_arrears")
        if arrears.total:
            turn.say("utter_reconnect_owing", total=arrears.total)
            say_arrears(turn, arrears)
            under_way = [payment for payment in payments if payment.status == "pending"]
            say_payments(turn, under_way[:1])
            turn.say("utter_reconnect_wait" if under_way else "utter_reconnect_pay")
            return []
        if known := await self.clients.orders.open(account_number=account, kind=KIND):
            turn.say("utter_reconnect_known")
            if until := known[0].answer_by:
                turn.say("utter_order_until", until=until)
            return turn.offer("reconnection_waits")
        order = await open_order(
            turn, OrderRequest(kind=KIND, subject=wish.matter, text=wish.text[:2000], account_number=account)
        )
        turn.say("utter_reconnect_ordered", number=order.number)
        if order.answer_by:
            turn.say("utter_order_until", until=order.answer_by)
        return []
