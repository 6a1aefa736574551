"""Cards that the assistant shows: a page on the web, by title and what can be done there.

What is said is a message whose text holds the page's address, and whose data has the card: `{"card": {"page", "title",
"about", "url"}}`. So a channel without cards has the words.
"""

from __future__ import annotations

from dataclasses import dataclass

from conversations.models import Message


@dataclass(frozen=True)
class Card:
    """`page`: its name in the catalogue of pages; `url`: https."""

    page: str
    title: str
    about: str
    url: str


def card_in(message: Message) -> Card | None:
    """The card that a message shows."""
    data = message.payload.get("data") or {}
    try:
        card = Card(**data["card"])
    except (KeyError, TypeError):
        return None
    return card if card.url.startswith("https://") else None
