"""A general question that knowledge plainly answers, whatever the message was taken for.

    resident     计划停电提前几天通知                understood as an outage to look up
    assistant    the answer, instead of "where is it?"

Told from a wish of one's own by what it lacks: an address, a number, a figure, words such as 我家 and 现在. Who uses those, or
does not ask, or speaks of what is nobody's business here, must be met more closely by the entry. What sounds like
danger is a question only if nothing in it has happened. The numbers were chosen on the held-out utterances of `tests/nlu`
and on the entries' own questions, each left out; `docs/knowledge.md` tells what they do.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache

import yaml

from actions.forms import IDLE, URGENT
from actions.knowledge.entries import Entry
from actions.province import province_of
from actions.turn import ANSWERING, EMERGENCY, Turn
from kit import clock
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "knowledge" / "asking.yml"
PLAIN, CLEAR, CLEARER, NEVER = 0.5, 0.55, 0.6, 2.0  # of an entry's likeness, no intent counted
# What looks something up, or takes it down; anything else is a question at any rate.
SERVES = ("query_", "report_", "apply_", "claim_", "request_", "urge_", "dispute_", "update_", "complain", "suggest", "praise")  # fmt: skip
OTHERS = "out_of_scope"
DANGERS = frozenset({EMERGENCY, "report_hazard"})
# Meant as they are: a person, an end, an answer, a word of courtesy.
LEFT = (URGENT | IDLE | ANSWERING) - DANGERS - {OTHERS}
# What the rules give to `action_answer` anyway; a test holds the two together.
ASKED = frozenset({
    "ask_payment_method", "ask_smart_payment", "ask_invoice", "ask_meter_reading", "query_account_number", "ask_resold_supply",
    "ask_app_help", "ask_safety_advice", "ask_complaint_channel",
})  # fmt: skip
# What somebody's own matter is known by, and what is reckoned with.
DATA = ("address", "account_number", "meter_number", "phone_number", "ticket_number", "person_name", "scope", "energy", "amount")  # fmt: skip


async def answered(turn: Turn) -> Entry | None:
    """The entry that answers the message today, where it is asked,, though nobody said that it is a question for knowledge; None if none.

    Not inside a form, which has a question of its own standing; nor for what was picked or cut out of another message.
    """
    if turn.loop or not turn.text.strip() or turn.intent in LEFT or _given_back(turn):
        return None
    if any(turn.entities(name) for name in DATA) or (_danger(turn) and not harmless(turn.text)):
        return None
    found = await asyncio.to_thread(turn.clients.knowledge.stands_out, turn.text)
    if found is None or found.score < least(turn.intent, turn.text):
        return None
    entry = found.entry
    found_anyway = turn.intent in ASKED & entry.intents and turn.understood
    if turn.intent in entry.left_to or OTHERS in entry.intents or found_anyway:
        return None
    province = await province_of(turn)
    return entry if entry.answer(province, clock.now().date()) else None


def least(intent: str, text: str) -> float:
    """From which likeness on the entry answers: the more the words may be a wish of one's own, the more is needed."""
    general = says("asks", text) and not says("own", text)
    if intent.startswith(SERVES):
        return NEVER if not general else CLEAR if intent.startswith("query_") else PLAIN
    return PLAIN if general and intent != OTHERS else CLEARER


def harmless(text: str) -> bool:
    """Whether words that sound like danger only ask whether something may be done, or what it is."""
    return says("asks", text) and says("may", text) and not says("happens", text) and not says("own", text)


def says(kind: str, text: str) -> bool:
    """Whether one of these words stands in the text."""
    return any(word in text for word in _words()[kind])


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return loaded


def _danger(turn: Turn) -> bool:
    return turn.danger or turn.intent in DANGERS


def _given_back(turn: Turn) -> bool:
    return bool(turn.earlier) and turn.earlier[0][0].get("message_id") == turn.message_id
