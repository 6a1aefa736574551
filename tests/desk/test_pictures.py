"""Pictures in an agent's transcript: for the assignee, who sees what was shown; no veil covers a picture."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from conversations import record
from conversations.ports import Said
from kit import clock
from tests.desk.conftest import Browser, World
from tests.pictures import png

ALT = "1至6月用电量：6月最多"


async def picture(world: World, **resident: str) -> str:
    """The bot shows a resident a picture."""
    conversation, _ = await world.writes("用电量", **resident)
    kept = await world.house.pictures.keep(conversation.id, png=png(), alt=ALT)
    async with world.db.work() as session:
        locked = await record.lock_conversation(session, conversation.id)
        await record.say(session, locked, Said(ALT, data={"picture": str(kept)}), author="bot")
    return str(kept)


@pytest.fixture
async def shown(world: World) -> tuple[str, str]:
    """agent1's ticket, and the picture in its transcript."""
    kept = await picture(world)
    return await world.claimed(), kept


async def test_that_the_assignee_sees_the_picture(
    shown: tuple[str, str], browsers: Sequence[Browser]
) -> None:
    number, kept = shown
    address = f"/api/tickets/{number}/pictures/{kept}"
    had = await browsers[0].http.get(address)
    assert (had.status_code, had.headers["content-type"], had.content) == (200, "image/png", png())
    assert had.headers["cache-control"].startswith("private")
    lines = (await browsers[0].http.get(f"/api/tickets/{number}")).json()["transcript"]
    assert [(line["picture"], line["text"]) for line in lines if line["picture"]] == [(kept, ALT)]
    page = (await browsers[0].http.get(f"/desk/tickets/{number}/transcript")).text
    assert f'src="{address}" alt="{ALT}"' in page


async def test_that_other_agents_read_its_words_only(
    shown: tuple[str, str], browsers: Sequence[Browser]
) -> None:
    number, kept = shown
    assert (await browsers[1].http.get(f"/api/tickets/{number}/pictures/{kept}")).status_code == 403
    lines = (await browsers[1].http.get(f"/api/tickets/{number}")).json()["transcript"]
    assert [line["text"] for line in lines if line["author"] == "bot"] == [ALT]
    assert not any(line["picture"] for line in lines)
    page = (await browsers[1].http.get(f"/desk/tickets/{number}/transcript")).text
    assert "/pictures/" not in page
    assert ALT in page


async def test_that_a_picture_of_another_conversation_is_not_had_by_ones_own_ticket(
    world: World, shown: tuple[str, str], browsers: Sequence[Browser]
) -> None:
    number, _ = shown
    others = await picture(world, resident="openid-2")
    for kept in (others, str(uuid.uuid4())):
        assert (await browsers[0].http.get(f"/api/tickets/{number}/pictures/{kept}")).status_code == 404


async def test_that_a_closed_ticket_ends_where_it_was_closed(
    world: World, shown: tuple[str, str], browsers: Sequence[Browser]
) -> None:
    number, kept = shown
    closed = await browsers[0].post(f"/api/tickets/{number}/close", json={"outcome": "resolved"})
    assert closed.status_code == 200
    conversation, _ = await world.writes("用电量")
    later = await world.house.pictures.keep(conversation.id, png=png(seed=1), alt=ALT)
    async with world.db.work() as session:
        locked = await record.lock_conversation(session, conversation.id)
        await record.say(session, locked, Said(ALT, data={"picture": str(later)}), author="bot")
    assert (await browsers[0].http.get(f"/api/tickets/{number}/pictures/{kept}")).status_code == 200
    assert (await browsers[0].http.get(f"/api/tickets/{number}/pictures/{later}")).status_code == 404


async def test_that_after_its_day_the_transcript_has_its_words(
    shown: tuple[str, str], browsers: Sequence[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, kept = shown
    real = clock.now
    monkeypatch.setattr("conversations.pictures.clock.now", lambda: real() + timedelta(hours=11))
    monkeypatch.setattr("conversations.pictures.KEPT", timedelta(hours=10))
    assert (await browsers[0].http.get(f"/api/tickets/{number}/pictures/{kept}")).status_code == 404
    page = (await browsers[0].http.get(f"/desk/tickets/{number}/transcript")).text
    assert "/pictures/" not in page
    assert f">{ALT}<" in page
