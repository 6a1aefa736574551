"""From what was gathered to an order in the utility's system: one permit, one key, one order."""

from __future__ import annotations

from collections.abc import Iterable

from actions import measures
from actions.fault import rules
from actions.fault.marks import heard, marks
from actions.fault.state import NO_PHONE, SCOPES, Fault
from actions.turn import Turn
from backends.contracts import Mark, Order, OrderRequest


async def priority(turn: Turn, region: Iterable[str], known: frozenset[Mark] = frozenset()) -> rules.Priority:
    """What the resident's words about access and people come to; a measure in force there may lift some of them.

    `region`: province, city, district, as far as they are known. `known`: marks from elsewhere than the words.
    """
    found = marks(turn) | known
    ruling = await measures.in_force(turn, *region)
    return rules.priority(found, frozenset(mark for mark in found if ruling.raises([mark])))


def notes(turn: Turn) -> dict[str, str]:
    """What a crew should read beside the marks, as a fact of the order; {} if nothing was said."""
    said = "、".join(rules.notes_in(heard(turn)))
    return {"notes": said[:200]} if said else {}


async def write(turn: Turn, fault: Fault, *, joins: Order | None = None) -> Order:
    """Writes the order. `joins`: one more is concerned by an order that is there. Raises `StaleEpoch`, `BackendError`."""
    rank = await priority(turn, fault.region, frozenset({rules.IMPORTANT} if fault.important else ()))
    phone = fault.phone if fault.phone != NO_PHONE else ""
    request = OrderRequest(
        kind=rules.kind(fault.wish, fault.text) if phone else fault.wish.kind, subject=fault.intent, text=fault.text,
        place_id=fault.place_id, address=(fault.full + fault.door or fault.so_far)[:200], contact_phone=phone,
        scope=SCOPES.get(fault.scope),
        urgent=rank.urgent, marks=set(rank.marks), facts=_facts(turn, fault, joins), channel=turn.channel,
        conversation=turn.conversation,
    )  # fmt: skip
    return await place_order(turn, request, "order")


async def place_order(turn: Turn, request: OrderRequest, purpose: str) -> Order:
    """Permit first; its key is the order's, so that a message that is answered twice writes once."""
    key = f"{turn.channel}:{turn.conversation}:{turn.message_id}:{purpose}"
    await turn.clients.desk.permit(conversation=turn.conversation, epoch=turn.epoch, key=key)
    return await turn.clients.orders.create(request, key=key)


def _facts(turn: Turn, fault: Fault, joins: Order | None) -> dict[str, str]:
    facts = {
        "door": fault.door,
        "what": fault.what,
        "when": fault.when,
        "joins": joins.number if joins else "",
    }
    return {name: value[:200] for name, value in facts.items() if value} | notes(turn)
