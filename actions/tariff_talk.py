"""The talk about prices: which messages belong to one question, and whether this one does.

    resident     我这个月会不会进第二档
    assistant    asks how much the year has used so far
    resident     今年用了两千九                  a classifier that sees it alone takes it for a wish to see one's use
    assistant    tells the tier
    resident     那江苏呢                        the same question once more, elsewhere

The question that stands decides: right after `action_estimate` had the last word, a message of nothing but what it may
lack (kWh, place, month, capacity, length of time) is its answer, whatever it was understood as. What the answer
lacked rests in the slot `asking`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rasa_sdk.events import SlotSet

from actions import answer, history
from actions.province import names_of_provinces
from actions.reading import long_number
from actions.tariff_energy import Energy, energies, energy_of
from actions.tariff_figures import NUMERAL, month_of
from actions.turn import Event, Turn

ESTIMATED = "action_estimate"
BEFORE = 2  # messages whose place holds for this one, whatever they were about
# What an answer may lack. `firm`: capacity, or length of time; of these a number without its unit is a capacity.
ENERGY = frozenset({"year", "month", "hours"})
FIRM = "firm"
# What a message with kWh in it may be taken for, that only answers how many.
TAKEN_FOR = frozenset({"inform", "query_usage", "query_bill", "dispute_bill"})
_ASKS = re.compile(
    "吗|么(?!多)|多少|几(?![百千十])|怎么|怎样|为[什啥]|咋|哪|谁|啥|什么|能不能|可[不以]|是不是|有没有|会不会|[？?]|查|投诉|报修|人工|停电|不对|不可能|错"
)
_ANOTHER = re.compile("那|呢|如果|要是|假如|换成")
_AROUND = re.compile(
    r"(?:那|呢|的|地|了|吧|啊|呀|嘛|哦|嗯|呃|噢|额|是|就|大概|大约|差不多|左右|上下|多一?点|多|来|出头|不到|将近|快|应该|可能|好像|估计|记得|大致|我?看了[一下]*"
    r"|今年|年初|从|到|现在|目前|至今|为止|截止|前[面头]|之前|以前|此前|已经|一?共|总共|总的|累计|加起来|合计|[使]?用了?|用掉|用到|走了|烧了|度电?|电|千瓦时"
    r"|这个?月|本月|当月|这|个|月份?|号|我们?|咱们?|俺们?|家里?|厂里?|如果|要是|假如|换成|换|也|还|按|在|住|这边|那边|前|省|市|喂|您好|你好|有|说"
    rf"|电表|表[上里]?|显示|写着|看到|上面|打算|准备|想|要|停[掉用了]?|暂停|变压器|专变|每台|都|均|各|台|千伏安|kva|天|周|星期|年|半|第?{NUMERAL}|白天|晚上|夜里|高峰|低谷|[峰谷平][段电]?|[，,、。.！!~\s])*",
    re.I,
)


@dataclass(frozen=True)
class Said:
    """One message, and what the answer before it lacked ('': nothing, or it was no estimate)."""

    message: dict[str, Any]
    lacked: str = ""
    follows: bool = False

    @property
    def text(self) -> str:
        return str(self.message.get("text") or "")

    def entities(self, name: str) -> list[dict[str, Any]]:
        return [e for e in self.message.get("entities") or [] if e.get("entity") == name]

    @cached_property
    def gives(self) -> bool:
        """Whether it only gives what the estimate before it lacked, or asks the same for another place, month or amount."""
        if not self.follows or long_number(self.text):
            return False
        rest, amounts = self.text, energies(self.text, self.entities("energy"), bare=self.lacked in ENERGY)
        for name in names_of_provinces():
            rest = rest.replace(name, " ")
        place = rest != self.text
        month = month_of(self.text, self.entities("time")) is not None
        firm = self.lacked == FIRM and re.search(rf"{NUMERAL}|半", self.text) is not None
        if not (amounts or place or month or firm):
            return False
        if _AROUND.fullmatch(rest):
            return True
        intent = str((self.message.get("intent") or {}).get("name") or "")
        return bool(amounts and self.lacked in ENERGY and intent in TAKEN_FOR and not _ASKS.search(rest))

    @property
    def energy(self) -> Energy:
        unlabelled = "year" if self.lacked == "year" and not _ANOTHER.search(self.text) else "month"
        bare = self.gives and self.lacked in ENERGY
        return energy_of(self.text, self.entities("energy"), bare=bare, unlabelled=unlabelled)


def said(turn: Turn) -> list[Said]:
    """This message, and those before it since the talk about prices began, latest first."""
    found = [_said(turn.message, turn.earlier[0] if turn.earlier else [])]
    for at, events in enumerate(turn.earlier):
        if not _estimated(events):
            break
        found.append(_said(_message(events), turn.earlier[at + 1] if at + 1 < len(turn.earlier) else []))
    return found


def question(turn: Turn) -> list[Said]:
    """Those of `said` that make up the present question: this message; if it only gives, back to the one it answers."""
    found = []
    for one in said(turn):
        found.append(one)
        if not one.gives:
            break
    return found


def gives(turn: Turn) -> bool:
    """Whether the message belongs to the question about prices that stands, whatever it was understood as."""
    return not (turn.loop or turn.danger) and said(turn)[0].gives


def lacked(turn: Turn) -> str:
    """What the estimate right before this message asked for, '' if nothing."""
    return said(turn)[0].lacked


def earlier_texts(turn: Turn) -> list[str]:
    """What the resident said in the talk about prices, and in the two turns before in any case, latest first."""
    count = max(BEFORE, len(said(turn)) - 1)
    return [str(events[0].get("text") or "") for events in turn.earlier[:count]]


def energy_in(turn: Turn) -> Energy:
    """The kWh of the message, with those that were named in the same talk before and still hold."""
    found = Energy()
    for one in reversed(said(turn)):
        found = one.energy.after(found, adds=one.gives)
    return found


async def known(turn: Turn, province: str) -> bool:
    """Whether the knowledge surely has the answer, and one that is not a price list told here."""
    found = await answer.search(turn, turn.text, province)
    return found.sure and bool(found.entries) and not found.entries[0].left_to


def lacks(what: str = "") -> list[Event]:
    """Events that remember what the answer lacks."""
    return [SlotSet("asking", {"form": ESTIMATED, "lacks": what})]


def _said(message: dict[str, Any], before: list[Event]) -> Said:
    asking = history.slot_set(before, "asking") or {}
    lacked = str(asking.get("lacks") or "") if asking.get("form") == ESTIMATED else ""
    return Said(message, lacked, _estimated(before))


def _estimated(events: list[Event]) -> bool:
    """Whether an estimate had the last word in the turn."""
    done = history.done(events)
    return bool(done) and done[-1] == ESTIMATED


def _message(events: list[Event]) -> dict[str, Any]:
    return {**(events[0].get("parse_data") or {}), "text": str(events[0].get("text") or "")}
