"""The first answer to a complaint, a suggestion, praise or a report of theft."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction, SlotSet

from actions.base import HotlineAction
from actions.turn import DOUBT, Event, Turn
from actions.voice.guide import VOICES, State

FORM = "voice_form"
ENOUGH = 6  # characters that say something
ANGER = 2  # complaints or insults of earlier turns after which nobody wants to talk to a machine


class RecordVoice(HotlineAction):
    """Takes it seriously, and opens the form that takes it down; some matters are a person's from the start."""

    action_name = "action_record_voice"

    async def act(self, turn: Turn) -> list[Event]:
        voices = VOICES.get()
        intent = turn.intent if turn.intent in voices.kinds else turn.matter
        kept = State.of(turn)
        state = State(intent, turn.message_id)
        state.hears(turn)
        if turn.entities("time") or turn.entities("address"):
            state.stands()
        if len(voices.content(turn.text)) >= ENOUGH:
            state.facts["what"] = turn.text
        if reason := self._person(turn, state, kept):
            state.facts["what"] = turn.text
            turn.say(f"utter_voice_{reason}")
            return [state.kept(), *turn.to_person(reason)]
        turn.say(f"utter_voice_{intent}")
        return [state.kept(), SlotSet("matter", intent), FollowupAction(FORM)]

    @staticmethod
    def _person(turn: Turn, state: State, kept: State | None) -> str:
        """Why a person takes it at once; '' if nobody has to."""
        voices = VOICES.get()
        if state.intent == "report_theft":
            return "accused" if voices.says("accused", turn.text) else ""
        if state.intent != "complain":
            return ""
        if voices.says("about_bot", turn.text):
            return "about_bot"
        if voices.says("public", turn.text):
            return "public_attention"
        again = kept is not None and kept.order and kept.intent == "complain"
        return "repeated_anger" if again or insults(turn) >= ANGER else ""


def insults(turn: Turn) -> int:
    """How many earlier turns of this conversation were understood as insults."""
    heard = [(events[0].get("parse_data") or {}).get("intent") or {} for events in turn.earlier]
    return sum(one.get("name") == "abuse" and float(one.get("confidence") or 0) >= DOUBT for one in heard)
