"""Pictures in the record: kept once, for a day, for their own conversation; said once, in order."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conversations.models import PICTURE_BYTES, Conversation, Message, Picture
from conversations.pictures import shown_in
from conversations.ports import BotTurn, Said
from kit import clock
from kit.errors import BadInput, HotlineError, NotFound, TooLarge
from tests.conversations.conftest import House
from tests.pictures import png

ALT = "1至6月用电量：6月最多"


@pytest.fixture
async def conversation(house: House) -> uuid.UUID:
    return uuid.UUID(str((await house.write("用电量")).conversation_id))


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> object:
    """Call it, and a day has passed."""
    real = clock.now
    return lambda: monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=24, seconds=1))


async def test_that_a_picture_is_had_by_its_own_conversation_only(
    house: House, conversation: uuid.UUID
) -> None:
    pictures = house.conversations.pictures
    kept = await pictures.keep(conversation, png=png(), alt=ALT)
    assert await pictures.get(kept, conversation_id=conversation) == png()
    other = (await house.write("x", resident="o2")).conversation_id
    for picture, asking in ((kept, other), (uuid.uuid4(), conversation)):
        with pytest.raises(NotFound):
            await pictures.get(picture, conversation_id=asking)


async def test_that_the_same_picture_is_kept_once_a_conversation(
    house: House, conversation: uuid.UUID
) -> None:
    pictures = house.conversations.pictures
    other = (await house.write("x", resident="o2")).conversation_id
    first, again = [await pictures.keep(conversation, png=png(), alt=ALT) for _ in range(2)]
    assert first == again
    assert await pictures.keep(other, png=png(), alt=ALT) != first
    assert await pictures.keep(conversation, png=png(seed=1), alt=ALT) != first
    assert await house.rows(select(func.count()).select_from(Picture)) == [3]


@pytest.mark.parametrize(
    ("data", "alt", "refusal"),
    [
        (b"GIF89a" + png()[6:], ALT, BadInput),
        (png()[:-1], ALT, BadInput),
        (b"", ALT, BadInput),
        (png(500, 420), ALT, TooLarge),
        (png(), " ", BadInput),
        (png(), "图" * 1001, BadInput),
    ],
)
async def test_that_what_is_no_picture_is_refused_and_not_kept(
    house: House, conversation: uuid.UUID, data: bytes, alt: str, refusal: type[HotlineError]
) -> None:
    with pytest.raises(refusal):
        await house.conversations.pictures.keep(conversation, png=data, alt=alt)
    assert await house.rows(select(Picture)) == []


async def test_that_the_largest_picture_is_kept(house: House, conversation: uuid.UUID) -> None:
    large = png(499, 399)
    assert PICTURE_BYTES - 1000 < len(large) <= PICTURE_BYTES
    kept = await house.conversations.pictures.keep(conversation, png=large, alt=ALT)
    assert await house.conversations.pictures.get(kept, conversation_id=conversation) == large


async def test_that_nobody_keeps_a_picture_in_no_conversation(house: House) -> None:
    with pytest.raises(NotFound):
        await house.conversations.pictures.keep(uuid.uuid4(), png=png(), alt=ALT)


async def test_that_after_its_day_a_picture_is_gone_and_its_words_stay(
    house: House,
    conversation: uuid.UUID,
    a_day_later: object,
) -> None:
    pictures = house.conversations.pictures
    kept = await pictures.keep(conversation, png=png(), alt=ALT)
    message = Message(text=ALT, payload={"data": {"picture": str(kept)}}, created_at=clock.now())
    await pictures.sweep()
    assert (await pictures.get(kept, conversation_id=conversation), shown_in(message)) == (png(), kept)
    a_day_later()  # type: ignore[operator]
    assert shown_in(message) is None
    with pytest.raises(NotFound):
        await pictures.get(kept, conversation_id=conversation)
    await pictures.sweep()
    assert await house.rows(select(Picture)) == []


@pytest.mark.parametrize("payload", [{}, {"data": None}, {"data": {}}, {"data": {"picture": "../x"}}])
def test_that_other_messages_show_no_picture(payload: dict[str, object]) -> None:
    assert shown_in(Message(text="x", payload=payload, created_at=clock.now())) is None


async def test_that_a_picture_is_one_row_of_the_outbox_in_its_place_and_said_once(house: House) -> None:
    kept = str(uuid.uuid4())

    async def shows(conversation: Conversation, message: Message, epoch: int) -> BotTurn:
        return BotTurn([Said("before"), Said(ALT, data={"picture": kept}), Said("after")])

    house.bot.script = shows
    accepted = await house.write("用电量")
    for _ in range(2):
        await house.turns.run(accepted.turn_id)
    assert [text for text, _ in await house.outbox()][1:] == ["before", ALT, "after"]
    for _ in range(2):
        await house.turns.deliver(accepted.conversation_id)
    assert house.wechat.sent[1:] == ["before", ALT, "after"]
    [message] = await house.rows(select(Message).filter_by(text=ALT))
    assert str(shown_in(message)) == kept
