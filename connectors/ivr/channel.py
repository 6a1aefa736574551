"""The telephone as a channel of the record."""

from __future__ import annotations

from conversations.models import Conversation, Message
from conversations.ports import Delivery

NAME = "ivr"
ACCOUNT = "ivr"


class IvrChannel:
    """Words are fetched by the gateway's next request; after the call nobody can be reached."""

    name = NAME
    pushes = False
    remembers = False

    async def send(self, conversation: Conversation, message: Message) -> Delivery:
        """Never possible: the gateway opens every request."""
        return Delivery("failed", "a call cannot be written to")
