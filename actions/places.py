"""Where: an address may be told at once or in parts, in any order, each in a message of its own.

    浦东新区 → 花木街道 → 牡丹路 → 128弄       each part is put to those before it, and the utility's list is asked

A part that narrows is progress: the next question names what is known. What brings nothing is an answer missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from actions.fault.reading import bare, cannot_tell, says_no
from actions.reading import chosen
from actions.turn import Turn
from backends.contracts import OutageAnswer, Place

if TYPE_CHECKING:
    from actions.forms import FormStep

RANK = {"none": 0, "candidates": 1, "exact": 2}
LAST_WORDS = 2  # missed so often; the next miss gives the question up
PARTLY = 60  # characters of an address that is not complete yet
CITY = "市"
_ENDINGS = ("街道", "新区", "省", "市", "区", "县", "镇", "乡")


def full_name(place: Place) -> str:
    """A place so that it cannot be mistaken for its namesakes; understood when sent back."""
    return f"{place.city}{place.district}{place.street}{place.name}"


@dataclass(kw_only=True)
class Sought:
    """What was told of a place that is not sure yet: `partly` in words, `within` which region, `options` it may be.

    `lost`: an address named last that leads no further.
    """

    partly: str = ""
    within: str = ""
    options: list[str] = field(default_factory=list)
    lost: str = ""

    @classmethod
    def restored(cls, values: dict[str, Any]) -> Self:
        """From a mapping that holds more than this."""
        return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})

    @property
    def so_far(self) -> str:
        """All that was told of it."""
        return self.partly + self.lost

    def narrowed(self, before: Sought) -> bool:
        """Whether more is known of it than before."""
        return bool(self.within != before.within or self.options) and (
            (self.partly, self.within, self.options) != (before.partly, before.within, before.options)
        )

    def found(self) -> None:
        self.partly, self.within, self.options, self.lost = "", "", [], ""


async def look_up(turn: Turn, wordings: Iterable[str], *, ended: bool = False) -> tuple[str, OutageAnswer]:
    """The first wording that surely means one place, else the one that says most, with what it may mean; '' if none does."""
    best, answer = "", OutageAnswer(match="none", places=[], outages=[])
    for words in dict.fromkeys(filter(None, wordings)):
        found = await turn.clients.outages.look_up(words, ended=ended)
        if _says(found) > _says(answer):
            best, answer = words, found
        if answer.match == "exact":
            break
    return best, answer


def _says(answer: OutageAnswer) -> tuple[int, int, int]:
    """How much an answer tells: a place, fewer of them, a smaller region."""
    return RANK[answer.match], -len(answer.places), len(answer.region)


async def seek(
    turn: Turn, sought: Sought, said: str = "", *, known: str = "", ended: bool = False
) -> tuple[str, OutageAnswer]:
    """What the message means together with what was told before, and the words for it; `sought` is brought up to date.

    `said`: the address of the message where it was found already. `known`: a place spoken of before, meant by a message
    that names none. One of the places asked about is told by a part of its name. A place outside the region that was
    told is asked about, unless the message names its region.
    """
    which = chosen(said or turn.text, sought.options) if sought.options else None
    named = said or turn.address
    if which is not None:
        named = sought.options[which]
        words, answer = await look_up(turn, [named], ended=ended)
    else:
        new = named or bare(turn.text)
        together = [sought.partly + new, new + sought.partly] if sought.partly else []
        words, answer = await look_up(turn, [*together, named or turn.text], ended=ended)
        if named and answer.match != "exact":  # too little was taken for the address
            whole = await look_up(turn, [turn.text], ended=ended)
            words, answer = whole if whole[1].match == "exact" else (words, answer)
        if sought.lost and answer.match == "candidates":  # the number came before its road
            whole = await look_up(turn, [words + sought.lost], ended=ended)
            words, answer = whole if whole[1].match == "exact" else (words, answer)
        answer = _inside(turn, sought, answer)
    asked = sought.options or sought.within or sought.partly
    if known and not named and (not words or (not asked and answer.match != "exact")):
        words, answer = await look_up(turn, [known], ended=ended)
    _keep(sought, words, answer, named, denied=turn.no or says_no(turn.text))
    return named if words in ("", turn.text) else words, answer


def _inside(turn: Turn, sought: Sought, answer: OutageAnswer) -> OutageAnswer:
    """Of places outside the region that was told one that seemed sure is asked about, others are not meant."""
    outside = [place for place in answer.places if not full_name(place).startswith(sought.within)]
    if (
        not outside
        or len(outside) < len(answer.places)
        or any(_names_region_of(turn, place) for place in outside)
    ):
        return answer
    if answer.match != "exact":
        return OutageAnswer(match="none", places=[], region=answer.region, outages=[])
    asked_about = [one.model_copy(update={"candidate": True}) for one in answer.outages]
    return answer.model_copy(update={"match": "candidates", "outages": asked_about})


def _names_region_of(turn: Turn, place: Place) -> bool:
    regions = (place.province, place.city, place.district, place.street)
    return any(_short(name) in turn.text for name in regions)


def _short(region: str) -> str:
    """A region's name without its last word, as people say it."""
    ending = next((one for one in _ENDINGS if region.endswith(one) and len(region) - len(one) >= 2), "")
    return region.removesuffix(ending)


def _keep(sought: Sought, words: str, answer: OutageAnswer, named: str, *, denied: bool) -> None:
    """`named`: the address in the message; `denied`: none of the places asked about."""
    if answer.match == "exact":
        sought.found()
        return
    beyond = [character for character in named if character not in answer.region]
    unknown = named if answer.match == "none" and len(beyond) > 1 else ""
    options = [full_name(place) for place in answer.places]
    if options and options != sought.options:
        sought.partly, sought.options, sought.lost = words[-PARTLY:], options, ""
    elif answer.region and answer.region != sought.within:
        sought.partly, sought.within, sought.options = answer.region, answer.region, []
        sought.lost = unknown[:PARTLY]
    elif named or denied:
        sought.options, sought.lost = [], unknown[:PARTLY] or sought.lost


def standing(form: FormStep, turn: Turn) -> tuple[Sought, int]:
    """What is known of the place that `form` asks for, and messages that brought nothing: after something else both are
    forgotten, so that nobody is told again what was not found.
    """
    asking = turn.asking(form.form)
    sought = Sought.restored(asking)
    if form.asked(turn) is None:
        return sought, int(asking.get("tries", 0))
    sought.lost = ""
    return sought, 0


def ask(
    turn: Turn,
    sought: Sought,
    tries: int = 0,
    *,
    first: str = "utter_ask_address",
    unknown: str = "utter_address_unknown",
) -> None:
    """The question where, naming what is known of it. `tries`: messages that brought nothing; none is asked twice alike.

    `first`: the question where nothing was told yet; `unknown`: where what was told leads nowhere.
    """
    if tries >= LAST_WORDS:
        turn.say("utter_address_last")
    elif tries and cannot_tell(turn.text):
        turn.say("utter_address_help")
    elif sought.options:
        turn.choose("utter_outage_which", sought.options)
    elif sought.within:
        part = "utter_address_part_city" if sought.within.endswith(CITY) else "utter_address_part"
        turn.say("utter_address_part_unknown" if sought.lost else part, region=turn.spoken(sought.within))
    else:
        turn.say(unknown if sought.lost or tries else first)
