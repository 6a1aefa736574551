"""The form of a complaint, a suggestion, praise, a report of theft: one open question, at most two more, then the order."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.applications.order import write
from actions.fault import rules
from actions.forms import IDLE, FormStep
from actions.gathering import GATHERING, forgets, offer_caller, read
from actions.promise import timeless
from actions.reading import long_number, phones_in
from actions.turn import SURE, Event, Turn
from actions.voice.guide import VOICES, State, Voice
from actions.voice.record import ANGER, ENOUGH, insults
from backends.client import BackendError
from backends.contracts import Mark, Order, OrderRequest
from kit import clock
from kit.logging import get

log = get(__name__)
SLOT = "voice_answer"
INTENTS = frozenset({"complain", "suggest", "praise", "report_theft"})
PHONE = "phone_wanted"
PLACES = frozenset({"when_where", "where"})
OPEN = PLACES | {"what"}


class ValidateVoiceForm(FormStep):
    """Nearly any words may be the story: only a plain question, an application, the wish for a crew lead out of it."""

    action_name = "validate_voice_form"
    slots = (SLOT,)
    own = INTENTS
    given_up = "utter_voice_given_up"

    async def step(self, turn: Turn, asked: str | None) -> list[Event]:
        state = State.of(turn)
        if state is None or state.order:  # nothing is under way any more
            return self.leave()
        voice = VOICES.get().kinds[state.intent]
        if asked is None:
            return await self._go_on(turn, state, voice)
        if turn.understood and turn.intent == "abuse" and insults(turn) + 1 >= ANGER:
            turn.say("utter_voice_repeated_anger")
            return [state.kept(), *self.to_person("repeated_anger")]
        if self._interrupts(turn, _missing(state, voice)):
            return self.give_away(turn)
        return await (self._confirmed if _waits(state) else self._answer)(turn, state, voice)

    def fits(self, turn: Turn, asked: str) -> bool:
        state = State.of(turn)
        name = _missing(state, VOICES.get().kinds[state.intent]) if state and not state.order else ""
        given = turn.nothing_but("time", "address", "business_hall")
        words = VOICES.get()
        unwilling = name == PHONE and turn.intent != "cancel"
        if unwilling and words.says("no_phone", turn.text) and not words.says("question", turn.text):
            return True
        return (name in OPEN and given) or (name in PLACES and forgets(turn.text))

    def _interrupts(self, turn: Turn, name: str) -> bool:
        if self.fits(turn, SLOT):
            return False
        if name in OPEN and turn.intent == "query_hall" and not VOICES.get().says("question", turn.text):
            return False  # 昨天下午在花木营业厅: where it was, not when it opens
        if turn.intent in rules.intents() and VOICES.get().says("crew", turn.text):
            return True  # of a fault that is told it is the matter, else a wish of its own
        other = turn.intent.startswith(("query_", "ask_", "apply_")) or turn.intent == "abuse"
        return turn.understood and other and turn.confidence >= SURE

    def yes_or_no(self, turn: Turn, asked: str) -> bool:
        state = State.of(turn)
        return state is not None and _waits(state)

    def _read_back(self, turn: Turn, state: State, phone: str, **asking: int) -> list[Event]:
        """A number that was spoken may be misheard, and nobody sees it: it waits for a yes."""
        state.heard = phone
        turn.say("utter_voice_confirm_phone", phone=phone)
        return [state.kept(), *self.ask(SLOT, **asking)]

    async def _confirmed(self, turn: Turn, state: State, voice: Voice) -> list[Event]:
        """The answer to a number read back: yes, no, or the right one."""
        if found := phones_in(turn.text):
            return self._read_back(turn, state, found[0])
        if turn.yes:
            state.facts[PHONE], state.heard = state.heard, ""
            return await self._go_on(turn, state, voice)
        state.heard = "" if turn.no else state.heard
        if VOICES.get().says("no_phone", turn.text):
            state.facts[PHONE] = ""
            return await self._go_on(turn, state, voice)
        if turn.no:
            return [state.kept(), *self.missed(turn, SLOT, f"utter_voice_ask_{PHONE}_again")]
        return [state.kept(), *self.missed(turn, SLOT, "utter_voice_confirm_phone", phone=state.heard)]

    async def _answer(self, turn: Turn, state: State, voice: Voice) -> list[Event]:
        name = _missing(state, voice)
        found = await read(turn, GATHERING.get().facts[name], asked=True)
        refused = name != "what" and (VOICES.get().says("no_phone", turn.text) or turn.no)
        if found is None and not refused and name == PHONE and _adds(turn):
            state.hears(turn)
            turn.say("utter_voice_added")
            return self._ask(turn, state, name)
        if found is None and not refused:
            return [state.kept(), *self.missed(turn, SLOT, f"utter_voice_ask_{name}_again")]
        if name == PHONE and found and not turn.screen:
            return self._read_back(turn, state, found.value)
        state.facts[name] = found.value if found else ""
        if name != PHONE:
            state.hears(turn)
        return await self._go_on(turn, state, voice)

    async def _go_on(self, turn: Turn, state: State, voice: Voice) -> list[Event]:
        wanted = PHONE in voice.facts and PHONE not in state.facts
        if wanted and (given := await read(turn, GATHERING.get().facts[PHONE], asked=False)):
            if turn.screen:
                state.facts[PHONE] = given.value  # given unasked: not asked for
            else:
                state.heard = given.value
        if _waits(state):
            return self._read_back(turn, state, state.heard)
        if name := _missing(state, voice):
            return self._ask(turn, state, name)
        try:
            made = await self._write(turn, state, voice)
        except BackendError as error:  # it may stand or not: a person looks, with all that was said
            log.error("voice_not_written", error=type(error).__name__)
            turn.say("utter_voice_not_written")
            return [state.kept(), *self.to_person("backend_down")]
        log.info("voice_written", order=made.number, created=made.created, intent=state.intent)
        self._tell(turn, state, voice, made)
        state.order = made.number
        return [state.kept(), *self.leave()]

    async def _write(self, turn: Turn, state: State, voice: Voice) -> Order:
        anonymous = _anonymous(state, voice)
        address = state.address
        marks: set[Mark] = {"anonymous"} if anonymous else set()
        place = await turn.clients.outages.place(address) if address else None
        request = OrderRequest(
            kind=voice.anonymous if anonymous or _long_ago(turn, state, voice) else voice.order, subject=state.intent,
            text="\n".join(state.said)[:2000], marks=marks, contact_phone=state.facts.get(PHONE, ""),
            place_id=place.places[0].place_id if place and place.match == "exact" else "", address=address[:200],
            facts={name: value[:500] for name, value in state.facts.items() if value and name not in ("what", PHONE)},
            channel=turn.channel, conversation="" if anonymous else turn.conversation,
        )  # fmt: skip
        return await write(turn, request, state.start)

    @staticmethod
    def _tell(turn: Turn, state: State, voice: Voice, made: Order) -> None:
        turn.say(f"utter_voice_{state.intent}_registered", number=made.number)
        if made.kind != voice.order:
            anonymous = _anonymous(state, voice)
            turn.say("utter_voice_kept_as_opinion" if anonymous else "utter_voice_long_ago")
        if _anonymous(state, voice):
            turn.say("utter_voice_no_answer")
        elif voice.clock:
            if made.contact_by:
                turn.say("utter_voice_contact_by", until=made.contact_by)
            if made.answer_by:
                turn.say("utter_voice_answer_by", until=made.answer_by)
            if timeless(made):
                turn.say("utter_order_no_time")
        if state.intent == "complain" and VOICES.get().says("before", " ".join(state.said)):
            turn.say("utter_voice_regulator")

    def ask_again(self, turn: Turn, asked: str) -> list[Event]:
        state = State.of(turn)
        name = _missing(state, VOICES.get().kinds[state.intent]) if state and not state.order else ""
        if state is None or not name:
            return self.leave()
        if _waits(state):
            return self._read_back(turn, state, state.heard, tries=self.tries(turn))
        return self._ask(turn, state, name, tries=self.tries(turn))

    def _ask(self, turn: Turn, state: State, name: str, **asking: int) -> list[Event]:
        if name == PHONE:
            offer_caller(turn)
        turn.say(_question(state, name))
        return [state.kept(), *self.ask(SLOT, **asking)]


def _adds(turn: Turn) -> bool:
    """Whether the message tells more of the matter, though something else was asked."""
    more = len(VOICES.get().content(turn.text)) >= ENOUGH or bool(turn.entities("address"))
    more = more or (turn.understood and turn.intent in INTENTS)
    idle = turn.understood and turn.intent in IDLE
    return more and not idle and long_number(turn.text) is None


def _missing(state: State, voice: Voice) -> str:
    return next((name for name in voice.facts if name not in state.facts), "")


def _waits(state: State) -> bool:
    """Whether a telephone number waits for a yes, with nothing else to be asked before."""
    return bool(state.heard) and _missing(state, VOICES.get().kinds[state.intent]) == PHONE


def _long_ago(turn: Turn, state: State, voice: Voice) -> bool:
    """Whether it lies further back than this kind of order may be written for."""
    if not (voice.limit and state.moment):
        return False
    days = float(turn.clients.wording.facts.get(voice.limit, turn.clients.wording.province).value)
    return clock.now() - datetime.fromisoformat(state.moment) > timedelta(days=days)


def _anonymous(state: State, voice: Voice) -> bool:
    """A telephone was asked for and none was left: nobody can be answered."""
    return PHONE in voice.facts and not state.facts.get(PHONE)


def _question(state: State, name: str) -> str:
    """What is asked open is asked in the words of its kind."""
    return f"utter_voice_ask_{name}_{state.intent}" if name in ("what", PHONE) else f"utter_voice_ask_{name}"
