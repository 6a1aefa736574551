"""Another time, and nothing else, after something was looked up: 那明天呢, 上个月呢. Or more of the hall: 电话多少.

    resident     asks for a hall, a bill, energy used, payments or an outage, and is told
    resident     names nothing but another time
    assistant    looks the same up for that time; where the look-up knows nothing of such a time, or there was none,
                 asks what is meant

A classifier that sees such a message alone can only guess. Dates of a bill lie behind, of an outage ahead.
"""

from __future__ import annotations

from actions import history, question
from actions.turn import SURE, Turn
from kit import clock

HALL = "action_tell_hall"
# What each action looked up is asked for again by this intent; the balance is today's, so of another time it is the bill.
REPEATED = {
    HALL: "query_hall", "action_tell_bill": "query_bill", "action_tell_balance": "query_bill",
    "action_tell_usage": "query_usage", "action_tell_payments": "query_payment_record",
    "action_tell_outage": "query_planned_outage",
}  # fmt: skip
AHEAD = frozenset({"query_hall", "query_planned_outage"})
UNCLEAR = "inform"  # data without a question: what is wanted is asked
_LEADS, _ENDS = ("那",), ("呢", "呢？", "呢?")


def meant(turn: Turn) -> str | None:
    """The intent that the message has as more of the look-up before it, mostly another time, `UNCLEAR`; None if it is no such message."""
    if turn.loop or turn.danger or turn.given_back:
        return None
    before = history.done(turn.earlier[0]) if turn.earlier else []
    if HALL in before and turn.slot("hall") and question.of_hall(turn.text):
        return REPEATED[HALL]
    if not turn.nothing_but("time"):
        return None
    wish = next((REPEATED[action] for action in reversed(before) if action in REPEATED), None)
    if wish and (turn.moment is None or (turn.moment > clock.now()) == (wish in AHEAD) or _today(turn)):
        return wish
    said = turn.text.strip()
    elliptic = said.startswith(_LEADS) or said.endswith(_ENDS)
    unsure = turn.intent != UNCLEAR and turn.confidence < SURE
    return UNCLEAR if elliptic and (wish or unsure) else None


def _today(turn: Turn) -> bool:
    return turn.moment is not None and turn.moment.date() == clock.now().date()
