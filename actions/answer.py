"""Questions that are answered from knowledge: `data/knowledge/answers`, found by words and meaning (`actions/knowledge`).

    resident     a question; or one word more about the matter just answered
    assistant    the answer that holds today in the resident's province; where several may be meant, which of them;
                 of what is over, that it is; else that it does not know, with the offer of a person

Other actions that have nothing to say of their own (no figure to compute, no measure in force) name `action_answer`
as their successor. Which was asked about rests in `offer` for one message, what was answered in `answered`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import doubt, history, measures, question
from actions.accounts import relief
from actions.accounts.proof import account_in
from actions.base import END_OF_FORM, HotlineAction
from actions.knowledge.entries import Entry
from actions.knowledge.search import Found
from actions.province import province_of
from actions.turn import Event, Turn
from kit import clock

OTHERS = "out_of_scope"


class Answer(HotlineAction):
    """Tells, or asks which is meant, or says honestly that it does not know."""

    action_name = "action_answer"

    async def act(self, turn: Turn) -> list[Event]:
        number = account_in(turn)
        if turn.intent == "query_account_number" and number is not None and number.is_account:
            return [FollowupAction("action_tell_bill")]  # who gives a number does not ask where to find it
        if question.of_own_bill(turn.text) and await self._proved(turn):
            return [FollowupAction("action_tell_bill")]
        province = await province_of(turn)
        choice = picked(turn)
        if choice == doubt.NEITHER:
            return self._not_known(turn)
        if choice and (entry := await asyncio.to_thread(self.clients.knowledge.entry, choice)):
            return await self._told(turn, entry, province)
        if entry := await question.answered(turn):
            return await self._told(turn, entry, province)
        found = await self._find(turn, province)
        if not found.sure and (entry := await self._request(turn)):
            return await self._told(turn, entry, province)
        if not (found.sure and found.entries) and (events := await self._measure(turn)):
            return events
        if not found.entries:
            return self._not_known(turn)
        if not found.sure:
            return self._ask(turn, found.entries)
        return await self._told(turn, found.entries[0], province)

    async def _proved(self, turn: Turn) -> bool:
        standing = await self.clients.desk.standing(conversation=turn.conversation)
        return standing.account_number is not None

    async def _request(self, turn: Turn) -> Entry | None:
        """What is told to a request whose words say it plainly, where no entry is surely meant."""
        request = relief.wanted(turn.text) if turn.matter == relief.MATTER else ""
        return await asyncio.to_thread(self.clients.knowledge.registering, request) if request else None

    @staticmethod
    async def _measure(turn: Turn) -> list[Event]:
        """Where no entry is surely meant: the measure in force that speaks of this matter, and the offer of a person."""
        known = await measures.here(turn)
        speaking = [one for one in known.measures if turn.matter in one.effects.answers]
        if not speaking:
            return []
        if turn.matter == relief.MATTER and (measure := known.arrears_measure):
            return relief.tell_measure(turn, measure, relief.wanted(turn.text) or "defer")
        for one in speaking:
            turn.say("utter_measure_now", title=turn.spoken(one.title), text=turn.spoken(one.text))
        turn.say("utter_measure_offer")
        return turn.offer()

    async def _told(self, turn: Turn, entry: Entry, province: str) -> list[Event]:
        """The answer; where a request may come of it, a measure in force goes first, and the request is offered."""
        if not entry.registers:
            return self._tell(turn, entry, province)
        known = await relief.spared(turn)
        if measure := relief.settles(known, entry.registers):
            return relief.tell_measure(turn, measure, entry.registers)
        events = self._tell(turn, entry, province)
        if turn.loop or entry.answer(province, clock.now().date()) is None:
            return events
        measures.say_also(turn, known, relief.MATTER)
        return [*events, *relief.offer(turn, entry.registers)]

    async def _find(self, turn: Turn, province: str) -> Found:
        """By the message alone; if that is not enough, as one word more about what was just answered."""
        found = await search(turn, turn.text, province)
        before = history.slot_set(turn.earlier[0], "answered") if turn.earlier else None
        if found.sure or before is None:
            return found
        entry = await asyncio.to_thread(self.clients.knowledge.entry, before)
        if entry is None:
            return found
        for text in (turn.text, f"{entry.title} {turn.text}"):
            more = await search(turn, text, province, within=entry.intents, without=(before,))
            if more.sure:
                return more
        return found

    def _tell(self, turn: Turn, entry: Entry, province: str) -> list[Event]:
        today = clock.now().date()
        if answer := entry.answer(province, today):
            buttons = [] if turn.channel == "ivr" else [{"title": t, "payload": p} for t, p in answer.buttons]
            turn.dispatcher.utter_message(text=answer.words(turn.channel), buttons=buttons)
            turn.lead_to(answer.page)
        elif over := entry.ended(province, today):
            last = over.valid_to
            assert last is not None, "what has no end is not over"
            turn.say(
                "utter_answer_ended",
                text=over.words(turn.channel),
                year=last.year,
                month=last.month,
                day=last.day,
            )
        else:
            return self._not_known(turn)
        return [SlotSet("answered", entry.id), SlotSet("offer", None), *turn.about()]

    @staticmethod
    def _ask(turn: Turn, entries: Sequence[Entry]) -> list[Event]:
        titles = [entry.title for entry in entries]
        turn.choose("utter_answer_which", [*titles, turn.piece("part_neither")])
        asked = {"answers": {entry.id: entry.title for entry in entries}}
        return [*(END_OF_FORM if turn.loop else ()), SlotSet("offer", asked), *turn.about()]

    @staticmethod
    def _not_known(turn: Turn) -> list[Event]:
        turn.say("utter_not_yet")
        return [*(END_OF_FORM if turn.loop else ()), *turn.offer()]


async def search(turn: Turn, text: str, province: str, **narrowed: Any) -> Found:
    """What knowledge has for `text`; the intent counts where it was understood."""
    intent = turn.matter if turn.understood else ""
    return await asyncio.to_thread(
        turn.clients.knowledge.find,
        text,
        intent=intent,
        province=province,
        day=clock.now().date(),
        **narrowed,
    )


async def known(turn: Turn) -> bool:
    """Whether knowledge surely has the answer to a message whose intent was not understood."""
    return (await search(turn, turn.text, turn.clients.wording.province)).sure


async def others(turn: Turn) -> str:
    """What others see to, and who they are, if the message is about it; '' if not. It is one of few topics, so the nearest will do."""
    today, province = clock.now().date(), turn.clients.wording.province
    found = await asyncio.to_thread(
        turn.clients.knowledge.find, turn.text, intent="", province=province, day=today, within=(OTHERS,)
    )
    told = found.entries[0].answer(province, today) if found.entries else None
    return told.words(turn.channel) if told else ""


def picked(turn: Turn) -> str | None:
    """The entry that the message picks of those asked about, `doubt.NEITHER`; None if nothing was asked or answered."""
    standing = turn.standing
    if not isinstance(standing, dict) or "answers" not in standing:
        return None
    names = list(standing["answers"])
    options = [*standing["answers"].values(), turn.piece("part_neither")]
    if turn.danger and turn.text.strip() not in options:  # a title of ours that names a danger reports none
        return None
    choice = doubt.choice(turn.text, options)
    if choice.refused or choice.place == len(names):
        return doubt.NEITHER
    return None if choice.place is None else str(names[choice.place])
