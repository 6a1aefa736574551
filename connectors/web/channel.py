"""The web chat as a channel of the record."""

from __future__ import annotations

from conversations.models import Conversation, Message
from conversations.ports import Delivery

NAME = "web"
ACCOUNT = "web"


class WebChannel:
    """Words are fetched by the page's stream. An agent may write while the visit is open, not after it."""

    name = NAME
    pushes = False
    remembers = True

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        """Never possible: the page opens every request."""
        return Delivery("failed", "a page cannot be written to")
