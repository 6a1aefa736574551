"""What the bot is told of a conversation."""

from __future__ import annotations

import pytest

from conversations.bot import caller_of
from conversations.models import Conversation


@pytest.mark.parametrize(
    ("channel", "identity", "number"),
    [
        ("ivr", "ivr:13800001234", "13800001234"),
        ("ivr", "ivr:+8613800001234", "13800001234"),
        ("ivr", "ivr:008613800001234", "13800001234"),
        ("ivr", "ivr:021-61234567", "02161234567"),
        ("ivr", "ivr:call-7", ""),  # withheld: the call is its own identity
        ("ivr", "ivr:alice", ""),
        ("ivr", "ivr:110", ""),
        ("web", "web:13800001234", ""),
        ("wechat", "wechat:13800001234", ""),
    ],
)
def test_that_only_a_call_has_a_number_to_ring_back(channel: str, identity: str, number: str) -> None:
    assert caller_of(Conversation(channel=channel, resident="call-7", identity=identity)) == number
