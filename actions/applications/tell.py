"""Which variant is meant, and what is needed for it; where the form goes on from there."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk.events import FollowupAction, SlotSet

from actions import measures, tariff_firm
from actions.applications import green
from actions.applications.guide import GUIDES, STATEMENTS, Guide, Term, Variant
from actions.applications.state import SLOT, State
from actions.base import HotlineAction
from actions.gathering import GATHERING, kva
from actions.turn import ANSWERING, SURE, Event, Turn
from kit import clock

FORM = "application_form"
UNDER_WAY = ("facts", "confirm", "which")
# What is told unasked; on the telephone only what has to be at hand.
WRITTEN, SPOKEN = ("safety", "papers", "time", "fee", "rule", "boundary"), ("safety", "papers", "time")


class Apply(HotlineAction):
    """Tells what an application needs and how long it takes, and opens the form that registers it."""

    action_name = "action_apply"

    async def act(self, turn: Turn) -> list[Event]:
        guides = GUIDES.get()
        intent = turn.intent if turn.intent in guides else turn.matter
        if intent == tariff_firm.SUSPENSION and tariff_firm.about_saving(turn):
            return [FollowupAction("action_estimate")]
        kept = State.of(turn)
        if kept and kept.intent == intent and kept.stage in UNDER_WAY:
            kept.hears(turn)
            return [kept.kept(), *turn.about(), FollowupAction(FORM)]
        guide = guides[intent]
        state = State(intent=intent, start=turn.message_id, province=_province(turn, guide))
        state.hears(turn)
        events = [SlotSet("matter", intent)]
        if variant := guide.meant(turn.text, kva(turn.text)):
            return [*events, *await tell(turn, state, variant)]
        return [*events, state.kept(), FollowupAction(FORM)]


async def tell(turn: Turn, state: State, variant: Variant) -> list[Event]:
    """Say what holds for the variant; the form goes on, or a person where the customer has a manager."""
    state.variant, state.stage = variant.id, "consent"
    turn.say("utter_apply_about", title=variant.title)
    terms = in_force(turn, state, variant, SPOKEN if turn.channel == "ivr" else WRITTEN)
    if any(term.province for term in terms):
        turn.say("utter_apply_province", province=state.province)
    for term in terms:
        turn.say("utter_apply_term", text=turn.spoken(term.text))
    if not terms:
        turn.say("utter_apply_nothing_known")
    for online in in_force(turn, state, variant, ["online"]):
        turn.lead_to(online.page)
    if variant.green or green.subjects(state):
        if await green.opened(turn, state, variant):
            turn.say("utter_apply_green")
        elif not (await measures.here(turn)).answer(
            turn.matter
        ):  # else its words follow, which say for whom it is open
            turn.say("utter_apply_no_green")
    if for_manager(turn, state, variant):
        return to_manager(turn, state)
    return [state.kept(), FollowupAction(FORM)]


def in_force(turn: Turn, state: State, variant: Variant, kinds: Iterable[str]) -> list[Term]:
    """What may be said today, in the order of `STATEMENTS`."""
    today = clock.now().date()
    found = [variant.term(kind, state.province, today) for kind in STATEMENTS if kind in kinds]
    return [term for term in found if term is not None]


def answer(turn: Turn, state: State, variant: Variant) -> bool:
    """Answer a question about the application itself (多久, 要钱吗); False if the message asks none."""
    kinds = GATHERING.get().which("asks", turn.text)
    if not kinds or _of_another(turn, state):
        return False
    if terms := in_force(turn, state, variant, kinds):
        for term in terms:
            turn.say("utter_apply_term", text=turn.spoken(term.text))
            turn.lead_to(term.page)
    else:
        turn.say("utter_apply_not_known")
    return True


def _of_another(turn: Turn, state: State) -> bool:
    """Whether the question is another matter's (欠费多久会停电); a bare 要多久 is about what is in hand."""
    sure = turn.understood and turn.confidence >= SURE and turn.intent not in ANSWERING
    if not sure or turn.intent in GUIDES.get():
        return False
    words, rest = GATHERING.get().words, turn.text
    around = [*words["around_asks"], *(word for named in words["asks"].values() for word in named)]
    for word in sorted(around, key=len, reverse=True):
        rest = rest.replace(word, "")
    return any(character.isalnum() for character in rest)


def for_manager(turn: Turn, state: State, variant: Variant) -> bool:
    """Whether a customer manager looks after this customer: an important user, or a large firm."""
    said = " ".join(state.said)
    if GATHERING.get().says("important", said):
        return True
    limit = turn.clients.wording.facts.limit("apply_manager_kva", state.province)
    power = kva(state.facts.get("capacity", "")) or kva(said)
    return variant.customer != "resident" and power >= float(limit)


def to_manager(turn: Turn, state: State) -> list[Event]:
    """A person, with what was gathered."""
    turn.say("utter_apply_manager")
    return [state.kept(), *turn.to_person("important_customer")]


def over() -> list[Event]:
    """Nothing is under way any more."""
    return [SlotSet(SLOT, None)]


def _province(turn: Turn, guide: Guide) -> str:
    """The province the message names, else the one of this hotline."""
    named = [province for province in sorted(guide.provinces) if province in turn.text]
    return named[0] if named else turn.clients.wording.province
