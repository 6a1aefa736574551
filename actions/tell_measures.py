"""Special measures, asked for: those in force where the resident is; honestly none; and of lapsed ones that they are over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from actions import history
from actions.base import HotlineAction
from actions.places import address_of
from actions.reading import plain
from actions.turn import Event, Turn
from backends.contracts import Measure
from kit import clock
from kit.settings import ROOT

LOOKUP = ROOT / "data" / "lookups" / "measures.yml"
ENDINGS = ("新区", "省", "市", "区", "县")
TOLD, TOLD_SPOKEN = 3, 2  # measures in full; the others by their titles
NAMED = 5  # titles, at most
ENDED_TOLD = 2


@dataclass(frozen=True)
class Region:
    """Where the question is about. `said`: the resident said so; else it is the hotline's own province."""

    province: str
    city: str = ""
    district: str = ""
    said: bool = True

    @property
    def name(self) -> str:
        return self.district or self.city or self.province


class TellMeasures(HotlineAction):
    """Answers from the utility's list alone."""

    action_name = "action_tell_measures"

    async def act(self, turn: Turn) -> list[Event]:
        every = await self.clients.measures.all()
        asked = question(turn)
        region = await self._region(turn, asked, every)
        today = clock.now().date()
        holding = await self.clients.measures.in_force(region.province, region.city, region.district)
        over = [
            one for one in every
            if not one.holds(today) and one.valid_from <= today
            and (not region.said or one.covers(region.province, region.city, region.district))
        ]  # fmt: skip
        wanted, ended = fitting(asked, holding), fitting(asked, over)
        if ended and (not wanted or score(asked, ended[0]) > score(asked, wanted[0])):
            return self._tell_ended(turn, ended, holding, region)
        if not holding:
            turn.say("utter_measure_none", region=region.name)
            turn.say("utter_measure_offer")
            return turn.offer()
        self._tell(turn, [*wanted, *(one for one in holding if one not in wanted)], len(wanted))
        return turn.about()

    @staticmethod
    def _tell(turn: Turn, measures: Sequence[Measure], wanted: int) -> None:
        """Those asked for in full, as many as fit; without any the first ones; the others to choose from."""
        most = TOLD_SPOKEN if turn.channel == "ivr" else TOLD
        shown = min(wanted or most, most)
        for measure in measures[:shown]:
            turn.say(
                "utter_measure_one", title=turn.spoken(measure.title), text=turn.spoken(measure.text),
                region=region_of(turn, measure), until=until(turn, measure),
            )  # fmt: skip
        if others := measures[shown : shown + NAMED]:
            asks = [turn.piece("part_measure_ask", title=one.title) for one in others]
            turn.choose("utter_measure_more", asks, named=titles(turn, others))

    @staticmethod
    def _tell_ended(
        turn: Turn, ended: Sequence[Measure], holding: Sequence[Measure], region: Region
    ) -> list[Event]:
        for measure in ended[:ENDED_TOLD]:
            turn.say(
                "utter_measure_ended", region=region_of(turn, measure), title=turn.spoken(measure.title),
                ended=measure.last_day,
            )  # fmt: skip
        if holding:
            turn.say("utter_measure_others", titles=titles(turn, holding[:NAMED]))
        else:
            turn.say("utter_measure_none", region=region.name)
        turn.say("utter_measure_offer")
        return turn.offer()

    async def _region(self, turn: Turn, asked: str, every: Sequence[Measure]) -> Region:
        """The place of the message or of the conversation, else a region that the words name, else the hotline's own."""
        named = region_in(asked, every)
        words = address_of(turn) or (turn.slot("address") if named is None else "")
        if words:
            answer = await self.clients.outages.place(words)
            found = {(place.province, place.city, place.district) for place in answer.places}
            if len(found) == 1:
                return Region(*found.pop())
        return named or Region(self.clients.wording.province, said=False)


def question(turn: Turn) -> str:
    """What is asked; when the message only adds where, with the words of the question before it."""
    before = turn.earlier[0] if turn.earlier and turn.intent == "inform" else []
    return plain(
        " ".join([*(str(e.get("text") or "") for e in before if e.get("event") == "user"), turn.text])
    )


def asked_before(turn: Turn) -> bool:
    """Whether the turn before this one told measures."""
    return bool(turn.earlier) and TellMeasures.action_name in history.done(turn.earlier[0])


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    loaded: dict[str, Any] = yaml.safe_load(LOOKUP.read_text("utf-8"))
    return frozenset(loaded["common"])


def _terms(measure: Measure) -> set[str]:
    """What a measure is asked for by: its words, and the pairs of characters of its title."""
    title = "".join(character for character in measure.title if character.isalnum())
    pairs = {title[at : at + 2] for at in range(len(title) - 1)}
    return {plain(word) for word in measure.words} | pairs - _common()


def score(text: str, measure: Measure) -> int:
    """How much of the text is about the measure: the length of all its terms that stand there."""
    return sum(len(term) for term in _terms(measure) if term in text)


def fitting(text: str, measures: Iterable[Measure]) -> list[Measure]:
    """Those the text is about, the best first; what fits less than half as well as the best is left out."""
    scored = [(score(text, one), one) for one in measures]
    best = max((points for points, _ in scored), default=0)
    kept = [(points, one) for points, one in scored if points and points * 2 > best]
    return [
        one for _, one in sorted(kept, key=lambda k: (-k[0], "resident" not in k[1].customers, k[1].measure_id))
    ]  # fmt: skip


def region_in(text: str, measures: Iterable[Measure]) -> Region | None:
    """The narrowest region named in the text, of those that measures know."""
    found: list[Region] = []
    for one in measures:
        found += [Region(one.province, one.city, d) for d in one.districts if _names(text, d)]
        if one.city and _names(text, one.city):
            found.append(Region(one.province, one.city))
        if _names(text, one.province):
            found.append(Region(one.province))
    return max(found, key=lambda region: (bool(region.district), bool(region.city)), default=None)


def _names(text: str, region: str) -> bool:
    short = next((region.removesuffix(e) for e in ENDINGS if region.endswith(e)), region)
    return (short if len(short) > 1 else region) in text


def region_of(turn: Turn, measure: Measure) -> str:
    """A measure's region as people name it."""
    return turn.piece("part_list_and").join(measure.districts) or measure.city or measure.province


def until(turn: Turn, measure: Measure) -> str:
    """Up to when it is in force."""
    if measure.last_day is None:
        return turn.piece("part_measure_open")
    return turn.piece("part_measure_until", day=measure.last_day)


def titles(turn: Turn, measures: Iterable[Measure]) -> str:
    return turn.piece("part_list_and").join(turn.spoken(one.title) for one in measures)
