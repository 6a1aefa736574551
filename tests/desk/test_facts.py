"""What a ticket knows: told in parts, told twice, and shown to the agent without losing the earlier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conversations.ports import InboundMessage, Parse
from tests.desk.conftest import Browser, World


def spans(text: str, **found: str) -> list[dict[str, Any]]:
    """Entities of a message by name and words; a name's second one ends with `_`."""
    return [
        {"entity": name.rstrip("_"), "start": text.index(words), "end": text.index(words) + len(words), "value": words}
        for name, words in found.items()
    ]  # fmt: skip


async def says(world: World, text: str, **found: str) -> None:
    world.bot.parsed = Parse("inform", 0.9, {}, spans(text, **found))
    _, turn = await world.writes(text)
    await world.turns.run(turn.id)


async def test_that_a_door_told_later_completes_the_address(world: World) -> None:
    number = await world.waiting(facts={"address": "牡丹路60弄"})
    await says(world, "我家3号楼502室", address="3号楼502室")
    assert (await world.ticket(number)).facts == {"address": "牡丹路60弄3号楼502室"}
    await says(world, "是牡丹路60弄，不对，503室", address="牡丹路60弄", address_="503室")
    assert (await world.ticket(number)).facts == {"address": "牡丹路60弄3号楼503室"}


async def test_that_another_place_replaces_the_address_and_the_agent_sees_both(
    world: World, browsers: Sequence[Browser]
) -> None:
    number = await world.claimed("agent1", facts={"address": "牡丹路60弄"})
    await says(world, "3号楼", address="3号楼")
    page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
    assert "before-address" not in page  # the latest holds it
    assert "（原为 牡丹路60弄）" in page
    await says(world, "是花木路100号停电", address="花木路100号")
    ticket = (await browsers[0].http.get(f"/api/tickets/{number}")).json()
    assert ticket["facts"]["address"] == "花木路100号"
    assert ticket["told_before"] == {"address": ["牡丹路60弄", "牡丹路60弄3号楼"]}
    page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
    assert "先前说：牡丹路60弄3号楼" in page
    assert "（原为 牡丹路60弄3号楼）" in page


async def test_that_two_account_numbers_are_both_shown_and_veiled_from_others(
    world: World, browsers: Sequence[Browser]
) -> None:
    number = await world.claimed("agent1")
    text = "户号3100000000018，还有一个3200456789"
    await says(world, text, account_number="3100000000018", account_number_="3200456789")
    ticket = (await browsers[0].http.get(f"/api/tickets/{number}")).json()
    assert ticket["facts"]["account_number"] == "3200456789"
    assert ticket["told_before"] == {"account_number": ["3100000000018"]}
    page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
    assert 'data-testid="before-account_number"' in page
    assert "3100000000018" not in (await browsers[1].http.get(f"/api/tickets/{number}")).text


@pytest.mark.parametrize(
    ("typed", "stood_for", "text", "choice"),
    [("1", "催办", "1", "催办"), ("不用", "不用了", "不用", ""), ("", "催办", "催办", "")],
)
async def test_that_the_transcript_shows_what_was_typed(
    world: World, browsers: Sequence[Browser], typed: str, stood_for: str, text: str, choice: str
) -> None:
    number = await world.claimed("agent1")
    payload = {"typed": typed} if typed else {}
    await world.house.receive(
        InboundMessage("wechat", "account", "openid-1", "m-typed", stood_for, payload=payload)
    )
    line = (await browsers[0].http.get(f"/api/tickets/{number}")).json()["transcript"][-1]
    assert (line["text"], line["choice"]) == (text, choice)
    page = (await browsers[0].http.get(f"/desk/tickets/{number}")).text
    assert ("选的是“催办”" in page) is bool(choice)
