"""A bill or a payment that looks wrong: what the books say first, then an order to look into it. And requests for relief.

No proof is asked for: whoever only reports gets nothing told. Where the account is proved or bound already, the bill
is explained, or the payment found, before anything is registered. What is special about a request to waive or to put
off (`relief.py`) is told there.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from rasa_sdk.events import FollowupAction, SlotSet

from actions.accounts import bound, relief
from actions.accounts.base import TAIL
from actions.accounts.bill import say_bill, say_comparison, say_parts
from actions.accounts.payments import amount_of, fitting, say_payments
from actions.accounts.proof import account_in
from actions.accounts.wish import Wish
from actions.accounts.words import says, way_of
from actions.accounts.write import open_order
from actions.base import HotlineAction
from actions.forms import IDLE, FormStep
from actions.promise import say_by_when
from actions.turn import Event, Turn
from backends.contracts import OrderKind, OrderRequest

FORM = "case_form"
CASE, ACCOUNT, DETAILS, CONFIRM = "case", "case_account", "case_details", "case_confirm"
DISPUTE, PROBLEM = "dispute_bill", "report_payment_problem"
MATTERS = frozenset({DISPUTE, PROBLEM})
KINDS: dict[str, OrderKind] = {DISPUTE: "meter", PROBLEM: "inquiry", relief.MATTER: "waiver"}
# A payment or a bill described sounds like a question about it: 昨天交的，两百元，微信付的.
TOLD_LIKE = frozenset({"query_payment_record", "query_bill", "query_balance", "ask_payment_method"})
DETAILS_OF = {DISPUTE: "case_bill", PROBLEM: "case_payment"}  # the words that ask for them
UNKNOWN = "-"  # the account, where the resident does not know it


class ReportCase(HotlineAction):
    """Tells what is known of a proved account, then opens `case_form`."""

    action_name = "action_report_case"

    async def act(self, turn: Turn) -> list[Event]:
        own = turn.intent in MATTERS
        doubted = says(turn.text, "wrong")
        if (
            turn.intent == DISPUTE
            and says(turn.text, "compare")
            and not doubted
            and not says(turn.text, "why")
        ):
            return [FollowupAction("action_tell_bill")]
        wish = Wish.of(turn, self.action_name, MATTERS) if own else self._continued(turn)
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        named = account_in(turn)
        number = named.digits if named and named.is_account else None
        account = standing.account_number
        if number is None and account is None and isinstance(found := await bound.take(turn, None), str):
            account = found
        if account and number in (None, account) and own:
            await self._explain(turn, account, wish)
            if wish.matter == DISPUTE and says(turn.text, "why") and not doubted:
                return [SlotSet("matter", wish.matter)]  # asked for the reason; how to doubt it was said
        case = gathered({"matter": wish.matter, "text": wish.text, "account": number or account or ""}, wish)
        if wish.matter == relief.MATTER:
            offered = turn.slot(CASE) or {}
            case |= {"wanted": offered["wanted"], "account": case["account"] or offered["account"], "way": ""}
        return [
            SlotSet(CASE, case),
            SlotSet("asking", None),
            SlotSet("matter", wish.matter),
            FollowupAction(FORM),
        ]

    @staticmethod
    def _continued(turn: Turn) -> Wish:
        """A yes to "shall it be looked into?": the wish that could not be answered."""
        if request := relief.kept(turn):
            return request
        kept = turn.slot("account_wish")
        known = Wish(**kept) if kept else Wish.of(turn, ReportCase.action_name, MATTERS)
        return Wish(ReportCase.action_name, PROBLEM, known.text, known.first, known.last, known.amount)

    async def _explain(self, turn: Turn, account: str, wish: Wish) -> None:
        turn.say("utter_account_is", account=account[-TAIL:])
        if wish.matter == DISPUTE:
            bills = await self.clients.accounts.bills(account, 24)
            bill = next((b for b in bills if b.month == wish.month), bills[0] if bills else None)
            if bill is not None:
                say_bill(turn, bill)
                say_parts(turn, bill)
                say_comparison(turn, bill, bills)
            return
        known = await self.clients.accounts.payments(account, 13)
        if meant := fitting(known, wish):
            say_payments(turn, meant[:1])


class ValidateCaseForm(FormStep):
    """Asks for what is missing, account and payment; reads it back; writes the order on a yes."""

    action_name = "validate_case_form"
    slots = (ACCOUNT, DETAILS, CONFIRM)
    own = MATTERS
    given_up = "utter_case_given_up"
    takes: ClassVar = {DETAILS: ("time", "amount")}
    yes_no = frozenset({CONFIRM})

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        case = dict(turn.slot(CASE) or {"matter": turn.matter, "text": turn.text, "account": ""})
        eased = case["matter"] == relief.MATTER
        if asked is None:
            return self._next(turn, case)
        if asked == CONFIRM and turn.yes:
            return await self._order(turn, case)
        if asked == ACCOUNT:
            number = account_in(turn)
            if number is not None and not number.is_account:
                return self.missed(turn, ACCOUNT, "utter_account_wrong_length", count=len(number.digits))
            if number is None and eased and (turn.no or says(turn.text, "none")):
                return relief.without_account(turn, case)
            if number is not None or turn.no or says(turn.text, "none"):
                return self._next(turn, case | {"account": number.digits if number else UNKNOWN})
        added = case | {"text": f"{case['text']} {turn.text}"[:2000], "asked": True}
        found = gathered(added, Wish.of(turn, "", MATTERS))
        told = asked == DETAILS and turn.intent in TOLD_LIKE and found != added
        if eased and asked == DETAILS and relief.tells(turn):
            return self._next(turn, found | {"reason": turn.text, "way": ""})
        if self.elsewhere(turn) and not told:
            return self.give_away(turn)
        if asked == ACCOUNT:
            return self.missed(turn, ACCOUNT, "utter_case_account_again")
        if asked == CONFIRM and turn.no and len(turn.text) <= 4:  # 不对, and nothing beside it
            return self._ask_details(turn, case)
        if asked == CONFIRM and (turn.intent in IDLE or turn.intent == "affirm"):
            return self.missed(turn, CONFIRM, self._read_back(case), case=self._read(turn, case))
        return self._next(turn, found)

    def own_of(self, turn: Turn) -> frozenset[str]:
        """A question about arrears goes on with a request for relief, and leads out of anything else."""
        eased = (turn.slot(CASE) or {}).get("matter") == relief.MATTER
        return self.own | {relief.MATTER} if eased else self.own

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        case = dict(turn.slot(CASE) or {})
        return self._ask_details(turn, case) if asked == DETAILS else self._next(turn, case)

    def _next(self, turn: Turn, case: dict[str, Any]) -> list[Event]:
        if not case.get("account"):
            turn.say("utter_relief_account" if case["matter"] == relief.MATTER else "utter_case_account")
            return [SlotSet(CASE, case), *self._known(turn, case), *self.ask(ACCOUNT)]
        complete = case.get("amount") and case.get("day")
        wanting = not complete if case["matter"] == PROBLEM else case["matter"] == relief.MATTER
        if wanting and not case.get("asked"):
            return self._ask_details(turn, case)
        turn.say(self._read_back(case), case=self._read(turn, case))
        return [SlotSet(CASE, case), *self._known(turn, case), *self.ask(CONFIRM)]

    @staticmethod
    def _read_back(case: dict[str, Any]) -> str:
        return "utter_relief_confirm" if case["matter"] == relief.MATTER else "utter_case_confirm"

    def _ask_details(self, turn: Turn, case: dict[str, Any]) -> list[Event]:
        key = (
            f"relief_reason_{case['wanted']}"
            if case["matter"] == relief.MATTER
            else DETAILS_OF[case["matter"]]
        )
        turn.say(f"utter_{key}")
        return [SlotSet(CASE, case | {"asked": True}), *self._known(turn, case), *self.ask(DETAILS)]

    @staticmethod
    def _known(turn: Turn, case: dict[str, Any]) -> list[Event]:
        """For a person who may take over in the middle."""
        return relief.handed(turn, case) if case["matter"] == relief.MATTER else []

    @staticmethod
    def _read(turn: Turn, case: dict[str, Any]) -> str:
        """The case in few words, for the resident to check."""
        account = case["account"]
        request = relief.read(turn, case) if case["matter"] == relief.MATTER else None
        parts = request or [turn.piece(f"part_case_{case['matter']}")]
        parts.append(
            turn.piece("part_case_no_account") if account == UNKNOWN
            else turn.piece("part_account", account=account[-TAIL:])
        )  # fmt: skip
        if case.get("day"):
            parts.append(turn.piece("part_case_day", day=date.fromisoformat(case["day"])))
        if case.get("amount"):
            parts.append(turn.piece("part_case_amount", amount=case["amount"]))
        if case.get("way"):
            parts.append(turn.piece(f"part_way_{case['way']}"))
        return turn.piece("part_list_pause").join(parts)

    async def _order(self, turn: Turn, case: dict[str, Any]) -> list[Event]:
        account = case["account"] if case["account"] != UNKNOWN else None
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        proved = "yes" if account and standing.account_number == account else "no"
        facts = {name: str(case[name]) for name in ("amount", "day", "way") if case.get(name)}
        eased = case["matter"] == relief.MATTER
        facts |= relief.facts(turn, case) if eased else {}
        order = await open_order(
            turn,
            OrderRequest(
                kind=KINDS[case["matter"]], subject=case["matter"], text=case["text"][:2000], account_number=account,
                contact_phone=turn.caller, facts=facts | {"account_proved": proved},
            ),
        )  # fmt: skip
        turn.say("utter_relief_ordered" if eased else "utter_case_ordered", number=order.number)
        say_by_when(turn, order)
        turn.say("utter_case_person")
        known = self._known(turn, case | {"order": order.number})
        return [SlotSet(CASE, None), *known, *turn.offer("billing_case"), *self.leave()]


def gathered(case: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """The case with what the words of the wish add: amount, day, way."""
    amount, way = amount_of(wish), way_of(wish.text)
    found = {"amount": str(amount) if amount is not None else "", "day": wish.first, "way": way}
    return {**case, **{name: value for name, value in found.items() if value}}
