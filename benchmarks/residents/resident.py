"""A resident: wants something, answers what is asked, slips, loses patience after fourteen turns."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from benchmarks.residents import slips
from benchmarks.residents.case import Case, knowledge
from benchmarks.residents.goals import GOALS, Goal
from benchmarks.residents.lines import Line, LineError
from benchmarks.residents.openings import Opening, opening
from benchmarks.residents.questions import Question, asked, nearest, responses, wording
from benchmarks.residents.record import Words
from benchmarks.residents.town import Town, Who
from kit.spoken import Speaker
from tests.simulators.voice_gateway import GatewayError

TURNS = 14
LOST = 3  # that often in a row nothing was asked, and the wish was said again
FACTS = frozenset({"account", "item", "place", "phone", "new_phone", "door", "name", "hall"})
WRONG = frozenset({"account", "item"})
REACHED = "reached"
DANGER = frozenset(
    {"emergency: words and person", "hazard: order and person", "a person"}
)  # orders come with them
# What an utterance tells by its annotations, as the question that it answers.
TELLS = {"scope": "scope", "address": "place", "account_number": "account"}


@dataclass
class Outcome:
    """How a conversation ended. `reason`: '' when the goal was reached."""

    goal: str
    channel: str
    slip: str
    turns: int
    reason: str
    dialogue: list[tuple[str, str]] = field(default_factory=list)


class Resident:
    """`rng` decides everything the resident does: the same seed, the same resident."""

    def __init__(self, goal: Goal, who: Who, slip: str, line: Line, town: Town, rng: random.Random) -> None:
        self.goal, self.slip, self.line, self.town, self.rng = goal, slip, line, town, rng
        self.who, self.slipped, self.turns, self.lost, self.offers = who, False, 0, 0, 0
        self.told: set[str] = set()
        self.wants: list[str] = []
        self.first = Opening("", frozenset(), who)
        self.words = wording()

    async def talk(self) -> Outcome:
        """From the greeting to the end of patience."""
        reason = ""
        try:
            await self.line.open()
            if self.goal.first:
                reason = await self._reach(GOALS[self.goal.first])
                self.lost = 0
            reason = reason or await self._reach(self.goal)
            await self.line.close()
        except (LineError, GatewayError, httpx.HTTPError) as error:
            reason = f"error: {type(error).__name__}: {error}"
        if not self.line.conversation:
            return Outcome(self.goal.name, self.line.channel, "none", self.turns, reason)
        said = self.line.record.transcript(self.line.conversation)
        dialogue = [(row["author"], row["text"]) for row in said]
        happened = self.slip if self.slipped or self.slip in ("none", "typos") else "none"
        return Outcome(self.goal.name, self.line.channel, happened, self.turns, reason, dialogue)

    def _case(self) -> Case:
        return Case(
            self.line.record, self.town, self.who, self.line.conversation, self.line.channel, frozenset(self.told),
            self.first.right,
        )  # fmt: skip

    async def _reach(self, goal: Goal) -> str:
        self.wants.append(goal.intent)
        self.first = opening(goal, self.who, self.rng)
        self.who = self.first.who
        self.told |= {TELLS[name] for name in self.first.entities if name in TELLS}
        heard = await self._say(self.first.text)
        while not (end := self._end(goal)):
            question = asked(heard)
            if question is not None and self._mine(question, goal):
                heard = await self._answer(question, goal)
                continue
            self.lost += 1
            if self.lost > LOST:
                return "gave up: nothing was asked, the goal not reached"
            heard = await self._say(self._again(goal) if question is None else f"不是，{self._again(goal)}")
        return end if end != REACHED else ""

    def _end(self, goal: Goal) -> str:
        """Why the conversation is over; '' while it goes on."""
        case = self._case()
        if unasked := case.astray(self.wants) if goal.name not in DANGER else []:
            return f"an order nobody asked for: {', '.join(unasked)}"
        if goal.reached(case):
            return REACHED
        for row in case.record.orders(case.conversation):
            if wrong := case.differs(row):
                return f"the order is not as it was told: {', '.join(wrong)}"
        if case.record.tickets(case.conversation):
            return "a person took over"
        return f"gave up after {TURNS} turns" if self.turns >= TURNS else ""

    def _mine(self, question: Question, goal: Goal) -> bool:
        """Whether the question belongs to what the resident wants; a matter that is not theirs they do not confirm."""
        only = self.words["questions"][question.name].get("only")
        return only is None or goal.intent in only

    def _again(self, goal: Goal) -> str:
        """The wish in plain words."""
        if goal.own:
            return self.first.text
        return self._filled(self.rng.choice(self.words["again"][goal.intent]))

    async def _answer(self, question: Question, goal: Goal) -> list[Words]:
        name = question.name
        if name == "person":
            self.offers += 1
            plain = self._again(goal)
            return await self._say(
                plain if self.offers < 2 else self.rng.choice(self.words["questions"][name]["say"])
            )
        if name in ("which", "wish"):
            return await self._say(self._choice(question, goal))
        if not self.slipped and (slip := await self._slip(name)) is not None:
            self.slipped = True
            return slip
        text = self._own(name, goal)
        self.told.add(name)
        if self.line.channel == "ivr" and text.isdigit() and self.rng.random() < 0.5:
            self.turns += 1
            return await self.line.keys(text)
        if self.slip == "detail" and not self.slipped and name in FACTS - {"account", "item"}:
            self.slipped = True
            text += self.rng.choice(self.words["details"])
        return await self._say(text)

    async def _slip(self, name: str) -> list[Words] | None:
        """The slip, where the question gives an occasion for it."""
        if self.slip == "wrong first" and name in WRONG:
            wrong = slips.one_digit_less(self.who.account, self.rng) if name == "account" else "王大锤"
            return await self._say(wrong)
        if self.slip == "correction" and name == "confirm":
            self.who = replace(self.who, phone=self.who.phone[:-1] + str((int(self.who.phone[-1]) + 1) % 10))
            return await self._say(self._filled(self.rng.choice(self.words["corrections"])))
        occasion = self.rng.random() < 0.6
        if occasion and self.slip in ("interruption", "repeat", "impatience"):
            key = {"interruption": "interruptions", "repeat": "repeats", "impatience": "impatience"}[
                self.slip
            ]
            return await self._say(self.rng.choice(self.words[key]))
        if self.slip == "silence" and self.line.channel == "ivr":
            self.turns += 1
            return await self.line.silence()
        return None

    def _own(self, name: str, goal: Goal) -> str:
        """The resident's answer, in one of its wordings."""
        say: Any = self.words["questions"][name]["say"]
        if isinstance(say, dict):
            key = self.who.scope if name == "scope" else goal.intent
            say = say.get(key) or next(iter(say.values()))
        if name == "item" and not self.who.building:
            say = say[:-1]  # a house in a village has no room
        return self._filled(self.rng.choice(say))

    def _filled(self, text: str) -> str:
        return text.format(**self.who.facts())

    def _choice(self, question: Question, goal: Goal) -> str:
        if goal.own == "questions":
            titles = {knowledge()[name]["title"] for name in self.first.right}
            return next((option for option in question.options if option in titles), "都不是")
        wish = responses()[f"utter_wish_{goal.intent}"][0]
        if not question.options:
            return wish
        wanted = f"{self.who.full}{self.who.hall}" if question.name == "which" else wish
        if question.name == "wish" and wish not in question.options:
            return self._again(goal)
        at = nearest(question.options, wanted)
        return question.options[at] if self.rng.random() < 0.6 else f"第{'一二三四五六七八九'[at]}个"

    async def _say(self, text: str) -> list[Words]:
        self.turns += 1
        other = ""
        if self.line.channel == "ivr":
            text = recognised(text, self.rng)
        if self.slip == "typos":
            other, text = text, slips.misheard(text, self.rng)
        return await self.line.say(text, other if self.rng.random() < 0.5 else "")


def recognised(text: str, rng: random.Random) -> str:
    """Figures as recognisers give them: as they are, or as they were spoken, short ones as numbers, long ones by digits."""
    if rng.random() < 0.5:
        return text
    speaker = Speaker(spoken=True)
    return re.sub(
        r"\d+",
        lambda m: speaker.render(m[0], "number" if len(m[0]) < 3 else "digits").replace("，", ""),
        text,
    )
