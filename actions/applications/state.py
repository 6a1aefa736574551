"""How far one application has come."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from rasa_sdk.events import SlotSet

from actions.places import Sought
from actions.turn import Event, Turn

SLOT = "application"
Stage = Literal["variant", "consent", "facts", "confirm", "which"]
KEPT_WORDS = 2000  # characters


@dataclass
class State(Sought):
    """`start`: id of the message that began it, the root of its order's key. `said`: what the resident said towards it.

    `facts`: values by name, '' for one that cannot be told. `place_id` and the regions: of the address, once it is known.
    """

    intent: str
    start: str
    variant: str = ""
    stage: Stage = "variant"
    facts: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    province: str = ""
    city: str = ""
    district: str = ""
    place_id: str = ""

    @classmethod
    def of(cls, turn: Turn) -> State | None:
        """The one that is under way."""
        kept = turn.slot(SLOT)
        return cls(**kept) if kept else None

    def kept(self) -> Event:
        """The event that keeps it."""
        event: Event = SlotSet(SLOT, asdict(self))
        return event

    def hears(self, turn: Turn) -> None:
        """Remember the resident's words: they go with the order."""
        if turn.text and sum(map(len, self.said)) + len(turn.text) <= KEPT_WORDS:
            self.said.append(turn.text)
