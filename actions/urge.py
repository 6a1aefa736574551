"""Hurrying a case, and withdrawing a work order that nobody needs any more."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import cases
from actions.cases import Case
from actions.forms import FormStep
from actions.reading import chosen
from actions.ticket import INTENTS, CaseAction, tell
from actions.turn import Event, Turn
from backends.client import BackendRefused
from backends.desk import DeskRefused

FORM, WITHDRAWAL = "withdraw_form", "withdrawal"


class Urge(CaseAction):
    """Hurries it where it lies. How often and how far apart is the rule of who keeps it; what is urgent goes to a person."""

    action_name = "action_urge"
    last_one_first = True

    async def settle(self, turn: Turn, case: Case) -> list[Event]:
        if case.urgent and case.open:
            return self._person(turn, case, "utter_urge_urgent", "urged_urgent")
        if not case.open or (case.ticket and case.ticket.state == "closed"):
            told = tell(turn, case)
            if not told:
                turn.say("utter_urge_closed")
            return told or turn.offer("beyond_bot")
        try:
            moved = await self._hurry(turn, case)
        except (DeskRefused, BackendRefused) as refusal:
            return self._refused(turn, case, refusal.code)
        turn.say(
            "utter_urged_queue" if moved.ticket and moved.ticket.place else "utter_urged",
            **self._values(turn, moved),
        )
        if moved.order and moved.due:
            turn.say("utter_order_overdue" if moved.overdue else "utter_order_due", due=moved.due)
        return []

    @staticmethod
    def _values(turn: Turn, case: Case) -> dict[str, Any]:
        return {"subject": case.subject(turn), "place": case.ticket.place if case.ticket else None}

    @staticmethod
    async def _hurry(turn: Turn, case: Case) -> Case:
        key = f"{turn.channel}:{turn.conversation}:{turn.message_id}:urge"
        if case.ticket:
            ticket = await turn.clients.desk.urge_ticket(
                case.number, conversation=turn.conversation, phone_last4=case.phone_last4, key=key
            )
            return Case(ticket=ticket)
        await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
        order = await turn.clients.orders.urge(
            case.number, key=key, text=turn.text, phone_last4=case.phone_last4,
            conversation="" if case.phone_last4 else turn.conversation,
        )  # fmt: skip
        return Case(order=order)

    def _refused(self, turn: Turn, case: Case, code: str) -> list[Event]:
        if code == "too_soon":
            turn.say("utter_urge_too_soon")
            return []
        if code == "too_often":
            return self._person(turn, case, "utter_urge_too_often", "urged_often")
        turn.say("utter_urge_closed")
        return turn.offer("beyond_bot")

    @staticmethod
    def _person(turn: Turn, case: Case, key: str, reason: str) -> list[Event]:
        turn.say(key, subject=case.subject(turn))
        return turn.to_person(reason)


async def withdrawable(turn: Turn) -> list[Case]:
    """The resident's own open orders, if the words may mean that nobody needs to come any more."""
    if not cases.says(turn, "withdraw"):
        return []
    return [case for case in await cases.own(turn) if case.order and case.open]


def ask_withdrawal(turn: Turn, found: list[Case]) -> list[Event]:
    """Open the question whether, and which, to withdraw."""
    titles = [
        turn.piece("part_ticket_title", subject=c.subject(turn), opened=c.opened_at, tail=c.number[-4:])
        for c in found
    ]
    asking = {"form": FORM, "options": titles, "numbers": [case.number for case in found]}
    return [SlotSet("asking", asking), FollowupAction(FORM)]


class ValidateWithdrawForm(FormStep):
    """Asks which, then whether for sure; only a clear yes withdraws."""

    action_name = "validate_withdraw_form"
    slots = (WITHDRAWAL,)
    own = INTENTS | {"cancel"}
    given_up = "utter_withdraw_given_up"

    def yes_or_no(self, turn: Turn, asked: str) -> bool:
        return len(turn.asking(FORM).get("numbers") or []) == 1

    async def act(self, turn: Turn) -> list[Event]:
        asked = self.asked(turn)
        if asked is not None and not turn.danger and cases.says(turn, "withdraw"):
            return await self.step(turn, asked)  # said again it is a yes, not the wish to leave this question
        return await super().act(turn)

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        asking = turn.asking(FORM)
        if asked is None:
            return self.ask_again(turn, WITHDRAWAL)
        titles, numbers = list(asking["options"]), list(asking["numbers"])
        if len(titles) > 1 and (which := chosen(turn.text, titles)) is not None:
            return self._confirm(turn, titles[which], numbers[which])
        if turn.no:
            turn.say("utter_withdraw_kept")
            return self.leave()
        sure = cases.says(turn, "withdraw") or turn.yes
        if sure and len(numbers) == 1:
            return await self._withdraw(turn, numbers[0])
        if not sure and self.elsewhere(turn):
            return self.give_away(turn)
        return (
            self.ask_again(turn, WITHDRAWAL)
            if sure
            else self.missed(turn, WITHDRAWAL, "utter_withdraw_unclear")
        )

    def _confirm(self, turn: Turn, title: str, number: str) -> list[Event]:
        turn.say("utter_withdraw_confirm", title=title)
        return self.ask(WITHDRAWAL, options=[title], numbers=[number])

    async def _withdraw(self, turn: Turn, number: str) -> list[Event]:
        key = f"{turn.channel}:{turn.conversation}:{turn.message_id}:withdraw"
        await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
        try:
            await turn.clients.orders.withdraw(number, key=key, conversation=turn.conversation)
        except BackendRefused as refusal:
            if refusal.code != "closed":
                raise
            turn.say("utter_withdraw_closed")
        else:
            turn.say("utter_withdrawn", number=number)
        return self.leave()

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        asking = turn.asking(FORM)
        titles, numbers = list(asking["options"]), list(asking["numbers"])
        if len(titles) == 1:
            return self._confirm(turn, titles[0], numbers[0])
        turn.choose("utter_withdraw_which", titles)
        return self.ask(asked, options=titles, numbers=numbers)
