"""What goes back to the gateway in one response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.ivr.activities import OutActivity
from connectors.ivr.speech import speakable
from conversations.service import Word

# Asked of the gateway with the first words: keys in one piece up to #, and silences told to us, three of them.
SESSION = {
    "sendDTMF": True, "dtmfCollect": True, "dtmfCollectSubmitDigit": "#",
    "sendEventsToBot": ["noUserInput"], "userNoInputTimeoutMS": 8000, "userNoInputRetries": 3,
    "botNoInputGiveUpTimeoutMS": 15000,
}  # fmt: skip


@dataclass
class Answer:
    """Sentences in order, then at most one event: a transfer or a hang-up ends what the bot can say."""

    transfer_to: str
    spoken: list[OutActivity] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)  # to be confirmed once the response has left
    last: OutActivity | None = None

    def say(self, text: str) -> None:
        """One sentence that is not in the record, or is said again."""
        if text := speakable(text):
            self.spoken.append(OutActivity(type="message", text=text))

    def add(self, words: Sequence[Word]) -> None:
        """Words of the record; their data tells whether they hand the call over or end it."""
        for word in words:
            self.say(word.message.text)
            data = word.message.payload.get("data") or {}
            if isinstance(handoff := data.get("handoff"), dict):
                self.transfer(str(handoff.get("reason") or f"ticket {handoff.get('ticket', '')}".strip()))
            elif data.get("hangup"):
                self.last = self.last or OutActivity(type="event", name="hangup")
        self.words.extend(words)

    def transfer(self, reason: str) -> None:
        """Give the call to people. `reason`: English, for the gateway's log."""
        parameters = {"transferTarget": self.transfer_to, "handoverReason": reason}
        self.last = OutActivity(type="event", name="transfer", activityParams=parameters)

    def open_session(self) -> None:
        """Send our wishes for the whole call along with the first sentence."""
        if self.spoken:
            self.spoken[0].sessionParams = SESSION

    @property
    def activities(self) -> list[OutActivity]:
        return [*self.spoken, *([self.last] if self.last else [])]
