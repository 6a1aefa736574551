"""The channel of `credentials.yml`: who runs `rasa run` by hand opens no unauthenticated webhook.

Rasa's stock channels let anybody who reaches the port speak as any resident. The door is `python -m bot.server`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint


class ClosedChannel(InputChannel):
    """Lists the hotline's channel and offers no route."""

    @classmethod
    def name(cls) -> str:
        """`hotline`."""
        return "hotline"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """A blueprint without routes."""
        return Blueprint("hotline_closed")
