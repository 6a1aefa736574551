"""One run of one action: the message, the conversation it stands in, and what the action says."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import assent, history
from actions.clients import Clients
from kit.errors import BadInput
from kit.spoken import Speaker

Event = dict[str, Any]

CHANNELS = ("wechat", "web", "ivr")
# Shares of a model over sixty-seven intents, which sum to 1. Measured on the held-out utterances of `tests/nlu`.
# Below this the best intent is a guess. Right answers lie far above.
DOUBT = 0.3
# Between DOUBT and this the best intent is right three times in five, but six times in seven one of the first two is:
# asking which costs less than guessing. From here on the best leads by a fifth, so the first two are never close.
SURE = 0.6
# A yes that writes something is never a guess: of the real ones more than nine in ten have this much or are made of words
# of assent (`assent.py`), of nonsense next to nothing has.
ASSENT = 0.9
# Two wishes stand out when the second has this much, and both together more than all others.
SECOND, TOGETHER = 0.15, 0.5
# For danger to life recall counts: a needless warning costs a line, a missed one may cost a life. Rooms do not import
# each other, so `conversations/emergency.py` and `bot/evaluation/scores.py` hold the same number; a test compares them.
DANGER = 0.3
EMERGENCY = "report_emergency"
ANSWERING = frozenset({"inform", "affirm", "deny", "repeat", "wait"})  # intents without a matter of their own
# What people say around a value that they give: 那…呢, 从…到…为止, 大概…吧.
_AROUND_A_VALUE = re.compile(
    r"(?:[那么呢啊嘛呀吧哦嗯呃吗的了是就在于从自到至起止，,、。.？?！!~ ]|开始|为止|截止|结束|之间|大概|大约|左右|差不多|可能|应该|打算|准备|计划)*"
)
# A year is read digit by digit; two of something is 两.
_NUMERAL = re.compile(r"(?P<year>\d{4})(?=年)|(?P<two>(?<![\d.])2(?=[个年天次人口户台根块]))|\d+(?:\.\d+)?")


class Turn:
    """What an action knows, and its mouth.

    | call | gives |
    |---|---|
    | `text` `intent` `yes` `no` `entities(name)` `nothing_but(name)` `moment` | the resident's message |
    | `slot(name)` `asking(form)` `events` `standing` `offered` `said_before()` | where the conversation stands |
    | `say(key, **values)` | words of `data/responses` to the resident |
    | `show(picture, alt)` `lead_to(page)` | a picture kept by the desk, a page on the web, where `screen` is true |
    | `piece(key, **values)` `spoken(text)` | words to put into others |
    """

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, clients: Clients) -> None:
        self.dispatcher, self.tracker, self.clients = dispatcher, tracker, clients
        self.message: dict[str, Any] = tracker.latest_message or {}
        self.metadata: dict[str, Any] = self.message.get("metadata") or {}
        self.conversation = str(tracker.sender_id)
        self.channel = str(self.metadata.get("channel") or tracker.get_latest_input_channel() or "web")

    @property
    def epoch(self) -> int:
        """Whose turn it was when the message was accepted. Raises `BadInput`: no message came through the door."""
        epoch = self.metadata.get("epoch")
        if not isinstance(epoch, int):
            raise BadInput("metadata.epoch: must be an integer")
        return epoch

    @property
    def message_id(self) -> str:
        """The message's id, the key of everything this turn causes. Raises `BadInput`."""
        found = self.metadata.get("message_id") or self.message.get("message_id")
        if not found:
            raise BadInput("metadata.message_id: missing")
        return str(found)

    @property
    def caller(self) -> str:
        """The telephone number the message came from, digits only; '' where the channel knows none."""
        return str(self.metadata.get("caller") or "")

    @property
    def text(self) -> str:
        return str(self.message.get("text") or "")

    @property
    def intent(self) -> str:
        return str((self.message.get("intent") or {}).get("name") or "")

    @property
    def confidence(self) -> float:
        return float((self.message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """Intents with their shares, best first."""
        ranking = self.message.get("intent_ranking") or []
        return [(str(r.get("name") or ""), float(r["confidence"])) for r in ranking]

    def _share(self, intent: str) -> float:
        return max((share for name, share in self.ranking if name == intent), default=0.0)

    @property
    def danger(self) -> bool:
        """Whether the message may well report danger to life, whatever else it says."""
        said = self.confidence if self.intent == EMERGENCY else 0.0
        return max(said, self._share(EMERGENCY)) >= DANGER

    @property
    def understood(self) -> bool:
        """Whether the best intent may be acted on."""
        if self.danger:
            return self.intent == EMERGENCY
        return self.confidence >= DOUBT

    @property
    def yes(self) -> bool:
        """Whether the message says yes beyond doubt: nonsense is called a yes as well."""
        enough = SURE if assent.opens(self.text) else ASSENT
        return self.understood and self.intent == "affirm" and self.confidence >= enough

    @property
    def no(self) -> bool:
        """Whether the message says no, and surely."""
        return self.understood and self.intent == "deny" and self.confidence >= SURE

    def hear_as(self, text: str, intent: str) -> None:
        """Take the message for `text`, meaning `intent` for certain: where the question that stands leaves no other way."""
        certain = {"name": intent, "confidence": 1.0}
        self.message = {
            **self.message, "text": text, "intent": certain, "intent_ranking": [certain], "entities": [],
        }  # fmt: skip

    def share(self, *intents: str) -> float:
        """How much of the message's meaning these intents have together, of 1."""
        return sum(self._share(intent) for intent in intents)

    def entities(self, name: str) -> list[dict[str, Any]]:
        """The message's entities of that name, in order."""
        found = [e for e in self.message.get("entities") or [] if e.get("entity") == name]
        return sorted(found, key=lambda e: int(e.get("start") or 0))

    def words_of(self, entity: dict[str, Any]) -> str:
        """An entity as the resident wrote it."""
        return self.text[int(entity.get("start") or 0) : int(entity.get("end") or 0)] or str(entity["value"])

    @property
    def address(self) -> str:
        """The address in the message, '' if there is none; its spans joined, since people pause within one."""
        return "".join(self.words_of(entity) for entity in self.entities("address"))

    def nothing_but(self, *names: str) -> bool:
        """Whether the message is made of such entities, and of what people say around them."""
        rest = self.text
        for entity in (entity for name in names for entity in self.entities(name)):
            rest = rest.replace(self.words_of(entity), "")
        return rest != self.text and bool(_AROUND_A_VALUE.fullmatch(rest))

    @property
    def moment(self) -> datetime | None:
        """The beginning of the first time the message names; aware."""
        for entity in self.entities("time"):
            try:
                found = datetime.fromisoformat(str(entity.get("from")))
            except ValueError:
                continue
            if found.tzinfo is not None:
                return found
        return None

    def slot(self, name: str) -> Any:
        return self.tracker.slots.get(name)

    @cached_property
    def _turns(self) -> list[list[Event]]:
        return history.turns(self.tracker.events)

    @property
    def events(self) -> list[Event]:
        """This turn's events so far, its message first."""
        return self._turns[0] if self._turns else []

    @property
    def earlier(self) -> list[list[Event]]:
        """The turns before this one, latest first."""
        return self._turns[1:]

    @property
    def given_back(self) -> bool:
        """Whether it is decided already what the message means: an action gave it, or a part of it, to the rules."""
        return bool(self.earlier) and self.earlier[0][0].get("message_id") == self.message_id

    @property
    def standing(self) -> Any:
        """What was offered in the turn before, good for this message only: `handoff`, or two wishes (`doubt.py`)."""
        return history.slot_set(self.earlier[0], "offer") if self.earlier else None

    @property
    def offered(self) -> bool:
        """Whether a person was offered in the turn before."""
        return bool(self.standing == "handoff")

    def said_before(self, turns: int = 1) -> bool:
        """Whether all that this turn says was said in each of so many turns before it."""
        said = [message["text"] for message in self.dispatcher.messages if not message["custom"]]
        before = [[words["text"] for words in history.words(events)] for events in self.earlier[:turns]]
        return (
            bool(said)
            and len(before) == turns
            and all(any(now in text for text in texts) for now in said for texts in before)
        )

    def asking(self, form: str) -> dict[str, Any]:
        """How the question of `form` stands: `tries` in vain, `options` to choose from, `problem` to speak of."""
        kept = self.slot("asking") or {}
        return dict(kept) if kept.get("form") == form else {}

    @property
    def loop(self) -> str | None:
        """The open form."""
        name: str | None = self.tracker.active_loop_name
        return name

    def say(self, key: str, **values: Any) -> None:
        """Raises `MisconfiguredError` when words or values are missing."""
        words = self.clients.wording.render(key, self.channel, values)
        self.dispatcher.utter_message(text=words.text, buttons=words.buttons)
        self.lead_to(words.page, unasked=True)

    def choose(self, key: str, titles: list[str], **values: Any) -> None:
        """Say `key` with `{options}`, numbered; where there is a screen each is a button as well."""
        listed = [self.piece("part_option", number=n, title=self.spoken(t)) for n, t in enumerate(titles, 1)]
        between = self.piece("part_list_pause") if self.channel == "ivr" else "\n"
        words = self.clients.wording.render(key, self.channel, {**values, "options": between.join(listed)})
        buttons = [] if self.channel == "ivr" else [{"title": t, "payload": t} for t in titles]
        self.dispatcher.utter_message(text=words.text, buttons=buttons)

    @property
    def screen(self) -> bool:
        """Whether the resident can see a picture; on the telephone all is said in words."""
        return self.channel != "ivr"

    def show(self, picture: str, alt: str) -> None:
        """A picture (`clients.desk.keep_picture`) as a message of its own; `alt` is read where it cannot be seen.

        On the telephone nothing: there the action itself says what the picture shows.
        """
        if self.screen:
            self.dispatcher.utter_message(text=alt, json_message={"picture": picture})

    def lead_to(self, name: str, *, unasked: bool = False) -> None:
        """A page of `data/knowledge/pages.yml` as a card, a message of its own; '' leads nowhere.

        Once a turn, where there is a screen and while the page holds: the words before it stand without it. `unasked`:
        nobody asked for it, so it is not shown two turns running.
        """
        page = self.clients.pages.get(name, self.clients.wording.province) if name and self.screen else None
        if page is None:
            return
        turns = [self.events, *(self.earlier[:1] if unasked else ())]
        earlier = [words["data"] for events in turns for words in history.words(events)]
        now = [message["custom"] or {} for message in self.dispatcher.messages]
        card = {"title": page.title, "about": page.about, "url": page.url, "page": name}
        if all(data.get("card") != card for data in earlier + now):
            text = self.piece("page", title=page.title, url=page.url)
            self.dispatcher.utter_message(text=text, json_message={"card": card})

    def join(self) -> None:
        """What one action says is one message, to a person it is one answer; what it shows stays its own, below."""
        said = [message for message in self.dispatcher.messages if not message["custom"]]
        shown = [message for message in self.dispatcher.messages if message["custom"]]
        self.dispatcher.messages.clear()
        if said:
            self.dispatcher.utter_message(
                text=("\n" if self.screen else "").join(message["text"] for message in said),
                buttons=[button for message in said for button in message["buttons"]],
            )
        self.dispatcher.messages.extend(shown)

    def piece(self, key: str, **values: Any) -> str:
        """A part of a sentence."""
        return self.clients.wording.text(f"utter_{key}", self.channel, **values)

    def spoken(self, text: str) -> str:
        """Somebody else's text: on the telephone its numerals as words (60弄: 六十弄, 2024年: 二零二四年, 2个: 两个)."""
        if self.channel != "ivr":
            return text
        speaker = Speaker(spoken=True)

        def words(found: re.Match[str]) -> str:
            if found["two"]:
                return str(speaker.words["two"])
            return speaker.render(found[0], "digits" if found["year"] else "number")

        return _NUMERAL.sub(words, text)

    @property
    def matter(self) -> str:
        """What the resident wants: the message's intent, or the one before it that this message only serves."""
        serves = self.intent in ANSWERING or any(name.endswith("_form") for name in history.done(self.events))
        return str((serves and self.slot("matter")) or self.intent)

    def about(self) -> list[Event]:
        """Events that remember what the resident wants."""
        return [SlotSet("matter", self.matter)]

    def to_person(self, reason: str) -> list[Event]:
        """Events that hand over to a person, and why."""
        return [SlotSet("handoff_reason", reason), FollowupAction("action_handoff")]

    def offer(self, reason: str = "beyond_bot") -> list[Event]:
        """Events that remember the offer of a person, and why."""
        return [SlotSet("offer", "handoff"), SlotSet("handoff_reason", reason), *self.about()]
