"""Claims and leases: one holder at a time, and nothing lost when a browser dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from desk.errors import Lost, Taken
from desk.models import Ticket
from kit import clock
from kit.errors import Conflict, NotFound
from tests.desk.conftest import World


async def claim(world: World, number: str, by: str) -> Ticket:
    async with world.db.work() as session:
        return await world.desk.claim(session, number=number, agent=world.agents[by])


async def take(world: World, by: str) -> str:
    async with world.db.work() as session:
        return (await world.desk.take_next(session, agent=world.agents[by])).number


async def beat(world: World, number: str, by: str, draft: str | None = None) -> Ticket:
    async with world.db.work() as session:
        return await world.desk.heartbeat(
            session, number=number, agent=world.agents[by], draft=draft, read_seq=None
        )


async def place(world: World, number: str) -> int | None:
    async with world.db.work() as session:
        return await world.desk.place_in_line(session, (await world.ticket(number)).conversation_id)


async def test_that_of_two_who_claim_together_exactly_one_wins_a_hundred_times(world: World) -> None:
    names = ("agent1", "agent2")
    wins = dict.fromkeys(names, 0)
    for round_ in range(100):
        number = await world.waiting(resident=f"resident-{round_}")
        order = names if round_ % 2 else names[::-1]
        results = await asyncio.gather(
            *(claim(world, number, name) for name in order), return_exceptions=True
        )
        won = [name for name, result in zip(order, results, strict=True) if isinstance(result, Ticket)]
        lost = [result for result in results if isinstance(result, Taken)]
        assert len(won) == len(lost) == 1
        assert lost[0].by == world.agents[won[0]].display_name
        assert (await world.ticket(number)).assignee_id == world.agents[won[0]].id
        assert (await world.events(number)).count("claimed") == 1
        assert (await world.owner(number))[0] == "agent"
        wins[won[0]] += 1
    assert sum(wins.values()) == 100


async def test_that_the_loser_hears_who_and_since_when(world: World) -> None:
    number = await world.claimed("agent1")
    with pytest.raises(Taken) as refused:
        await claim(world, number, "agent2")
    assert world.agents["agent1"].display_name in str(refused.value)
    assert refused.value.since.isoformat(timespec="seconds") in str(refused.value)
    assert refused.value.status == 409


async def test_that_claiming_ones_own_ticket_again_changes_nothing(world: World) -> None:
    number = await world.claimed("agent1")
    before = await world.owner(number)
    await claim(world, number, "agent1")
    assert await world.owner(number) == before
    assert await world.events(number) == ["opened", "claimed"]


async def test_that_the_next_ticket_is_the_urgent_one_then_the_one_that_waits_longest(world: World) -> None:
    first, second = await world.waiting(resident="a"), await world.waiting(resident="b")
    urgent = await world.waiting(resident="c", urgent=True, reason="emergency")
    assert [await place(world, number) for number in (first, second, urgent)] == [2, 3, 1]
    async with world.db.work() as session:
        listed = [row[0].number for row in await world.desk.list_tickets(session, state="queued")]
    assert listed == [urgent, first, second]
    assert [await take(world, "agent1") for _ in range(3)] == listed
    with pytest.raises(NotFound) as nobody:
        await take(world, "agent1")
    assert nobody.value.code == "queue_empty"
    assert await place(world, first) is None


async def test_that_agents_who_take_the_next_together_get_different_tickets(world: World) -> None:
    numbers = {await world.waiting(resident=f"r{n}") for n in range(6)}
    taken = await asyncio.gather(*(take(world, ("agent1", "agent2")[n % 2]) for n in range(6)))
    assert set(taken) == numbers


async def test_that_a_lapsed_lease_returns_the_ticket_with_draft_and_place(world: World) -> None:
    number = await world.claimed("agent1", resident="a")
    later = await world.waiting(resident="b")
    await beat(world, number, "agent1", draft="您好，我帮您查")
    queued_at = (await world.ticket(number)).queued_at
    owner, epoch = await world.owner(number)
    assert owner == "agent"

    await world.lapse(number)

    ticket = await world.ticket(number)
    assert (ticket.state, ticket.assignee_id, ticket.lease_until) == ("queued", None, None)
    assert (ticket.draft, ticket.queued_at) == ("您好，我帮您查", queued_at)
    assert await world.owner(number) == ("queue", epoch + 1)
    assert [await place(world, n) for n in (number, later)] == [1, 2]
    event = await world.last_event(number)
    assert (event.kind, event.actor) == ("lease_lapsed", world.agents["agent1"].display_name)
    assert (await claim(world, number, "agent2")).draft == "您好，我帮您查"


async def test_that_a_heartbeat_keeps_the_lease_and_a_late_one_is_refused(world: World) -> None:
    number = await world.claimed("agent1")
    ticket = await beat(world, number, "agent1")
    assert ticket.lease_until is not None
    assert timedelta(seconds=85) < ticket.lease_until - clock.now() <= timedelta(seconds=90)
    await world.desk.sweep()
    assert (await world.ticket(number)).state == "active"
    await world.lapse(number)
    with pytest.raises(Lost):
        await beat(world, number, "agent1", draft="zu spät")
    assert (await world.ticket(number)).draft == ""
    await claim(world, number, "agent2")
    with pytest.raises(Taken):
        await beat(world, number, "agent1")


async def test_that_a_resident_who_heard_from_a_person_is_told_once_that_the_person_left(
    world: World,
) -> None:
    number = await world.claimed("agent1")
    await world.lapse(number)
    assert len(await world.said_in(number)) == 2  # nobody had spoken, so nothing is said
    for token in ("token-0001", "token-0002"):
        await claim(world, number, "agent1")
        await world.reply(number, "您好", token=token)
        await world.lapse(number)
    told = [m for m, _ in await world.said_in(number) if m.author == "system"]
    assert len(told) == 2  # the number at the handoff, and one apology


async def test_that_release_by_hand_is_the_holders_or_a_supervisors(world: World) -> None:
    number = await world.claimed("agent1")
    async with world.db.work() as session:
        with pytest.raises(Taken):
            await world.desk.release(session, number=number, agent=world.agents["agent2"])
    async with world.db.work() as session:
        await world.desk.release(session, number=number, agent=world.agents["supervisor"])
    assert (await world.ticket(number)).state == "queued"
    assert (await world.last_event(number)).kind == "released"
    async with world.db.work() as session:
        with pytest.raises(Lost):
            await world.desk.release(session, number=number, agent=world.agents["supervisor"])


async def test_that_claims_withdrawals_and_facts_at_the_same_time_neither_deadlock_nor_break_the_rules(
    world: World,
) -> None:
    for round_ in range(20):
        number = await world.waiting(resident=f"r{round_}")
        conversation_id = (await world.ticket(number)).conversation_id

        async def withdraw(conversation_id: object = conversation_id) -> None:
            from conversations import record

            async with world.db.work() as session:
                conversation = await record.lock_conversation(session, conversation_id)  # type: ignore[arg-type]
                await world.desk.withdraw(session, conversation)

        results = await asyncio.gather(
            claim(world, number, "agent1"), withdraw(), take(world, "agent2"), world.desk.sweep(),
            return_exceptions=True,
        )  # fmt: skip
        assert all(r is None or isinstance(r, Ticket | str | Conflict | NotFound) for r in results), results
        ticket, (owner, _) = await world.ticket(number), await world.owner(number)
        assert (ticket.state, owner) in {("active", "agent"), ("closed", "bot")}
    async with world.db.work() as session:
        doubles = (
            select(Ticket.conversation_id).where(Ticket.state != "closed").group_by(Ticket.conversation_id)
        )
        assert (await session.execute(doubles.having(func.count() > 1))).all() == []
