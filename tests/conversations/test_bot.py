"""What the bot is told of a conversation."""

from __future__ import annotations

import pytest

from conversations.bot import caller_of, in_order
from conversations.models import Conversation
from conversations.ports import Said


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


def test_that_choices_stand_under_the_last_words_and_before_what_is_shown() -> None:
    person, yes = {"title": "转人工", "payload": "转人工"}, {"title": "对", "payload": "对"}
    card = Said("a page", data={"card": {"title": "a page"}})
    words = [Said("sorry", [person]), card, Said("is it so?", [yes])]
    assert in_order(words) == [Said("sorry"), Said("is it so?", [yes, person]), card]
    assert in_order([card]) == [card]
    assert in_order([]) == []
