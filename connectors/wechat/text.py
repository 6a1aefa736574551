"""A message as WeChat text: choices as numbered lines, a page as a link, an agent's words with the agent's name."""

from __future__ import annotations

import re

from conversations.cards import card_in
from conversations.models import Message
from kit.wording import Wording

# A link that writes its words for the resident. The platform opens it in passive and pushed text, but nowhere documents it.
_QUICK_REPLY = '<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={number}">{line}</a>'
_SAFE = re.compile(
    r"[\w（）·、，。？！：“”]+"
)  # what can stand in the address as it is; nobody documents an escape


def rendered(message: Message, wording: Wording, *, menu_links: bool = False) -> str:
    """The text; `menu_links`: a tap on a choice answers it."""
    if card := card_in(message):
        return wording.text("wechat_page", "wechat", url=card.url, title=card.title, about=card.about)
    text = message.text
    if message.author == "agent" and message.author_name:
        text = wording.text("wechat_agent_says", "wechat", name=message.author_name, text=text)
    if titles := choices(message):
        lines = [f"{number}. {title}" for number, title in enumerate(titles, 1)]
        if menu_links:
            lines = [_tapped(n, title) for n, title in enumerate(titles, 1)]
        text = wording.text("wechat_choices", "wechat", text=text, choices="\n".join(lines))
    return text


def choices(message: Message) -> list[str]:
    """What the message offers to choose from, in order."""
    return [str(button["title"]) for button in _buttons(message)]


def picked(message: Message, typed: str) -> str:
    """What the choice that was typed, by its number or its words, stands for; '' if it is none of the message's."""
    for number, button in enumerate(_buttons(message), 1):
        if typed in (str(number), button["title"]):
            return str(button.get("payload") or button["title"])
    return ""


def _buttons(message: Message) -> list[dict[str, str]]:
    return [button for button in message.payload.get("buttons") or [] if button.get("title")]


def _tapped(number: int, title: str) -> str:
    line = f"{number}. {title}"
    safe = _SAFE.fullmatch(title)
    return _QUICK_REPLY.format(content=title, number=number, line=line) if safe else line
