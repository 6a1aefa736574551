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
from collections.abc import Collection
from functools import lru_cache

import yaml

from actions.forms import CERTAIN, IDLE, URGENT
from actions.knowledge.entries import Entry
from actions.knowledge.search import Knowledge
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
DATA = frozenset({
    "address", "account_number", "meter_number", "phone_number", "ticket_number", "person_name", "scope", "energy", "amount",
})  # fmt: skip


async def answered(turn: Turn) -> Entry | None:
    """The entry that answers the message today, where it is asked, though nobody said that it is a question for knowledge.

    Not inside a form, which has a question of its own standing; nor for what was picked or cut out of another message.
    """
    if turn.loop or turn.given_back:
        return None
    entities = {str(entity.get("entity")) for entity in turn.message.get("entities") or []}
    sure = turn.understood and not (turn.intent in IDLE and turn.confidence < CERTAIN)
    intent = turn.intent if sure or turn.intent in (LEFT - IDLE) | DANGERS else ""
    entry = await asyncio.to_thread(meant, turn.clients.knowledge, turn.text, intent, entities, turn.danger)
    if entry is None or (turn.understood and turn.intent in ASKED & entry.intents):
        return None  # which is found anyway
    province, today = await province_of(turn), clock.now().date()
    return entry if entry.answer(province, today) else None


def meant(
    knowledge: Knowledge, text: str, intent: str, entities: Collection[str], danger: bool
) -> Entry | None:
    """The entry that a message plainly asks for. `intent`: '' where none was understood; `danger`: whether it may report any."""
    if not text.strip() or intent in LEFT or set(entities) & DATA or says("reckoned", text):
        return None
    if (danger or intent in DANGERS) and not harmless(text):
        return None
    found = knowledge.stands_out(text)
    if found is None or found.score < least(intent, text):
        return None
    left = intent in found.entry.left_to or OTHERS in found.entry.intents
    return None if left else found.entry


def least(intent: str, text: str) -> float:
    """From which likeness on the entry answers: the more the words may be a wish of one's own, the more is needed."""
    worded = says("general", text)
    general = says("asks", text) and (worded or not says("own", text))
    if intent.startswith(SERVES):
        return NEVER if not general else CLEAR if intent.startswith("query_") and not worded else PLAIN
    return PLAIN if general and intent != OTHERS else CLEARER


def of_own_bill(text: str) -> bool:
    """Whether it is asked if the meter was read for a bill of one's own (是不是估抄的), not what that means."""
    return says("estimated", text) and says("whether", text) and not says("meaning", text)


def of_hall(text: str) -> bool:
    """Whether nothing but a hall's telephone or address is asked for."""
    left = "".join(character for character in text if character.isalnum())
    words = _words()["of_hall"]
    if not any(word in left for word in words):
        return False
    for word in sorted([*words, *_words()["around_hall"]], key=len, reverse=True):
        left = left.replace(word, "")
    return not left


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
