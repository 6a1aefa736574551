"""What is known of the matter being reported: the slot `fault`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Self

from rasa_sdk.events import SlotSet

from actions import assent, history
from actions.fault import rules
from actions.fault.reading import door_in, has_building, has_room, phone_in, room_of, scope_in
from actions.places import Sought, full_name
from actions.turn import Event, Turn
from backends.contracts import Place, Scope

SLOT = "fault"
NO_PHONE, UNKNOWN = "none", "unknown"
SCOPES: dict[str, Scope] = {
    "household": "household",
    "building": "building",
    "estate": "estate",
    "area": "area",
}
SAID = 2000  # characters of the resident's words that an order keeps


@dataclass
class Fault(Sought):
    """`""` is not known yet; its place is sought until `place_id` is known. `scope` may be `unknown`, `phone` `none`: they were asked for and are not to be had."""

    intent: str
    said: list[str] = field(default_factory=list)
    place_id: str = ""
    place: str = ""
    full: str = ""
    kind: str = ""
    region: list[str] = field(default_factory=list)  # province, city, district
    scope: str = ""
    door: str = ""
    door_asked: int = 0
    what: str = ""
    when: str = ""
    phone: str = ""
    checked: bool = False
    hinted: bool = False
    wrong: bool = False  # it was read back, and something in it is wrong
    told: list[str] = field(default_factory=list)  # outages told of already
    important: bool = False  # an important user's supply: told so, or the account's record says it

    @classmethod
    def of(cls, turn: Turn) -> Self | None:
        """The one in hand, as this turn left it."""
        kept = history.slot_set(turn.events, SLOT) or turn.slot(SLOT)
        return cls(**kept) if kept and "intent" in kept else None

    @property
    def wish(self) -> rules.Wish:
        found = rules.wish(self.intent)
        assert found is not None, self.intent
        return found

    def kept(self) -> list[Event]:
        """Events that remember it, for the next message and for whoever takes over."""
        place = [SlotSet("address", self.full)] if self.full else []
        return [SlotSet(SLOT, asdict(self)), SlotSet("handoff_facts", self.facts()), *place]

    def hear(self, turn: Turn, *, elsewhere: bool = False) -> None:
        """Whatever else the message answers, what it gives unasked is taken; its time not if it is of another matter."""
        if not (assent.agrees(turn.text) or elsewhere):
            self.said.append(turn.text)
        self.hear_words(turn.text)
        named = next((str(entity["value"]) for entity in turn.entities("scope")), "")
        self.scope = scope_in(turn.text) or (named if named in SCOPES else "") or self.scope
        if (moment := turn.entities("time")) and not elsewhere and "when" in self.wish.parts:
            self.when = self.when or "".join(turn.words_of(one) for one in moment)[:40]

    def hear_words(self, text: str) -> None:
        """Telephone, reach and door, as the words tell them."""
        self.phone = phone_in(text) or self.phone
        self.scope = scope_in(text) or self.scope
        self.take_door(door_in(text, self.place))

    def take_door(self, door: str) -> None:
        """A building alone keeps the room that was told, a room alone the building."""
        if has_room(door) and not has_building(door):
            self.door = self.door.removesuffix(room_of(self.door)) + door
        elif has_building(door) and not has_room(door):
            self.door = door + room_of(self.door)
        else:
            self.door = door or self.door

    def take_place(self, place: Place) -> None:
        """Another place than before: what was looked up there is void."""
        if self.place_id != place.place_id:
            self.checked, self.told = False, self.told if not self.place_id else []
            self.scope = self.own_scope if self.place_id else self.scope
        self.place_id, self.place, self.full, self.kind = (
            place.place_id,
            place.name,
            full_name(place),
            place.kind,
        )
        self.region = [place.province, place.city, place.district]
        self.found()

    @property
    def own_scope(self) -> str:
        """What stays of the scope when the place is another: one home is one home anywhere."""
        return self.scope if self.scope == "household" else ""

    @property
    def needs_door(self) -> bool:
        """A crew must find the building, or the door; of a whole estate it need not."""
        if self.door_asked > 1:
            return False
        whole = "scope" in self.wish.parts and self.scope != "household"
        if whole:
            return self.scope == "building" and self.kind == "estate" and not has_building(self.door)
        return not has_room(self.door) if self.kind == "estate" else not self.door

    def gained(self, before: Fault) -> bool:
        """Whether the message told something, if not what was asked."""
        parts = ("scope", "door", "what", "when", "phone")
        return any(getattr(self, part) != getattr(before, part) for part in parts) or self.narrowed(before)

    def missing(self) -> str:
        """The first part that is still to be asked for; '' if nothing is."""
        lacks = {
            "place": not self.place_id, "scope": not self.scope, "door": self.needs_door, "what": not self.what,
            "when": not self.when, "phone": not self.phone,
        }  # fmt: skip
        return next((part for part in self.wish.parts if lacks[part]), "")

    @property
    def text(self) -> str:
        """The resident's words, as the order keeps them."""
        return "；".join(dict.fromkeys(filter(None, self.said)))[:SAID]

    def facts(self) -> dict[str, str]:
        """What was gathered, by the names the desk has labels for."""
        known = {
            "address": self.full + self.door if self.full else self.so_far, "scope": self.scope if self.scope != UNKNOWN else "",
            "phone_number": self.phone if self.phone != NO_PHONE else "", "device": self.what, "time": self.when,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}
