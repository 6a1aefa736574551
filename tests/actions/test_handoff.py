"""Giving the conversation to a person: words first, once, and honest when it fails."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from actions.app import create_app
from kit.wording import Wording
from tests.actions import servers
from tests.actions.conftest import Quiet, World
from tests.actions.rasa import Talk, client
from tests.serving import serving

WORDS = Wording()
JSON = {"Content-Type": "application/json"}


async def test_that_a_person_comes_with_a_number_and_the_action_says_nothing(world: World) -> None:
    talk = world.talk()
    assert await talk.says("转人工", "request_agent") == ""
    [ticket] = await world.tickets(talk)
    assert (ticket.priority, ticket.reason, ticket.intent) == ("normal", "resident_asked", "request_agent")
    assert talk.slots["ticket_number"] == ticket.number
    assert talk.paused
    assert ticket.number[:4] in "".join(await world.said(talk))


async def test_that_safety_words_come_before_the_number(world: World) -> None:
    talk = world.talk("wechat")
    said = await talk.says("电线掉地上冒火花了", "report_emergency", ("device", "电线"))
    safety = WORDS.text("utter_emergency", "wechat")
    assert said == safety
    recorded = await world.said(talk)
    assert recorded[0] == safety
    [ticket] = await world.tickets(talk)
    assert (ticket.priority, ticket.reason) == ("urgent", "emergency")
    assert WORDS.text("utter_ticket_opened_urgent", "wechat", number=ticket.number) == recorded[1]
    assert ticket.facts["device"] == "电线"


async def test_that_a_hazard_is_urgent_too(world: World) -> None:
    talk = world.talk()
    await talk.says("电线杆歪了", "report_hazard")
    [ticket] = await world.tickets(talk)
    assert (ticket.priority, ticket.reason) == ("urgent", "hazard")


async def test_that_the_same_message_opens_one_ticket_and_speaks_once(world: World) -> None:
    talk = world.talk()
    await talk.hear("转人工")
    for _ in range(2):
        talk.events, talk.slots, talk.paused = [], {}, False
        await talk.again("转人工", "request_agent", [])
    assert len(await world.tickets(talk)) == 1
    assert len(await world.said(talk)) == 1


async def test_that_what_was_gathered_goes_with_the_ticket(world: World) -> None:
    talk = world.talk()
    await talk.says("牡丹路60弄怎么停电了", "query_outage", ("address", "牡丹路60弄"))
    await talk.says("扣了钱，给我转人工", "request_agent", ("amount", "钱"))
    [ticket] = await world.tickets(talk)
    assert ticket.facts == {"address": "牡丹路60弄", "amount": "钱"}
    assert ticket.intent == "request_agent"


async def test_that_a_door_told_with_the_wish_for_a_person_completes_the_address(world: World) -> None:
    talk = world.talk()
    await talk.says("牡丹路60弄怎么停电了", "query_outage", ("address", "牡丹路60弄"))
    await talk.says("我是3号楼502室，转人工", "request_agent", ("address", "3号楼502室"))
    [ticket] = await world.tickets(talk)
    assert ticket.facts["address"] == "牡丹路60弄3号楼502室"


async def test_that_what_a_form_gathered_goes_with_the_ticket(world: World, quiet: Quiet) -> None:
    talk = world.talk()
    await talk.says(f"{quiet.name}整栋楼没电，13800001234", "report_outage", ("address", quiet.name))
    await talk.says("转人工", "request_agent")
    [ticket] = await world.tickets(talk)
    gathered = {"address": quiet.full, "scope": "building", "phone_number": "13800001234"}
    assert {name: ticket.facts[name] for name in gathered} == gathered


async def test_that_danger_leaves_any_form(world: World) -> None:
    talk = world.talk()
    await talk.says("查电费", "query_bill")
    said = await talk.says("电线冒火花了", "report_emergency", confidence=0.4)
    assert said == WORDS.text("utter_emergency", "web")
    [ticket] = await world.tickets(talk)
    assert ticket.priority == "urgent"
    assert talk.loop is None


async def test_that_possible_danger_counts_though_another_intent_is_likelier(world: World) -> None:
    for opened in (False, True):
        talk = world.talk()
        if opened:
            await talk.says("查电费", "query_bill")
        said = await talk.says(
            "表箱冒烟了电费多少", "query_bill", confidence=0.6, ranking={"report_emergency": 0.35}
        )
        assert said == WORDS.text("utter_emergency", "web")
        [ticket] = await world.tickets(talk)
        assert (ticket.priority, ticket.reason) == ("urgent", "emergency")


async def test_that_nothing_is_said_when_somebody_else_has_the_conversation(world: World) -> None:
    talk = world.talk()
    await talk.says("转人工", "request_agent")
    [ticket] = await world.tickets(talk)
    async with world.house.db.work() as session:
        closing = await session.get_one(type(ticket), ticket.id)
        closing.state, closing.outcome, closing.closed_at = "closed", "other", closing.queued_at
    talk.paused = False
    await talk.hear("转人工")
    talk.epoch -= 1
    assert await talk.again("转人工", "request_agent", []) == ""
    assert talk.slots["silence"] == "stale_epoch"
    assert len(await world.tickets(talk)) == 1


async def _with_desk(world: World, inner: str, talk: Talk, text: str, intent: str) -> str:
    settings = servers.settings_of(backends_url=world.reference, inner_url=inner)
    async with serving(create_app(settings)) as url, client(url) as http:
        talk.http = http
        return await talk.says(text, intent)


async def test_that_a_dead_desk_is_admitted_and_yes_tries_again(world: World) -> None:
    talk = world.talk()
    said = await _with_desk(world, "http://127.0.0.1:9", talk, "转人工", "request_agent")
    assert said == WORDS.text("utter_handoff_failed", "web")
    assert not talk.paused
    assert not await world.tickets(talk)
    talk.http = world.http
    assert await talk.says("是", "affirm") == ""
    assert len(await world.tickets(talk)) == 1


async def test_that_safety_words_are_said_though_the_desk_is_dead(world: World) -> None:
    said = await _with_desk(world, "http://127.0.0.1:9", world.talk(), "着火了", "report_emergency")
    assert said.startswith(WORDS.text("utter_emergency", "web"))
    assert said.endswith(WORDS.text("utter_handoff_failed", "web"))


async def test_that_a_desk_that_stumbles_once_is_asked_again_with_the_same_key(world: World) -> None:
    asked: list[bytes] = []
    app = FastAPI()

    @app.post("/inner/handoff")
    async def stumbling(request: Request) -> Response:
        asked.append(await request.body())
        if len(asked) == 1:
            return Response(status_code=503)
        async with client(world.inner) as onwards:
            answer = await onwards.post("/inner/handoff", content=asked[-1], headers=JSON)
        return Response(answer.content, answer.status_code, media_type="application/json")

    talk = world.talk()
    async with serving(app) as url:
        assert await _with_desk(world, url, talk, "转人工", "request_agent") == ""
    assert len(asked) == 2
    assert asked[0] == asked[1]
    assert len(await world.tickets(talk)) == 1
