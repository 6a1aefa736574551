"""What the platform pushed, as ours, and what fits into one reply."""

from __future__ import annotations

import uuid

import pytest

from connectors.wechat.inbound import message_id, understand
from connectors.wechat.reply import compose
from conversations.models import Message
from conversations.service import Word
from kit.errors import BadInput
from kit.wording import Wording

BASE = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1714112445"}
TEXT = BASE | {"MsgType": "text", "Content": "停电", "MsgId": "1"}
WORDING = Wording()


@pytest.mark.parametrize(
    "other",
    [
        TEXT | {"MsgId": "2"}, TEXT | {"CreateTime": "1714112446"}, TEXT | {"MsgType": "voice"},
        BASE | {"MsgType": "event", "Event": "CLICK", "EventKey": "a"},
        BASE | {"MsgType": "event", "Event": "CLICK", "EventKey": "b"},
        BASE | {"MsgType": "event", "Event": "VIEW", "EventKey": "a"},
    ],
)  # fmt: skip
def test_that_different_pushes_have_different_keys(other: dict[str, str]) -> None:
    assert message_id(other) != message_id(TEXT)
    assert message_id(dict(other)) == message_id(other)


def test_that_messages_without_a_number_differ_by_their_content() -> None:
    bare = {key: value for key, value in TEXT.items() if key != "MsgId"}
    assert message_id(bare) != message_id(bare | {"Content": "来电了"})


def test_that_a_long_key_fits_into_its_column() -> None:
    event = BASE | {"MsgType": "event", "Event": "CLICK", "EventKey": "k" * 1000}
    assert len(message_id(event)) <= 200
    assert message_id(event) != message_id(event | {"EventKey": "k" * 999})


@pytest.mark.parametrize("missing", ["FromUserName", "ToUserName"])
def test_that_sender_and_receiver_are_needed(missing: str) -> None:
    with pytest.raises(BadInput):
        understand("wx1", TEXT | {missing: ""})


def test_that_a_kind_newer_than_this_program_still_reaches_people() -> None:
    message = understand("wx1", BASE | {"MsgType": "hologram", "MsgId": "1"}).message
    assert message
    assert (message.kind, message.payload) == ("event", {"type": "hologram"})


def test_that_a_push_without_a_kind_is_nobodys_message() -> None:
    assert understand("wx1", BASE).message is None


def words(*texts: str, turn: uuid.UUID | None = None) -> list[Word]:
    return [
        Word(
            number,
            Message(id=uuid.uuid4(), seq=number, author="bot", text=text, payload={}, turn_id=turn),
        )
        for number, text in enumerate(texts, 1)
    ]


def test_that_a_reply_is_filled_to_the_last_byte_and_not_beyond() -> None:
    reply = compose(words("a" * 1000, "b" * 998), WORDING)
    assert len(reply.text.encode()) == 2000
    assert reply.left == []
    reply = compose(words("a" * 1000, "b" * 999), WORDING)
    assert reply.text == "a" * 1000
    assert [word.message.text[0] for word in reply.left] == ["b"]


def test_that_nothing_overtakes_what_does_not_fit() -> None:
    reply = compose(words("a" * 10, "b" * 3000, "c"), WORDING)
    assert reply.text == "a" * 10
    assert len(reply.left) == 2


def test_that_a_redelivery_gives_the_words_of_its_turn_before_all_others() -> None:
    turn = uuid.uuid4()
    older, own = words("older" * 200)[0], words("", "own" * 400, turn=turn)[1]
    reply = compose([older, own], WORDING, first=turn)
    assert reply.said == [own]
    assert reply.left == [older]
