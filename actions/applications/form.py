"""The form of an application: which variant, whether to register it, the facts one by one, and the confirmation."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet

from actions import commands
from actions.applications import order, summary, tell
from actions.applications.collect import correct, corrected, drop, harvest, missing, recall
from actions.applications.guide import GUIDES, Guide, Variant
from actions.applications.state import State
from actions.forms import LAST_TRY, FormStep
from actions.gathering import GATHERING, OPEN, plainly
from actions.reading import chosen
from actions.turn import SURE, Event, Turn
from backends.client import BackendError
from kit.logging import get

log = get(__name__)
SLOT = "application_answer"
INTENTS = frozenset(
    {
        "apply_new_connection", "apply_ev_charger", "apply_solar", "apply_capacity_change", "apply_suspension",
        "apply_name_change", "apply_account_closure", "apply_meter_test", "apply_site_visit", "ask_green_channel",
        "ask_multi_person_household",
    }
)  # fmt: skip


class ValidateApplicationForm(FormStep):
    """Asks only for what is missing; nothing is written before a yes to the summary."""

    action_name = "validate_application_form"
    slots = (SLOT,)
    own = INTENTS
    given_up = "utter_apply_given_up"

    def fits(self, turn: Turn, asked: str) -> bool:
        state = State.of(turn)
        if state is None:
            return False
        guide = GUIDES.get()[state.intent]
        variant = guide.variant(state.variant)
        if variant is None:
            return chosen(turn.text, [one.label for one in guide.labelled]) is not None
        words = GATHERING.get()
        if state.stage != "facts" or words.says("agent", turn.text):
            return False
        fact = words.facts[missing(state, variant)]
        return turn.intent in fact.told_by or plainly(turn, fact)

    def yes_or_no(self, turn: Turn, asked: str) -> bool:
        state = State.of(turn)
        return state is not None and bool(state.variant) and state.stage in ("consent", "confirm")

    def elsewhere(self, turn: Turn) -> bool:
        return self._another(turn) or super().elsewhere(turn)

    @staticmethod
    def _another(turn: Turn) -> bool:
        """Whether another application is meant by now."""
        state = State.of(turn)
        others = INTENTS - {state.intent if state else ""}
        return turn.understood and turn.intent in others and turn.confidence >= SURE

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        state = State.of(turn)
        if state is None:  # nothing is under way any more
            return self.leave()
        guide = GUIDES.get()[state.intent]
        variant = guide.variant(state.variant)
        if asked is None:
            if variant:
                await harvest(turn, state, variant)
            else:
                state.partly = turn.address
            return self._ask(turn, state)
        state.hears(turn)
        if variant is None:
            return await self._variant(turn, state, guide)
        if state.stage == "consent":
            return await self._consent(turn, state, variant)
        if state.stage == "facts":
            return await self._fact(turn, state, variant)
        return await self._confirmed(turn, state, guide, variant)

    async def _variant(self, turn: Turn, state: State, guide: Guide) -> list[Event]:
        which = chosen(turn.text, [one.label for one in guide.labelled])
        variant = guide.labelled[which] if which is not None else guide.meant(turn.text)
        if variant is None:
            return self._unanswered(turn, state)
        events = await tell.tell(turn, state, variant)
        if state.stage != "consent":  # a customer manager takes it
            return [*events[:-1], *self.leave("action_handoff")]
        await recall(turn, state)
        await harvest(turn, state, variant)
        return self._ask(turn, state)

    async def _consent(self, turn: Turn, state: State, variant: Variant) -> list[Event]:
        words = GATHERING.get()
        if turn.no or (turn.understood and words.says("dropped", turn.text)):
            return self.give_away(turn) if self.elsewhere(turn) else self._dropped(turn)
        agreed = (await harvest(turn, state, variant)).told or turn.yes
        if not agreed and self._another(turn):
            return self.give_away(turn)
        if not agreed and tell.answer(turn, state, variant):
            return self._ask(turn, state, again=True)
        if agreed or words.says("wants", turn.text):
            return self._go_on(turn, state, variant)
        return self._unanswered(turn, state)

    async def _fact(self, turn: Turn, state: State, variant: Variant) -> list[Event]:
        name, words = missing(state, variant), GATHERING.get()
        open_question = words.facts[name].reader in OPEN and not self.fits(turn, SLOT)
        if open_question and self._interrupts(turn, wants=words.says("wants", turn.text)):
            return self.give_away(turn)
        if words.says("wrong", turn.text) and await corrected(turn, state, variant):
            return self._go_on(turn, state, variant)
        found = await harvest(turn, state, variant, name)
        if name in state.facts:
            return self._go_on(turn, state, variant)
        if not found.told and not found.heard and tell.answer(turn, state, variant):
            return self._ask(turn, state)
        of_place = bool(turn.address) or not self.elsewhere(turn)  # 花木营业厅几点关门 tells no address
        if found.narrowed and of_place:
            return self._ask(turn, state)
        return self._unanswered(turn, state, heard=found.heard and of_place)

    def _interrupts(self, turn: Turn, *, wants: bool) -> bool:
        """Nearly any words may answer an open question: only a plain question or another wish leads out of it."""
        asks = turn.intent.startswith(("query_", "ask_")) and turn.intent not in INTENTS
        return (turn.understood and asks and turn.confidence >= SURE) or (wants and self._another(turn))

    async def _confirmed(self, turn: Turn, state: State, guide: Guide, variant: Variant) -> list[Event]:
        words = GATHERING.get()
        before = dict(state.facts)
        named = await correct(turn, state, variant)
        if state.facts != before:
            return self._go_on(turn, state, variant)
        if turn.yes:
            return await self._write(turn, state, guide, variant)
        if named and not tell.answer(turn, state, variant):
            for fact in named:
                drop(state, fact)
            return self._go_on(turn, state, variant)
        wrong = words.says("wrong", turn.text)
        if words.says("dropped", turn.text) and not wrong:
            return self._dropped(turn)
        if wrong or turn.no:
            state.stage = "which"
            return self._ask(turn, state)
        if tell.answer(turn, state, variant):
            return self._ask(turn, state)
        return self._unanswered(turn, state)

    def _go_on(self, turn: Turn, state: State, variant: Variant) -> list[Event]:
        """The next question, the summary, or a customer manager."""
        if tell.for_manager(turn, state, variant):
            return [*tell.to_manager(turn, state)[:-1], *self.leave("action_handoff")]
        state.stage = "facts" if missing(state, variant) else "confirm"
        return self._ask(turn, state)

    async def _write(self, turn: Turn, state: State, guide: Guide, variant: Variant) -> list[Event]:
        request = await order.request_of(turn, state, guide, variant)
        try:
            made = await order.write(turn, request, state.start)
        except BackendError as error:  # it may stand or not: a person looks, with all that was gathered
            log.error("application_not_written", error=type(error).__name__)
            turn.say("utter_apply_not_written")
            return [state.kept(), *self.to_person("backend_down")]
        log.info("application_written", order=made.number, created=made.created)
        turn.say("utter_apply_registered", title=variant.title, number=made.number)
        if "green_channel" in made.marks:
            turn.say("utter_apply_registered_green")
        if made.contact_by:
            turn.say("utter_apply_contact_by", until=made.contact_by)
        elif made.answer_by:
            turn.say("utter_apply_answer_by", until=made.answer_by)
        else:
            turn.say("utter_order_no_time")
        if variant.green:  # what is urgent has a customer manager from the start
            events = tell.to_manager(turn, state)[1:-1]
            facts = {**state.facts, "order_number": made.number}
            return [*tell.over(), *events, SlotSet("handoff_facts", facts), *self.leave("action_handoff")]
        return [*tell.over(), *self.leave()]

    def _dropped(self, turn: Turn) -> list[Event]:
        turn.say("utter_apply_dropped")
        return [*tell.over(), *self.leave()]

    def _unanswered(self, turn: Turn, state: State, *, heard: bool = False) -> list[Event]:
        """No answer: another matter's message, or the question once more. `heard`: an answer that is not enough."""
        if not heard and self.elsewhere(turn):
            return self.give_away(turn)
        tries = self.tries(turn) + 1
        if tries < LAST_TRY:
            return self._ask(turn, state, again=True, tries=tries)
        return [state.kept(), *self.give_up(turn)]

    def _ask(self, turn: Turn, state: State, *, again: bool = False, **asking: Any) -> list[Event]:
        summary.question(turn, state, again=again, tries=int(asking.get("tries", 0)))
        return [state.kept(), *self.ask(SLOT, **asking)]

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        state = State.of(turn)
        again = turn.intent == "repeat" or commands.hurries(turn)
        if state is None or (state.stage == "consent" and not again):
            return self.leave()  # an offer is not pressed upon somebody who went on to something else
        return self._ask(turn, state, tries=self.tries(turn))
