"""Power back after a cut for arrears: what is still owed, that it is on its way, or an order to restore it."""

from __future__ import annotations

import asyncio

from rasa_sdk.events import FollowupAction, SlotSet

from actions import measures
from actions.accounts.balance import say_arrears
from actions.accounts.base import TAIL, AccountAction
from actions.accounts.payments import say_payments
from actions.accounts.wish import Wish
from actions.accounts.write import open_order
from actions.fault import writing
from actions.fault.marks import lifeline
from actions.fault.rules import Priority
from actions.promise import say_by_when
from actions.turn import Event, Turn
from backends.contracts import Order, OrderKind, OrderRequest

KIND: OrderKind = "reconnection"


class Reconnect(AccountAction):
    """Checks what an agent would: is it cut at all, is anything owed, is a payment under way, is it being done.

    Whoever lives by a machine that needs power, or runs a supply that must not fail, gets a person at once where no
    order of this very turn brings it back.
    """

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
        rank = await writing.priority(turn, await measures.region_of_account(turn, account))
        if profile.supply != "cut_for_arrears":
            turn.say("utter_reconnect_person")
            return self._to_person(turn, account) if rank.urgent else turn.offer("not_cut_for_arrears")
        if arrears.total:
            key = "utter_reconnect_owing_after_credit" if arrears.credit else "utter_reconnect_owing"
            turn.say(key, total=arrears.total, credit=arrears.credit)
            say_arrears(turn, arrears)
            under_way = [payment for payment in payments if payment.status == "pending"]
            say_payments(turn, under_way[:1])
            turn.say("utter_reconnect_wait" if under_way else "utter_reconnect_pay")
            return self._to_person(turn, account) if rank.urgent else []
        if known := await self.clients.orders.open(account_number=account, kind=KIND):
            turn.say("utter_reconnect_known")
            say_by_when(turn, known[0])
            return self._to_person(turn, account) if rank.urgent else turn.offer("reconnection_waits")
        order = await self._order(turn, account, wish, rank)
        turn.say("utter_reconnect_ordered", number=order.number)
        say_by_when(turn, order)
        return self._to_person(turn, account, order) if rank.person else []

    @staticmethod
    async def _order(turn: Turn, account: str, wish: Wish, rank: Priority) -> Order:
        return await open_order(
            turn,
            OrderRequest(
                kind=KIND, subject=wish.matter, text=wish.text[:2000], account_number=account, urgent=rank.urgent,
                marks=set(rank.marks), facts=writing.notes(turn),
            ),
        )  # fmt: skip

    @staticmethod
    def _to_person(turn: Turn, account: str, order: Order | None = None) -> list[Event]:
        facts = {"account_number": account} | ({"order_number": order.number} if order else {})
        person = lifeline(turn)
        if not person:
            turn.say("utter_reconnect_important")
            person = [SlotSet("handoff_reason", "important_user")]
        return [SlotSet("handoff_facts", facts), *person, FollowupAction("action_handoff")]
