"""Danger to life, told by a message alone: its words are said whoever owns the conversation and whatever else fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.disarm import speaks
from conversations.models import Message
from conversations.ports import BotFailed, Parse
from kit.logging import get

if TYPE_CHECKING:
    from conversations.service import Conversations

log = get(__name__)

EMERGENCY = "report_emergency"
EMERGENCY_CONFIDENCE = 0.3  # recall first: a needless warning costs a line, a missed one may cost a life
WORDS = "utter_emergency"
REASON = "emergency"


async def understand(house: Conversations, message: Message, channel: str) -> Parse:
    """What the resident means, without a tracker; nothing, if the bot's door does not answer."""
    if not speaks(message):
        return Parse("", 0.0)
    try:
        return await house.bot.parse(message, channel)
    except BotFailed as failure:
        log.warning("parse_failed", message=str(message.id), reason=str(failure))
        return Parse("", 0.0)


def told(parse: Parse) -> bool:
    """Whether the message may well report danger to life."""
    return parse.intent == EMERGENCY or parse.ranking.get(EMERGENCY, 0.0) >= EMERGENCY_CONFIDENCE
