"""A late fee waived, a payment put off: the rule or the measure that is told, then a request that people decide.

Nothing here grants anything. An answer of `data/knowledge/answers` whose entry has `registers` is followed by the offer to
take the request down; `case_form` does it (`case.py`). Without an account number nobody can look into it, so that a person
takes it with what was said.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import measures
from actions.accounts.proof import account_in
from actions.accounts.wish import SLOT, Wish
from actions.accounts.words import says
from actions.turn import SURE, Event, Turn
from backends.contracts import Measure

MATTER = "ask_arrears_rule"
ACTION, OFFER = "action_report_case", "report_case"
SAID = 60  # characters of a reason that are read back


def wanted(text: str) -> str:
    """`waive` or `defer` if the words ask for it, whatever else they hold; else ''."""
    if says(text, "late_fee") and says(text, "spare"):
        return "waive"
    return "defer" if says(text, "put_off") and not says(text, "put_off_not") else ""


async def spared(turn: Turn) -> measures.InForce:
    """The measures in force where the resident is, as far as that is known."""
    return await measures.here(turn, "resident")


def settles(known: measures.InForce, wanted: str) -> Measure | None:
    """The measure that answers the request: one that only keeps the power on spares no fee."""
    if wanted == "waive" and known.arrears != "no_cut_no_fee":
        return None
    return known.arrears_measure


def tell_measure(turn: Turn, measure: Measure, wanted: str) -> list[Event]:
    """What holds for the time being, with its condition, and the offer of a person who registers it."""
    turn.say("utter_measure_arrears", title=turn.spoken(measure.title), text=turn.spoken(measure.text))
    return [*handed(turn, {"wanted": wanted, "text": turn.text}), *turn.offer("arrears_measure")]


def offer(turn: Turn, wanted: str) -> list[Event]:
    """Ask whether to take the request down; events that keep it for a yes."""
    turn.say(f"utter_relief_offer_{wanted}")
    number = account_in(turn)
    case = {"wanted": wanted, "account": number.digits if number and number.is_account else ""}
    return [
        SlotSet("case", {"matter": MATTER, **case}), SlotSet(SLOT, asdict(Wish(ACTION, MATTER, turn.text))),
        SlotSet("offer", OFFER),
    ]  # fmt: skip


def kept(turn: Turn) -> Wish | None:
    """The request that was offered to be taken down in the turn before."""
    found = turn.slot(SLOT) or {}
    return Wish(**found) if (found.get("action"), found.get("matter")) == (ACTION, MATTER) else None


def tells(turn: Turn) -> bool:
    """Whether a message may be the reason asked for: nearly any words may, a plain question or application is none."""
    if not turn.understood or turn.intent == MATTER:
        return True
    other = turn.intent.startswith(("query_", "ask_", "apply_")) and turn.confidence >= SURE
    return not other and turn.intent != "deny"


def read(turn: Turn, case: dict[str, Any]) -> list[str]:
    """The request and its reason, for the resident to check."""
    reason = turn.spoken(str(case.get("reason") or "")[:SAID])
    return [turn.piece(f"part_relief_{case['wanted']}"), *([reason] if reason else [])]


def facts(turn: Turn, case: dict[str, Any]) -> dict[str, str]:
    """What the order keeps beside amount and day."""
    found = {
        "wanted": turn.piece(f"part_relief_{case['wanted']}"),
        "reason": str(case.get("reason") or "")[:500],
    }
    return {name: value for name, value in found.items() if value}


def handed(turn: Turn, case: dict[str, Any]) -> list[Event]:
    """Events that keep the facts for whoever takes over."""
    found = {
        "account_number": str(case.get("account") or "").strip("-"), "wanted": turn.piece(f"part_relief_{case['wanted']}"),
        "what": str(case.get("reason") or case.get("text") or "")[:500], "amount": str(case.get("amount") or ""),
        "time": str(case.get("day") or ""), "order_number": str(case.get("order") or ""),
    }  # fmt: skip
    return [SlotSet("handoff_facts", {name: value for name, value in found.items() if value})]


def without_account(turn: Turn, case: dict[str, Any]) -> list[Event]:
    """Nobody can look into arrears without knowing whose: a person finds the account first."""
    turn.say("utter_relief_no_account")
    return [
        *handed(turn, case), SlotSet("case", None), SlotSet("handoff_reason", "relief"), SlotSet("asking", None),
        SlotSet("requested_slot", None), FollowupAction("action_handoff"),
    ]  # fmt: skip
