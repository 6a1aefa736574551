"""Knowing when not to know: which of two wishes is meant is asked instead of guessed, once.

    resident     text "电费", query_bill 0.45, ask_payment_method 0.35
    assistant    names both wishes (`utter_wish_<intent>`), remembers them and the message in the slot `offer`
    resident     picks one: by button, place, part of its name, or in words of their own
    assistant    gives the first message back to the rules, meaning the one picked; its entities are there again

Only intents with words in `data/responses/wish.yml` are asked about. What is urgent (danger, a person wanted) is acted
on in doubt too: there a question costs more than a wrong guess. An open form has a question of its own standing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rasa_sdk.events import SlotSet

from actions import outage
from actions.demands import given_back
from actions.forms import URGENT
from actions.reading import chosen, plain
from actions.turn import SECOND, SURE, TOGETHER, Event, Turn

# One look-up answers them all, or the answers hold each other: bill and balance tell what is to be paid.
ALIKE = (
    outage.INTENTS | {"report_outage"},
    frozenset({"query_bill", "query_balance"}),
    frozenset({"ask_tariff", "ask_tier_tariff", "ask_peak_valley"}),
)
NEITHER = ""
# What may stand before a pick, and what refuses both; with a pause after it something else follows.
_LEAD = re.compile(r"^(?:我|您|就|是|想|要|选|说|的|那|嗯|呃|哦|，|,|\s)+")
_DENIAL = re.compile(
    r"^(?:我|这|那)?(?:[两二俩]个|[两二俩]者|以上|哪个)?(?:(?:都|也|全)?(?:不是|不对|不要|不用|不行)|都不想?|全不|不+(?=$|\W))"
    r"(?:[这那](?:[两二俩几]个|些)|的|了|呢|吧|啊|呀|哦)*(?P<pause>[，,。.！!\s]*)"
)


def settled(turn: Turn) -> bool:
    """Whether the rules may act on the message as it was understood."""
    return turn.understood and picked(turn) is None and not rivals(turn)


def rivals(turn: Turn) -> list[str]:
    """The two wishes between which the message leaves doubt, the likelier first; [] if there are no such two."""
    if turn.danger or turn.loop or (turn.understood and turn.intent in URGENT):
        return []
    shares: dict[frozenset[str], float] = defaultdict(float)
    names: dict[frozenset[str], str] = {}
    for name, share in turn.ranking:
        shares[alike(name)] += share
        names.setdefault(alike(name), name)
    best = sorted(shares, key=lambda group: -shares[group])[:2]
    if len(best) < 2 or (shares[best[0]] >= SURE and turn.intent in best[0]):
        return []
    if shares[best[1]] < SECOND or shares[best[0]] + shares[best[1]] <= TOGETHER:
        return []
    wishes = [names[group] for group in best]
    known = turn.clients.wording.keys()
    return wishes if all(f"utter_{_key(wish)}" in known for wish in wishes) else []


def asked(turn: Turn) -> bool:
    """Whether the turn before asked which of two wishes is meant."""
    return isinstance(turn.standing, dict) and "wishes" in turn.standing


def ask(turn: Turn, wishes: list[str]) -> list[Event]:
    """Name both; where there is a screen they are buttons, with a third for neither."""
    first, second = (turn.piece(_key(wish)) for wish in wishes)
    turn.choose("utter_which_wish", [first, second, turn.piece("part_neither")], first=first, second=second)
    entities = turn.message.get("entities") or []
    return [SlotSet("offer", {"wishes": wishes, "text": turn.text, "entities": entities})]


def picked(turn: Turn) -> str | None:
    """The intent that the message picks of the two asked about, `NEITHER`; None if nothing was asked or answered."""
    if not asked(turn) or turn.danger:
        return None
    wishes = list(turn.standing["wishes"])
    options = [turn.piece(_key(wish)) for wish in wishes]
    answer = choice(turn.text, options)
    if answer.refused:
        return NEITHER
    which = answer.place
    if which is not None and (len(answer.said) <= len(options[which]) or not _another_matter(turn, wishes)):
        return str(wishes[which])
    if turn.understood and not rivals(turn) and any(turn.intent in alike(wish) for wish in wishes):
        return turn.intent
    # A yes to "this or that?" picks neither.
    return NEITHER if turn.understood and turn.intent in ("affirm", "deny") else None


@dataclass(frozen=True)
class Choice:
    """How a message answers a question with options: the place of the one meant, None if that is not told."""

    place: int | None
    refused: bool
    said: str  # without what stands before a pick


def choice(text: str, options: Sequence[str]) -> Choice:
    """Read a message as a pick of one of the options, or as a refusal of them all."""
    text = plain(text)
    denial = _DENIAL.match(text)
    said = _LEAD.sub("", text[denial.end() :] if denial else text)
    place = chosen(said, options, shortest=1)
    return Choice(place, bool(denial and (not said or (place is not None and not denial["pause"]))), said)


def take_as(turn: Turn, intent: str) -> list[Event]:
    """Give the doubted message back to the rules as meaning `intent`, under this message's id and epoch.

    What the answer adds (an address, a number) is appended, so that no entity of either message is lost.
    """
    text, entities = str(turn.standing["text"]), list(turn.standing["entities"])
    if added := turn.message.get("entities"):
        moved = len(text) + 1
        text = f"{text} {turn.text}"
        entities += [{**e, "start": e["start"] + moved, "end": e["end"] + moved} for e in added]
    return [SlotSet("offer", None), *given_back(turn, text, intent, entities)]


def _another_matter(turn: Turn, wishes: list[str]) -> bool:
    return turn.confidence >= SURE and not any(turn.intent in alike(wish) for wish in wishes)


def alike(intent: str) -> frozenset[str]:
    """The intents that one look-up answers together with this one."""
    return next((group for group in ALIKE if intent in group), frozenset({intent}))


def _key(intent: str) -> str:
    return f"wish_{intent}"
